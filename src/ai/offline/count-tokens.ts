const token = /[\p{L}\p{N}\p{M}_'’]+|[^\s\p{L}\p{N}\p{M}_'’]/gu;

/** The offline provider's rule for usage: every run of letters and digits is one token, every other visible sign one. */
export const countTokens = (text: string): number => text.match(token)?.length ?? 0;
