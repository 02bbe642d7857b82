import { hash, verify } from "@node-rs/argon2";

/** argon2id with OWASP's minimum: 19 MiB, 2 passes, 1 lane. */
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const hashPassword = (password: string): Promise<string> => hash(password, options);

let hashOfNothing: Promise<string> | undefined;

/** Takes the same time whether there is a hash or not, so that nobody learns who has an account. */
export const checkPassword = async (passwordHash: string | null | undefined, password: string): Promise<boolean> => {
  hashOfNothing ??= hashPassword("the password of nobody");
  const matches = await verify(passwordHash ?? (await hashOfNothing), password);
  return matches && passwordHash != null;
};
