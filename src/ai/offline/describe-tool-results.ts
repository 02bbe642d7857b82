import type { Message } from "#src/ai/provider.js";

const longest = 600;
const mostParts = 12;

const shorten = (text: string) => (text.length > longest ? `${text.slice(0, longest).trimEnd()} …` : text);

const readable = (name: string) =>
  name
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2")
    .replaceAll(/[_-]+/g, " ")
    .toLowerCase();

function parts(value: unknown, name: string): string[] {
  const says = (text: string) => [name === "" ? text : `${name}: ${text}`];
  if (value === null || value === undefined) return says("none");
  if (Array.isArray(value)) {
    if (value.length === 0) return says("none");
    if (value.every((item) => typeof item !== "object")) return says(value.join(", "));
    return value.flatMap((item, index) => parts(item, `${name} ${index + 1}`.trim()));
  }
  if (typeof value === "object") {
    return Object.entries(value).flatMap(([key, item]) => parts(item, `${name} ${readable(key)}`.trim()));
  }
  if (typeof value === "boolean") return says(value ? "yes" : "no");
  return says(String(value).replace(/\s+/g, " ").trim());
}

function describe(text: string): string {
  let value: unknown = text;
  try {
    value = JSON.parse(text);
  } catch {
    // A tool may answer in plain text.
  }
  const all = parts(value, "").filter((part) => part !== "");
  const more = all.length > mostParts ? [`and ${all.length - mostParts} more`] : [];
  return shorten([...all.slice(0, mostParts), ...more].join("; "));
}

/** Passes on what the tools said, since rules cannot do more with it honestly. Undefined when no tool has answered. */
export function describeToolResults(messages: readonly Message[]): string | undefined {
  const lastUser = messages.findLastIndex((message) => message.role === "user");
  const names = new Map(
    messages.flatMap((message) =>
      message.role === "assistant" ? (message.toolCalls ?? []).map((call) => [call.id, call.name] as const) : [],
    ),
  );
  const sentences = messages.slice(lastUser + 1).flatMap((message) => {
    if (message.role !== "tool") return [];
    const said = describe(message.text);
    const tool = `The tool ${names.get(message.toolCallId) ?? "that was called"}`;
    if (said === "") return [`${tool} finished and returned nothing.`];
    return [`${tool} returned ${said}${/[.!?…]$/.test(said) ? "" : "."}`];
  });
  return sentences.length === 0 ? undefined : sentences.join(" ");
}
