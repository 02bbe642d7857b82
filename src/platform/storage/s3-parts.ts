/** Bytes of each part but the last: what one object under way takes of the memory. Some stores want all of one size. */
export const partBytes = 16 * 1024 * 1024;
/** Most parts that S3 takes. */
export const mostParts = 10_000;

/** Content in parts of exactly this size, the last one excepted: at least one, which may be empty. */
export async function* inParts(content: AsyncIterable<Buffer>, size = partBytes): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let length = 0;
  let count = 0;
  for await (const each of content) {
    let part = each;
    while (length + part.length >= size) {
      const taken = part.subarray(0, size - length);
      yield Buffer.concat([...waiting, taken], size);
      count += 1;
      part = part.subarray(taken.length);
      [waiting, length] = [[], 0];
    }
    if (part.length === 0) continue;
    waiting.push(part);
    length += part.length;
  }
  if (length > 0 || count === 0) yield Buffer.concat(waiting, length);
}
