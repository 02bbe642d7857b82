import { z } from "zod";

export const url = (protocols: string[], example: string) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    error: `must be a URL such as ${example}`,
  });

export const integer = (min: number, max: number) =>
  z.coerce
    .number({ error: `must be a whole number from ${min} to ${max}` })
    .int({ error: "must be a whole number" })
    .min(min, { error: `must be at least ${min}` })
    .max(max, { error: `must be at most ${max}` });

/** Separated by commas. */
export const list = z.string().transform((value) =>
  value
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean),
);

export const listOf = <T>(read: (item: string) => T | undefined, expected: string) =>
  list.transform((items, context) =>
    items.flatMap((item) => {
      const value = read(item);
      if (value === undefined) context.addIssue({ code: "custom", message: `must be a list of ${expected}` });
      return value ?? [];
    }),
  );

/** `name=value,name=value`, each part percent-encoded where it has to be (the OpenTelemetry specification). */
export const pairs = z.string().transform((value, { addIssue }) => {
  const entries = value.split(",").map((pair) => pair.split(/=(.*)/s, 2).map((part) => part.trim()));
  if (entries.every(([name, text]) => name && text !== undefined && isDecodable(text)))
    return Object.fromEntries(entries.map(([name = "", text = ""]) => [name, decodeURIComponent(text)]));
  addIssue({ code: "custom", message: "must read `name=value,name=value`" });
  return z.NEVER;
});

const isDecodable = (text: string) => {
  try {
    return decodeURIComponent(text).length >= 0;
  } catch {
    return false;
  }
};
