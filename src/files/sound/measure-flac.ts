import { type Measured, type SoundBytes, UnfitSound } from "./sound-bytes.js";

const blockSizes = [0, 192, 576, 1152, 2304, 4608, 0, 0, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768];
/** Most bytes of one frame: 8 channels of 65,535 samples with 32 bits would be more, and nobody records that. */
const maxFrame = 1024 * 1024;
/** Headers at the end that are looked at: the sum over what follows each takes its time. */
const maxCandidates = 50;

interface StreamInfo {
  readonly blockSize: number;
  readonly rate: number;
  readonly samples: number;
}

/** FLAC: metadata, then frames. The last one, found by its checksums, says how many samples there are. */
export const measureFlac = async (bytes: SoundBytes): Promise<Measured> => {
  let position = 4;
  let info: StreamInfo | undefined;
  for (let isLast = false; !isLast; ) {
    bytes.nextPart(1_000);
    const head = (await bytes.at(position, 4)).readUInt32BE(0);
    const [kind, length] = [(head >>> 24) & 0x7f, head & 0xffffff];
    isLast = head >>> 31 === 1;
    if (kind > 6) throw new UnfitSound("Its metadata are of a kind that FLAC does not know.");
    const block = await bytes.at(position + 4, length);
    if (kind === 0 && length >= 34) info = streamInfoOf(block);
    position += 4 + length;
  }
  if (info === undefined || info.rate === 0) throw new UnfitSound("It is a FLAC file without a description of itself.");
  if (position >= bytes.size) throw new UnfitSound("It is a FLAC file without sound.");
  if (frameAt(await bytes.some(position, 32), 0, info)?.begins !== 0)
    throw new UnfitSound("It has no FLAC sound where that should begin.");
  const ends = endOf(await bytes.some(Math.max(position, bytes.size - maxFrame), maxFrame), info);
  if (ends === undefined)
    throw new UnfitSound("Its last bytes are not the end of FLAC sound: it is cut off, or something is behind it.");
  if (info.samples !== 0 && info.samples !== ends)
    throw new UnfitSound(`Its header promises ${info.samples} samples, and it has ${ends}.`);
  return { contentType: "audio/flac", durationMs: (ends / info.rate) * 1000, isStreamed: info.samples === 0 };
};

const streamInfoOf = (block: Buffer): StreamInfo => ({
  blockSize: block.readUInt16BE(0),
  rate: block.readUIntBE(10, 3) >>> 4,
  samples: ((block[13] ?? 0) & 15) * 2 ** 32 + block.readUInt32BE(14),
});

/** The sample behind the last one, when the bytes end as a whole frame does. */
const endOf = (tail: Buffer, info: StreamInfo): number | undefined => {
  const sum = tail.length < 2 ? -1 : tail.readUInt16BE(tail.length - 2);
  let candidates = 0;
  for (let position = tail.length - 8; position >= 0 && candidates < maxCandidates; position -= 1) {
    if (tail[position] !== 0xff || (tail[position + 1] ?? 0) >>> 1 !== 0x7c) continue;
    const frame = frameAt(tail, position, info);
    if (frame === undefined) continue;
    candidates += 1;
    if (crc16(tail, position, tail.length - 2) === sum) return frame.begins + frame.samples;
  }
  return undefined;
};

/** What the header of a frame says, when there is one. */
const frameAt = (bytes: Buffer, at: number, info: StreamInfo): { begins: number; samples: number } | undefined => {
  const [b1 = 0, b2 = 0, b3 = 0] = bytes.subarray(at + 1, at + 4);
  if (bytes[at] !== 0xff || b1 >>> 1 !== 0x7c || (b3 & 1) !== 0) return undefined;
  const [sizeCode, rateCode] = [b2 >>> 4, b2 & 15];
  if (sizeCode === 0 || rateCode === 15) return undefined;
  let place = at + 4;
  const first = bytes[place] ?? 0;
  const more = first < 0x80 ? 0 : Math.clz32(~(first << 24)) - 1;
  if (first >= 0x80 && (more < 1 || more > 6)) return undefined;
  let number = more === 0 ? first : first & (0x3f >>> more);
  for (let index = 1; index <= more; index += 1) number = number * 64 + ((bytes[place + index] ?? 0) & 0x3f);
  place += 1 + more;
  let samples = blockSizes[sizeCode] ?? 0;
  if (sizeCode === 6) samples = (bytes[place] ?? 0) + 1;
  if (sizeCode === 7) samples = (bytes[place] ?? 0) * 256 + (bytes[place + 1] ?? 0) + 1;
  place += sizeCode === 6 ? 1 : sizeCode === 7 ? 2 : 0;
  place += rateCode === 12 ? 1 : rateCode > 12 ? 2 : 0;
  if (place >= bytes.length || crc8(bytes, at, place) !== bytes[place]) return undefined;
  const isVariable = (b1 & 1) === 1;
  return { begins: isVariable ? number : number * info.blockSize, samples };
};

const crc8 = (bytes: Buffer, from: number, to: number): number => {
  let crc = 0;
  for (let position = from; position < to; position += 1) {
    crc ^= bytes[position] ?? 0;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x80 ? 0x07 : 0)) & 0xff;
  }
  return crc;
};

const crc16 = (bytes: Buffer, from: number, to: number): number => {
  let crc = 0;
  for (let position = from; position < to; position += 1) {
    crc ^= (bytes[position] ?? 0) << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x8005 : 0)) & 0xffff;
  }
  return crc;
};
