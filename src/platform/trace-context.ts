import { randomUUID } from "node:crypto";

/** A place in a trace: which trace, and which span of it (W3C Trace Context). */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** Whether its spans are recorded. */
  readonly sampled: boolean;
}

const pattern = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads a `traceparent`. Nothing for one that is not valid: the standard says to begin a new trace then. */
export const parseTraceparent = (header: unknown): TraceContext | undefined => {
  if (typeof header !== "string" || header.length > 200) return undefined;
  const [, version, traceId, spanId, flags, rest] = pattern.exec(header) ?? [];
  if (traceId === undefined || spanId === undefined || (version === "00" && rest !== undefined)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags ?? "0", 16) & 1) === 1 };
};

export const formatTraceparent = ({ traceId, spanId, sampled }: TraceContext): string =>
  `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`;

/** A trace that begins here. */
export const newTrace = (): TraceContext => ({ traceId: randomHex(), spanId: randomHex().slice(0, 16), sampled: true });

/** 32 digits, 122 bits of them random: Node keeps a stock of UUIDs, where single random bytes cost a call each. */
const randomHex = () => randomUUID().replaceAll("-", "");
