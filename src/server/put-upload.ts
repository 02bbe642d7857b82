import type { IncomingMessage } from "node:http";
import { UploadStatus } from "#src/files/upload.js";
import { tooMany, type UploadIntake, type UploadState, wrongOffset } from "#src/files/upload-intake.js";
import { badInput, DomainError } from "#src/platform/errors.js";

interface Range {
  readonly start: number;
  readonly total: number | undefined;
}

/**
 * The whole of an upload by one PUT, or what is missing of it by one with `Content-Range`. A whole one takes the place of
 * what had come before. A request that is cut leaves what has arrived.
 */
export const putUpload = async (
  intake: UploadIntake,
  id: string,
  message: IncomingMessage,
  requestId: string,
): Promise<UploadState> => {
  const range = rangeOf(message.headers["content-range"]);
  const length = lengthOf(message.headers["content-length"]);
  const lease = intake.lease(id);
  const wanted = new AbortController();
  await lease.take(() => wanted.abort());
  try {
    const before = await intake.state(id);
    if (before.status !== UploadStatus.RECEIVING)
      throw new DomainError("CONFLICT", "All bytes of this upload are there already.");
    const offset = range?.start ?? 0;
    if (range !== undefined && offset !== before.received) throw wrongOffset(before.received, offset);
    const total = range === undefined ? length : range.total;
    const most = before.size ?? total ?? intake.maxBytes;
    if (offset + (length ?? 0) > Math.min(most, intake.maxBytes)) throw tooMany(Math.min(most, intake.maxBytes));
    if (before.size !== null && total !== undefined && total !== before.size)
      throw badInput(`${before.size} bytes were announced, and not ${total}.`);
    if (range === undefined && before.received > 0) await intake.restart(id, lease, requestId);
    if (before.size === null && total !== undefined) await intake.declareSize(id, total, lease, requestId);
    const received = await intake.append(id, arriving(message, wanted.signal), offset, lease, requestId);
    // Without a length, the end of the request is the end of the upload.
    const isWhole = message.complete && !wanted.signal.aborted && range === undefined;
    if (isWhole && before.size === null && total === undefined)
      await intake.declareSize(id, received, lease, requestId);
    return await intake.state(id);
  } finally {
    await lease.release();
  }
};

/** What arrives until the request ends, is cut, or somebody else wants the upload. */
async function* arriving(message: IncomingMessage, wanted: AbortSignal): AsyncGenerator<Buffer> {
  const stopped = new Promise<undefined>((resolve) =>
    wanted.addEventListener("abort", () => resolve(undefined), { once: true }),
  );
  const source = message[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  while (!wanted.aborted) {
    const next = await Promise.race([source.next(), stopped]).catch((error: unknown) => {
      if (message.complete) throw error;
      return undefined;
    });
    if (next === undefined || next.done) return;
    yield next.value;
  }
}

const rangeOf = (header: string | undefined): Range | undefined => {
  if (header === undefined) return undefined;
  const [, start, end, total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(header) ?? [];
  if (start === undefined || Number(end) < Number(start))
    throw badInput("Content-Range must read `bytes <first>-<last>/<size>`, such as `bytes 100-199/200`.");
  return { start: Number(start), total: total === "*" ? undefined : Number(total) };
};

const lengthOf = (header: string | undefined) => (header === undefined ? undefined : Number(header));
