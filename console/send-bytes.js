import { ApiError } from "./graphql.js";

/** What one request carries, and the most that a cut can cost, in bytes. */
const pieceBytes = 1024 * 1024;
const firstPauseMs = 400;
const longestPauseMs = 10_000;
/** Answers after which the same upload goes on: busy, or not where it was thought to be. */
const passing = new Set([408, 409, 423, 425, 429]);
const tus = { "Tus-Resumable": "1.0.0" };

/** The signature is of the path: Atrium is where this page comes from, whatever name it calls itself by. */
const here = (url) => {
  const { pathname, search } = new URL(url, location);
  return pathname + search;
};

/**
 * Sends the bytes of an upload from where they end, by tus 1.0, and begins again after each cut until all are there.
 * `onProgress` gets the share that is there, 0 to 1, and whether the connection is cut.
 */
export const sendBytes = async (url, file, { signal, onProgress }) => {
  const address = here(url);
  let [offset, sent, failures] = [undefined, 0, 0];
  while (offset !== file.size) {
    const ask = offset === undefined ? { method: "HEAD", headers: tus } : await pieceOf(file, offset);
    const answer = await fetch(address, { ...ask, signal, cache: "no-store" }).catch(() => undefined);
    signal.throwIfAborted();
    if (answer?.ok) {
      offset = Number(answer.headers.get("Upload-Offset"));
      if (offset > sent) failures = 0;
      sent = offset;
      onProgress(sent / file.size, false);
      continue;
    }
    if (answer && answer.status < 500 && !passing.has(answer.status)) throw await refusalOf(answer);
    offset = undefined;
    onProgress(sent / file.size, true);
    await pause(Math.min(longestPauseMs, firstPauseMs * 2 ** failures++), signal);
  }
};

const pieceOf = async (file, offset) => ({
  method: "PATCH",
  headers: { ...tus, "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(offset) },
  body: await file.slice(offset, offset + pieceBytes).arrayBuffer(),
});

const refusalOf = async (answer) => {
  const text = (await answer.text()).trim();
  const known = text.startsWith("{") ? JSON.parse(text).errors?.[0]?.message : text;
  return new ApiError("REFUSED", known || `The upload was refused (${answer.status}).`);
};

const pause = (ms, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
