const json = "application/json";
export const graphqlResponse = "application/graphql-response+json";

/**
 * The media type of an answer, by the header Accept (RFC 9110, section 12.5.1); undefined when neither is accepted.
 * Plain JSON wins a tie, which is what clients expect that say nothing.
 */
export const negotiateMediaType = (accept: string | undefined): string | undefined => {
  // What nearly every client sends needs no thought.
  if (accept === undefined || accept === "*/*" || accept === json || accept.trim() === "") return json;
  const ranges = accept.split(",").flatMap((part) => {
    const [type = "", ...parameters] = part.split(";").map((each) => each.trim().toLowerCase());
    const quality = parameters.find((each) => each.startsWith("q="))?.slice(2);
    const weight = quality === undefined ? 1 : Number(quality);
    return Number.isFinite(weight) ? [{ type, weight }] : [];
  });
  const weightOf = (type: string): number => {
    for (const range of [type, "application/*", "*/*"]) {
      const found = ranges.filter((each) => each.type === range);
      if (found.length > 0) return Math.max(...found.map(({ weight }) => weight));
    }
    return 0;
  };
  const [plain, own] = [weightOf(json), weightOf(graphqlResponse)];
  if (plain <= 0 && own <= 0) return undefined;
  return own > plain ? graphqlResponse : json;
};
