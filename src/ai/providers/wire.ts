import { parseRetryAfterMs } from "@langchain/core/utils/async_caller";
import type { Headroom } from "./headroom.js";

/** Milliseconds. Given to the clients as their own deadline, so that the contract's are the only ones. */
export const longestTimer = 2 ** 31 - 1;

/** An HTTP status that is not a success. */
export interface Refusal {
  readonly status: number;
  /** Milliseconds, when the provider named a time. */
  readonly retryAfterMs?: number;
}

/**
 * The `fetch` of one call, and what the vendors' clients do not tell afterwards: whether a request left at all and with
 * which status it came back. Their own errors lose both when they are wrapped. Aborting `signal` closes every
 * connection of the call, also those of clients that take no signal.
 */
export class Wire {
  sent = false;
  /** True once a response began, whatever its status. */
  answered = false;
  refusal: Refusal | undefined;
  /** Of all requests. */
  sentBytes = 0;

  constructor(
    private readonly signal: AbortSignal,
    private readonly headroom: Headroom,
  ) {}

  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    this.sent = true;
    if (typeof init?.body === "string") this.sentBytes += Buffer.byteLength(init.body);
    const signal = init?.signal ? AbortSignal.any([init.signal, this.signal]) : this.signal;
    // Only `Authorization` is dropped when a redirect leaves the host; `x-api-key` and `api-key` would follow it.
    const response = await fetch(input, { ...init, signal, redirect: "manual" });
    this.answered = true;
    const { ok, status, headers } = response;
    const pauseMs = ok ? undefined : retryAfterMs(headers);
    this.headroom.note(status, headers, pauseMs);
    if (!ok) this.refusal ??= { status, retryAfterMs: pauseMs };
    return response;
  };
}

function retryAfterMs(headers: Headers): number | undefined {
  const exact = Number(headers.get("retry-after-ms") || Number.NaN);
  return exact >= 0 ? exact : parseRetryAfterMs(headers.get("retry-after"));
}
