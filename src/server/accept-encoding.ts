export type Coding = "br" | "gzip" | "identity";

/** In the order in which they are sent when a client takes them all alike. */
const codings: readonly Coding[] = ["br", "gzip", "identity"];

/**
 * The best coding that a client takes (RFC 9110, section 12.5.3). Without the header the plain bytes, and as well when it
 * takes nothing at all: a readable answer serves better than a refusal.
 */
export const codingFor = (accepted: string | undefined): Coding => {
  if (accepted === undefined) return "identity";
  const weights = new Map(
    accepted
      .toLowerCase()
      .split(",")
      .map((item) => item.split(";").map((part) => part.trim()))
      .map(([name = "", ...parameters]) => {
        const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
        return [name === "x-gzip" ? "gzip" : name, weight === undefined ? 1 : Number(weight) || 0] as const;
      }),
  );
  const weightOf = (coding: Coding) =>
    weights.get(coding) ?? weights.get("*") ?? (coding === "identity" ? Number.MIN_VALUE : 0);
  const best = codings.toSorted((a, b) => weightOf(b) - weightOf(a))[0] ?? "identity";
  return weightOf(best) > 0 ? best : "identity";
};
