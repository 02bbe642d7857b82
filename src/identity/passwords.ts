import { hash, verify } from "@node-rs/argon2";

/** The one place of the policy: argon2id with OWASP's minimum, 19 MiB, 2 passes, 1 lane. */
const policy = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const prefix = `$argon2id$v=19$m=${policy.memoryCost},t=${policy.timeCost},p=${policy.parallelism}$`;

export const hashPassword = (password: string): Promise<string> => hash(password, policy);

let hashOfNothing: Promise<string> | undefined;

/** Takes the same time whether there is a hash or not, so that nobody learns who has an account. */
export const checkPassword = async (passwordHash: string | null | undefined, password: string): Promise<boolean> => {
  hashOfNothing ??= hashPassword("the password of nobody");
  const matches = await verify(passwordHash ?? (await hashOfNothing), password);
  return matches && passwordHash != null;
};

/** True for a hash that was made under another policy: whoever holds the password makes it anew. */
export const isOutdatedHash = (passwordHash: string): boolean => !passwordHash.startsWith(prefix);
