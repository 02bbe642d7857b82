import { opusMs } from "./measure-ogg.js";
import { type Measured, type SoundBytes, UnfitSound } from "./sound-bytes.js";

/** Elements that are gone into, and those that are passed over, by their ids (Matroska, RFC 9559). */
const inner = new Set([0x1a45dfa3, 0x18538067, 0x1f43b675, 0xa0, 0x1654ae6b, 0xae, 0x1549a966]);
const outer = new Set([0x114d9b74, 0x1c53bb6b, 0x1254c367, 0x1043a770, 0xec, 0xbf]);
const values = new Set([
  0x4282, 0x4286, 0x42f7, 0x42f2, 0x42f3, 0x4287, 0x4285, 0xe7, 0xa7, 0xab, 0xa3, 0xa1, 0x9b, 0xfb, 0x75a1, 0x75a2,
  0xd7, 0x73c5, 0x83, 0x9c, 0x22b59c, 0x22b59d, 0x86, 0x536e, 0x258688, 0x63a2, 0x56aa, 0x56bb, 0xe1, 0x23e383, 0x55ee,
  0xb9, 0x88, 0x55aa, 0x6de7, 0x2ad7b1, 0x4489, 0x4461, 0x7ba9, 0x4d80, 0x5741, 0x73a4, 0xc8, 0xa4, 0x6924,
]);
const attachments = 0x1941a469;
const pictures = 0xe0;

interface Found {
  docType: string;
  scale: number;
  promised: number | undefined;
  codec: string;
  kinds: Set<number>;
  cluster: number;
  blocks: number;
  soundMs: number;
  first: number | undefined;
  last: number;
  lastMs: number;
}

/** WebM: elements from the first byte to the last, each one known. The times of its blocks say how long it is. */
export const measureWebm = async (bytes: SoundBytes): Promise<Measured> => {
  const found: Found = {
    docType: "",
    scale: 1_000_000,
    promised: undefined,
    codec: "",
    kinds: new Set(),
    cluster: 0,
    blocks: 0,
    soundMs: 0,
    first: undefined,
    last: 0,
    lastMs: 0,
  };
  let position = 0;
  while (position < bytes.size) {
    bytes.nextPart();
    const { id, size, head } = await elementAt(bytes, position);
    position += head;
    if (id === pictures) throw new UnfitSound("It has pictures: send one with the sound alone.");
    if (id === attachments) throw new UnfitSound("It has files attached to it.");
    if (inner.has(id)) {
      if (size !== undefined && position + size > bytes.size)
        throw new UnfitSound(`It is cut off: ${position + size - bytes.size} bytes are missing at its end.`);
      if (id === 0x18538067 && size !== undefined && position + size < bytes.size)
        throw new UnfitSound(`It has ${bytes.size - position - size} bytes behind its sound that are none.`);
      continue;
    }
    if (size === undefined || !(outer.has(id) || values.has(id)))
      throw new UnfitSound("It has parts that WebM does not know.");
    if (position + size > bytes.size)
      throw new UnfitSound(`It is cut off: ${position + size - bytes.size} bytes are missing at its end.`);
    if (values.has(id)) note(found, id, await bytes.some(position, Math.min(size, 64)));
    position += size;
  }
  return measured(found);
};

const measured = ({ docType, kinds, codec, blocks, first = 0, last, lastMs, soundMs, promised, scale }: Found) => {
  if (docType !== "webm") throw new UnfitSound(`It is ${docType || "EBML"}, and not WebM.`);
  if (kinds.size !== 1 || !kinds.has(2)) throw new UnfitSound("It has more than sound: send one with the sound alone.");
  if (codec !== "A_OPUS" && codec !== "A_VORBIS")
    throw new UnfitSound("It is a WebM file without Opus or Vorbis sound.");
  if (blocks === 0) throw new UnfitSound("It is a WebM file without sound.");
  const durationMs = ((last - first) * scale) / 1e6 + lastMs;
  const mostMs = codec === "A_OPUS" ? soundMs : blocks * 600;
  if (durationMs > mostMs * 1.1 + 1_000)
    throw new UnfitSound("Its times are not true: its blocks do not hold that much sound.");
  const promisedMs = promised === undefined ? undefined : (promised * scale) / 1e6;
  if (
    promisedMs !== undefined &&
    Math.abs(promisedMs - durationMs - (first * scale) / 1e6) > Math.max(1_000, durationMs / 50)
  )
    throw new UnfitSound(`Its header promises ${Math.round(promisedMs)} ms, and it has ${Math.round(durationMs)}.`);
  return { contentType: "audio/webm", durationMs, isStreamed: promised === undefined } satisfies Measured;
};

const note = (found: Found, id: number, value: Buffer): void => {
  const number = () => value.subarray(0, 8).reduce((sum, byte) => sum * 256 + byte, 0);
  if (id === 0x4282) found.docType = value.toString("latin1").replace(/\0+$/, "");
  if (id === 0x2ad7b1) found.scale = number();
  if (id === 0x4489) found.promised = value.length === 4 ? value.readFloatBE(0) : value.readDoubleBE(0);
  if (id === 0x86) found.codec = value.toString("latin1").replace(/\0+$/, "");
  if (id === 0x83) found.kinds.add(number());
  if (id === 0xe7) found.cluster = number();
  if (id !== 0xa3 && id !== 0xa1) return;
  const track = vintLength(value[0] ?? 0);
  if (value.length < track + 4) throw new UnfitSound("A block of it is broken.");
  const at = found.cluster + value.readInt16BE(track);
  found.blocks += 1;
  found.lastMs = found.codec === "A_OPUS" ? opusMs(value.subarray(track + 3, track + 5)) : 0;
  found.soundMs += found.lastMs;
  found.first ??= at;
  found.last = Math.max(found.last, at);
};

const vintLength = (first: number): number => Math.clz32(first) - 23;

/** Id and size of an element, and how long both are together; a size of ones alone is one that nobody knew yet. */
const elementAt = async (bytes: SoundBytes, position: number) => {
  const head = await bytes.some(position, 12);
  const idLength = vintLength(head[0] ?? 0);
  const sizeLength = vintLength(head[idLength] ?? 0);
  if (idLength > 4 || sizeLength > 8 || idLength + sizeLength > head.length)
    throw new UnfitSound(`It has ${bytes.size - position} bytes behind its sound that are none.`);
  const id = head.readUIntBE(0, idLength);
  const digits = [...head.subarray(idLength, idLength + sizeLength)];
  digits[0] = (digits[0] ?? 0) & (0xff >> sizeLength);
  const isOpen = digits[0] === 0xff >> sizeLength && digits.slice(1).every((byte) => byte === 0xff);
  const size = isOpen ? undefined : digits.reduce((sum, byte) => sum * 256 + byte, 0);
  return { id, size, head: idLength + sizeLength };
};
