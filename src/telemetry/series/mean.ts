const digits = 20;

/** The mean of so many numbers with this sum, half rounded up, with 20 digits behind the point; of one below 1, 20 that count. */
export const meanOf = (sum: string, count: number): string => {
  const isNegative = sum.startsWith("-");
  const [whole = "0", fraction = ""] = sum.replace("-", "").split(".");
  const value = BigInt(whole + fraction);
  if (value === 0n) return "0";
  const divisor = BigInt(count) * 10n ** BigInt(fraction.length);
  const quotient = (places: number) => (value * 10n ** BigInt(places)) / divisor;
  // Zeros behind the point before the first digit that counts.
  const zeros = value >= divisor ? 0 : 100 - String(quotient(100)).length;
  const places = digits + zeros;
  const rounded = String((quotient(places + 1) + 5n) / 10n).padStart(places + 1, "0");
  const behind = rounded.slice(-places).replace(/0+$/, "");
  return `${isNegative ? "-" : ""}${rounded.slice(0, -places)}${behind === "" ? "" : `.${behind}`}`;
};
