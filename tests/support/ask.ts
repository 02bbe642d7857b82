import type { Person } from "./atrium.js";

/** An answer as a client without a library sees it. */
export interface Answer {
  status: number;
  headers: Headers;
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions: Record<string, unknown> }[];
  extensions?: { cost?: { bound: number; limit: number } };
}

export const ask = async (url: string, body: object, headers: Record<string, string> = {}): Promise<Answer> => {
  const answer = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, ...((await answer.json()) as object) };
};

export const bearer = (person: Person, headers: Record<string, string> = {}) => ({
  authorization: `Bearer ${person.accessToken}`,
  ...headers,
});
export const codeOf = ({ errors }: Answer) => errors?.[0]?.extensions.code;

/** What a root field answered; fails when it did not. */
export const dataOf = <T>({ data, errors }: Answer, field: string): T => {
  if (errors !== undefined) throw new Error(`${field}: ${errors[0]?.message}`);
  return data?.[field] as T;
};
