import { randomBytes } from "node:crypto";

const format = /^[0-9a-f]{2}\/[0-9a-f]{40}$/;

/** 160 random bits in hexadecimal digits, under their first two: 256 folders share what lies in a store. */
export const newObjectKey = (): string => {
  const name = randomBytes(20).toString("hex");
  return `${name.slice(0, 2)}/${name}`;
};

/** Throws for everything that `newObjectKey` does not make, so that no store is ever asked for another path. */
export const requireObjectKey = (key: string): string => {
  if (!format.test(key)) throw new TypeError(`${JSON.stringify(key.slice(0, 80))} is not the key of an object.`);
  return key;
};
