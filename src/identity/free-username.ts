import { randomInt } from "node:crypto";
import { isUniqueViolation } from "#src/platform/database.js";
import { DomainError } from "#src/platform/errors.js";
import { usernameIndex } from "./user.js";

/** How many names are tried for somebody who chose none. */
const attempts = 5;

/** Makes an account under a name, or, when it is taken and nobody chose it, under the same one with a number behind it. */
export const withFreeUsername = async <T>(
  wanted: string,
  isChosen: boolean,
  make: (username: string) => Promise<T>,
): Promise<T> => {
  let username = wanted;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await make(username);
    } catch (error) {
      if (!isUniqueViolation(error, usernameIndex)) throw error;
      if (isChosen || attempt === attempts) throw takenUsername("input.username");
      username = `${wanted.slice(0, 90)}-${randomInt(1e5, 1e6)}`;
    }
  }
};

export const takenUsername = (field: string) =>
  new DomainError("CONFLICT", "Somebody else has this username: choose another one.", { field });
