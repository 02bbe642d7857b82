/** Names under which secrets and personal data travel; their values never reach a log line. */
const secretNames: ReadonlySet<string> = new Set([
  "password",
  "token",
  "accessToken",
  "refreshToken",
  "authorization",
  "cookie",
  "apiKey",
  "secret",
  "email",
  "prompt",
  "text",
  "variables",
]);
const maxDepth = 5;

/**
 * A copy without the values that have one of the secret names, wherever they stand. Pino's own redaction takes twenty
 * times as long as the rest of the line, and looks only as deep as its paths.
 */
export const redact = (line: Readonly<Record<string, unknown>>, depth = 0): Record<string, unknown> => {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(line)) copy[name] = secretNames.has(name) ? "[redacted]" : redacted(line[name], depth);
  return copy;
};

const redacted = (value: unknown, depth: number): unknown => {
  if (value === null || typeof value !== "object") return value;
  if (depth >= maxDepth) return "[too deep]";
  if (Array.isArray(value)) return value.map((each) => redacted(each, depth + 1));
  // Errors and times have serializers of their own.
  const isPlain = [Object.prototype, null].includes(Object.getPrototypeOf(value));
  return isPlain ? redact(value as Record<string, unknown>, depth + 1) : value;
};
