import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { badInput, DomainError } from "#src/platform/errors.js";

/** Most bytes of one line, unpacked. */
const longestLine = 8 * 1024;

/**
 * The lines of a request's body, which may be packed with gzip: no more of it is read than is asked for, so its sender waits.
 * A request that is cut ends in an error.
 */
export async function* linesOf(message: IncomingMessage): AsyncGenerator<string> {
  const rest: Buffer[] = [];
  let size = 0;
  let number = 1;
  const line = (end: Buffer): string => {
    const bytes = size === 0 ? end : Buffer.concat([...rest.splice(0), end]);
    size = 0;
    if (bytes.length > longestLine) throw tooLong(number);
    const text = bytes.toString().trim();
    if (text === "") throw badInput(`Line ${number}: it is empty.`, `lines.${number}`);
    number += 1;
    return text;
  };
  // The message itself stays when the reading ends early: an answer has to go out on its connection.
  const body = plainBody(message);
  const chunks = body.iterator({ destroyOnReturn: body !== message }) as AsyncIterable<Buffer>;
  try {
    for await (const chunk of chunks) {
      let start = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
        yield line(chunk.subarray(start, end));
        start = end + 1;
      }
      if (start === chunk.length) continue;
      rest.push(chunk.subarray(start));
      size += chunk.length - start;
      if (size > longestLine) throw tooLong(number);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith("Z_"))
      throw badInput("The body is not packed with gzip, as it says.");
    throw error;
  }
  if (size > 0) yield line(Buffer.alloc(0));
}

const tooLong = (number: number) =>
  new DomainError("PAYLOAD_TOO_LARGE", `Line ${number} has more than ${longestLine} bytes.`, {
    field: `lines.${number}`,
  });

const plainBody = (message: IncomingMessage): Readable => {
  if (!isPacked(message)) return message;
  const unpacked = createGunzip();
  message.pipe(unpacked);
  message.once("close", () => {
    if (!message.complete) unpacked.destroy(new Error("The request was cut."));
  });
  return unpacked;
};

/** Whether a body is packed. Throws where it is so in any other way than by gzip. */
export const isPacked = ({ headers }: IncomingMessage): boolean => {
  const coding = headers["content-encoding"]?.toLowerCase() ?? "identity";
  if (coding !== "gzip" && coding !== "identity")
    throw new DomainError("UNSUPPORTED_MEDIA_TYPE", "The body may be packed with gzip, and in no other way.");
  return coding === "gzip";
};
