import { type Measured, type SoundBytes, UnfitSound } from "./sound-bytes.js";

/** Kilobits a second of layer III, by MPEG version 1 or later. */
const bitrates = {
  1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
} as const;
const rates = [44_100, 48_000, 32_000];

interface Frame {
  readonly length: number;
  readonly samples: number;
  readonly rate: number;
  /** Where a Xing header would stand in it. */
  readonly sideEnd: number;
}

/** MPEG layer III: tags, then frame behind frame, then tags again, and nothing else. */
export const measureMp3 = async (bytes: SoundBytes): Promise<Measured> => {
  const start = await behindId3(bytes);
  const end = await beforeTags(bytes, start);
  let [position, frames, seconds] = [start, 0, 0];
  let promised: number | undefined;
  while (position < end) {
    const head = await bytes.some(position, 4);
    const frame = head.length < 4 ? undefined : frameOf(head.readUInt32BE(0));
    if (frame === undefined) {
      if (await isZero(bytes, position, end)) break;
      throw new UnfitSound(
        frames < 2
          ? "It has no MPEG sound where that should begin."
          : `It has ${end - position} bytes behind its sound that are none.`,
      );
    }
    // The last frame of a stream that was cut by hand is often short: it does not sound, and does not count.
    if (position + frame.length > end) break;
    if (position === start) promised = await framesPromised(bytes, position, frame);
    if (position !== start || promised === undefined) {
      frames += 1;
      seconds += frame.samples / frame.rate;
    }
    position += frame.length;
  }
  if (frames < 2) throw new UnfitSound("It is an MP3 file without sound.");
  if (promised !== undefined && promised > 0 && Math.abs(promised - frames) > Math.max(3, frames / 50))
    throw new UnfitSound(`It is cut off, or not true: its header promises ${promised} frames, and it has ${frames}.`);
  return { contentType: "audio/mpeg", durationMs: seconds * 1000 };
};

const frameOf = (header: number): Frame | undefined => {
  if (header >>> 21 !== 0x7ff) return undefined;
  const [version, layer] = [(header >>> 19) & 3, (header >>> 17) & 3];
  const [bitrate, rateIndex, padding] = [(header >>> 12) & 15, (header >>> 10) & 3, (header >>> 9) & 1];
  if (version === 1 || layer !== 1 || bitrate === 0 || bitrate === 15 || rateIndex === 3) return undefined;
  const isFirst = version === 3;
  const rate = (rates[rateIndex] ?? 0) / (isFirst ? 1 : version === 2 ? 2 : 4);
  const bits = (bitrates[isFirst ? 1 : 2][bitrate] ?? 0) * 1_000;
  const isMono = ((header >>> 6) & 3) === 3;
  const side = isFirst ? (isMono ? 17 : 32) : isMono ? 9 : 17;
  const samples = isFirst ? 1_152 : 576;
  return { length: Math.floor((samples / 8) * (bits / rate)) + padding, samples, rate, sideEnd: 4 + side };
};

/** What a Xing or Info header says of the frames behind it: 0 when it does not say, undefined when there is none. */
const framesPromised = async (bytes: SoundBytes, position: number, { sideEnd, length }: Frame) => {
  const header = await bytes.some(position + sideEnd, 12);
  if (sideEnd + 12 > length || !["Xing", "Info"].includes(header.toString("latin1", 0, 4))) return undefined;
  return (header.readUInt32BE(4) & 1) === 0 ? 0 : header.readUInt32BE(8);
};

const behindId3 = async (bytes: SoundBytes): Promise<number> => {
  let position = 0;
  for (;;) {
    bytes.nextPart(100);
    const head = await bytes.some(position, 10);
    if (head.length < 10 || head.toString("latin1", 0, 3) !== "ID3") break;
    const sizes = [...head.subarray(6, 10)];
    if (sizes.some((each) => each > 127)) throw new UnfitSound("Its ID3 tag is broken.");
    const hasFooter = ((head[5] ?? 0) & 0x10) !== 0;
    position += 10 + sizes.reduce((sum, each) => sum * 128 + each, 0) + (hasFooter ? 10 : 0);
    if (position > bytes.size) throw new UnfitSound("Its ID3 tag is longer than all of it.");
  }
  // Some programs leave room for the tag to grow.
  for (;;) {
    const block = await bytes.some(position, 65_536);
    const begin = block.findIndex((byte) => byte !== 0);
    if (begin !== -1 || block.length === 0) return position + Math.max(0, begin);
    position += block.length;
  }
};

/** Where tags of the kinds ID3v1 and APE begin that stand at the end. */
const beforeTags = async (bytes: SoundBytes, start: number): Promise<number> => {
  let end = bytes.size;
  if (end - start >= 128 && (await bytes.at(end - 128, 3)).toString("latin1") === "TAG") end -= 128;
  if (end - start < 32) return end;
  const footer = await bytes.at(end - 32, 32);
  if (footer.toString("latin1", 0, 8) !== "APETAGEX") return end;
  const hasHeader = footer.readUInt32LE(20) >>> 31 === 1;
  const begin = end - footer.readUInt32LE(12) - (hasHeader ? 32 : 0);
  if (begin < start) throw new UnfitSound("Its APE tag is longer than all of it.");
  return begin;
};

const isZero = async (bytes: SoundBytes, from: number, to: number): Promise<boolean> => {
  for (let position = from; position < to; position += 65_536) {
    const block = await bytes.some(position, Math.min(65_536, to - position));
    if (block.some((byte) => byte !== 0)) return false;
  }
  return true;
};
