import { type Measured, type SoundBytes, UnfitSound } from "./sound-bytes.js";

/** What one packet can be, in samples of `rate`: least and most, or exactly. */
interface Codec {
  readonly rate: number;
  /** Samples before the sound begins. */
  readonly skipped: number;
  readonly headers: number;
  readonly bounds: (firstBytes: Buffer) => readonly [least: number, most: number];
}

/** Ogg with one stream of Opus or Vorbis: page behind page, each with its checksum. */
export const measureOgg = async (bytes: SoundBytes): Promise<Measured> => {
  let codec: Codec | undefined;
  let serial: number | undefined;
  let [position, sequence, packets, least, most] = [0, 0, 0, 0, 0];
  let [granule, begins] = [0n, undefined as bigint | undefined];
  let isWithinPacket = false;
  while (position < bytes.size) {
    bytes.nextPart();
    const head = await bytes.at(position, 27);
    if (head.toString("latin1", 0, 4) !== "OggS")
      throw new UnfitSound(`It has ${bytes.size - position} bytes that are no Ogg page.`);
    const lacing = await bytes.at(position + 27, head[26] ?? 0);
    const length = 27 + lacing.length + lacing.reduce((sum, each) => sum + each, 0);
    const page = await bytes.at(position, length);
    if (oggSum(page) !== page.readUInt32LE(22))
      throw new UnfitSound("A checksum in it is wrong: its sound is damaged.");
    serial ??= page.readUInt32LE(14);
    if (page.readUInt32LE(14) !== serial)
      throw new UnfitSound("It has several streams: send one with the sound alone.");
    if (page.readUInt32LE(18) !== sequence) throw new UnfitSound("A part of it is missing.");
    const body = page.subarray(27 + lacing.length);
    codec ??= codecOf(body);
    let offset = 0;
    for (const [index, size] of lacing.entries()) {
      if (!isWithinPacket) {
        packets += 1;
        if (packets > codec.headers) {
          const [low, high] = codec.bounds(body.subarray(offset, offset + 2));
          least += low;
          most += high;
        }
      }
      isWithinPacket = size === 255;
      offset += size;
      if (index === lacing.length - 1 && offset !== body.length) throw new UnfitSound("A page of it is broken.");
    }
    const here = page.readBigInt64LE(6);
    if (here >= 0n && packets > codec.headers) {
      if (here < granule) throw new UnfitSound("Its times go backwards.");
      granule = here;
      // A stream may begin late, as one does that was recorded from a broadcast.
      begins ??= here - BigInt(Math.round(most));
    }
    position += length;
    sequence += 1;
  }
  if (codec === undefined || packets <= codec.headers) throw new UnfitSound("It is an Ogg file without sound.");
  if (isWithinPacket) throw new UnfitSound("It is cut off: its last packet has no end.");
  const late = begins !== undefined && begins > 0n ? Number(begins) : 0;
  const samples = Number(granule) - late - (late > 0 ? 0 : codec.skipped);
  if (samples > most + codec.rate || samples < least - codec.rate - codec.skipped)
    throw new UnfitSound("Its times are not true: its packets do not hold that much sound.");
  return { contentType: "audio/ogg", durationMs: Math.max(0, (samples / codec.rate) * 1000), isStreamed: late > 0 };
};

const codecOf = (packet: Buffer): Codec => {
  if (packet.length >= 19 && packet.toString("latin1", 0, 8) === "OpusHead")
    return { rate: 48_000, skipped: packet.readUInt16LE(10), headers: 2, bounds: opusBounds };
  if (packet.length >= 30 && packet.toString("latin1", 0, 7) === "\x01vorbis") {
    const [short, long] = [2 ** ((packet[28] ?? 0) & 15), 2 ** ((packet[28] ?? 0) >>> 4)];
    const rate = packet.readUInt32LE(12);
    if (rate === 0 || short > long) throw new UnfitSound("Its Vorbis header is broken.");
    // The first packet only prepares the second.
    return { rate, skipped: 0, headers: 3, bounds: () => [short / 4, long / 2] };
  }
  throw new UnfitSound("It is an Ogg file without Opus or Vorbis sound.");
};

const silkMs = [10, 20, 40, 60];
const celtMs = [2.5, 5, 10, 20];

/** How long an Opus packet sounds (RFC 6716, 3.1), of which only the last may be cut. */
export const opusMs = ([toc = 0, count = 0]: Buffer): number => {
  const config = toc >>> 3;
  const ms = config < 12 ? silkMs[config & 3] : config < 16 ? [10, 20][config & 1] : celtMs[config & 3];
  const frames = (toc & 3) === 0 ? 1 : (toc & 3) === 3 ? count & 63 : 2;
  return Math.min(120, (ms ?? 0) * frames);
};

const opusBounds = (packet: Buffer): readonly [number, number] => {
  const samples = opusMs(packet) * 48;
  return [samples, samples];
};

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});

/** The checksum of a page, whose own four bytes count as zeros. */
const oggSum = (page: Buffer): number => {
  let crc = 0;
  for (let index = 0; index < page.length; index += 1) {
    const byte = index >= 22 && index < 26 ? 0 : (page[index] ?? 0);
    crc = ((crc << 8) ^ (table[((crc >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0;
  }
  return crc;
};
