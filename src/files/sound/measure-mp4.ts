import { type Measured, type SoundBytes, UnfitSound } from "./sound-bytes.js";

const known = new Set([
  "ftyp",
  "styp",
  "moov",
  "mdat",
  "moof",
  "mfra",
  "free",
  "skip",
  "wide",
  "udta",
  "meta",
  "uuid",
  "sidx",
  "prft",
  "emsg",
]);
const containers = new Set(["trak", "mdia", "minf", "stbl", "mvex", "traf"]);
/** Most bytes of one description: more would be no description of sound. */
const maxDescription = 128 * 1024 * 1024;
const maxDepth = 8;
/** Most places that are looked up, each among all stretches of sound. */
const maxLookUps = 50_000_000;
/** Longest packet of AAC and its like, in seconds. */
const maxPacket = 0.3;

interface Track {
  kind: string;
  timescale: number;
  promised: number;
  samples: number;
  time: number;
  bytes: number;
  places: number[];
}

/** MPEG-4 with sound alone, whole or in fragments: boxes from the first byte to the last, and samples that are in them. */
export const measureMp4 = async (bytes: SoundBytes): Promise<Measured> => {
  const tracks: Track[] = [];
  const data: (readonly [from: number, to: number])[] = [];
  const defaults = { time: 0, size: 0 };
  let position = 0;
  while (position < bytes.size) {
    bytes.nextPart(1_000_000);
    const { kind, head, size } = await boxAt(bytes, position);
    if (!known.has(kind)) throw new UnfitSound(`It has ${bytes.size - position} bytes behind its sound that are none.`);
    if (position + size > bytes.size)
      throw new UnfitSound(`It is cut off: ${position + size - bytes.size} bytes are missing at its end.`);
    if (kind === "mdat") data.push([position + head, position + size]);
    if (kind === "moov" || kind === "moof") {
      if (size > maxDescription) throw new UnfitSound("Its description is longer than its sound.");
      readBoxes(await bytes.at(position + head, size - head), { tracks, defaults });
    }
    position += size;
  }
  const [track] = tracks.filter(({ kind }) => kind === "soun");
  if (tracks.some(({ kind }) => kind === "vide"))
    throw new UnfitSound("It has pictures: send one with the sound alone.");
  if (track === undefined || track.samples === 0 || track.timescale === 0)
    throw new UnfitSound("It is an MP4 file without sound.");
  const seconds = track.time / track.timescale;
  if (seconds / track.samples > maxPacket)
    throw new UnfitSound("Its times are not true: its packets do not hold that much sound.");
  const held = data.reduce((sum, [from, to]) => sum + to - from, 0);
  const isInside = (place: number) => data.some(([from, to]) => place >= from && place < to);
  if (data.length * track.places.length > maxLookUps) throw new UnfitSound("Its sound is in too many parts.");
  if (track.bytes > held || !track.places.every(isInside))
    throw new UnfitSound("It is cut off: its sound is not in it.");
  const promised = track.promised / track.timescale;
  if (promised > 0 && Math.abs(promised - seconds) > Math.max(1, seconds / 50))
    throw new UnfitSound(`Its header promises ${promised.toFixed(1)} s, and it has ${seconds.toFixed(1)}.`);
  return { contentType: "audio/mp4", durationMs: seconds * 1000, isStreamed: promised === 0 };
};

const boxAt = async (bytes: SoundBytes, position: number) => {
  const start = await bytes.some(position, 16);
  if (start.length < 8) throw new UnfitSound(`It has ${start.length} bytes behind its sound that are none.`);
  const short = start.readUInt32BE(0);
  const isLong = short === 1 && start.length === 16;
  const size = short === 0 ? bytes.size - position : isLong ? Number(start.readBigUInt64BE(8)) : short;
  const head = isLong ? 16 : 8;
  if (size < head) throw new UnfitSound("A box of it is broken.");
  return { kind: start.toString("latin1", 4, 8), head, size };
};

interface Found {
  readonly tracks: Track[];
  readonly defaults: { time: number; size: number };
}

const readBoxes = (content: Buffer, found: Found, depth = 0): void => {
  if (depth > maxDepth) throw new UnfitSound("Its description is broken.");
  let position = 0;
  while (position + 8 <= content.length) {
    const size = content.readUInt32BE(position);
    const kind = content.toString("latin1", position + 4, position + 8);
    if (size < 8 || position + size > content.length) throw new UnfitSound("Its description is broken.");
    const inside = content.subarray(position + 8, position + size);
    if (kind === "trak")
      found.tracks.push({ kind: "", timescale: 0, promised: 0, samples: 0, time: 0, bytes: 0, places: [] });
    if (containers.has(kind)) readBoxes(inside, found, depth + 1);
    else readBox(kind, inside, found);
    position += size;
  }
};

const readBox = (kind: string, box: Buffer, { tracks, defaults }: Found): void => {
  // Fragments name their track by a number; of a file with sound alone there is one.
  const track = tracks.at(-1);
  const read = readers[kind];
  if (read === undefined || track === undefined) return;
  try {
    read(box, track, defaults);
  } catch (error) {
    if (error instanceof RangeError) throw new UnfitSound("Its description is broken.");
    throw error;
  }
};

const flagsOf = (box: Buffer) => box.readUInt32BE(0) & 0xffffff;
const isVersion1 = (box: Buffer) => box[0] === 1;

/** Refuses tables that claim more rows than they have bytes. */
const rowsOf = (box: Buffer, at: number, width: number): number => {
  const rows = box.readUInt32BE(at);
  if (rows * width > box.length - at - 4) throw new UnfitSound("Its description is broken.");
  return rows;
};

const readers: Readonly<Record<string, (box: Buffer, track: Track, defaults: Found["defaults"]) => void>> = {
  hdlr: (box, track) => {
    track.kind ||= box.toString("latin1", 8, 12);
  },
  mdhd: (box, track) => {
    track.timescale = box.readUInt32BE(isVersion1(box) ? 20 : 12);
    track.promised = isVersion1(box) ? Number(box.readBigUInt64BE(24)) : box.readUInt32BE(16);
  },
  stts: (box, track) => {
    for (let row = 0; row < rowsOf(box, 4, 8); row += 1) {
      const count = box.readUInt32BE(8 + row * 8);
      track.samples += count;
      track.time += count * box.readUInt32BE(12 + row * 8);
    }
  },
  stsz: (box, track) => {
    const [same, count] = [box.readUInt32BE(4), box.readUInt32BE(8)];
    if (same > 0) track.bytes += same * count;
    else for (let row = 0; row < rowsOf(box, 8, 4); row += 1) track.bytes += box.readUInt32BE(12 + row * 4);
    // Each sample has a time and a size.
    if (track.samples > 0 && count !== track.samples) throw new UnfitSound("Its header contradicts itself.");
  },
  stco: (box, track) => {
    for (let row = 0; row < rowsOf(box, 4, 4); row += 1) track.places.push(box.readUInt32BE(8 + row * 4));
  },
  co64: (box, track) => {
    for (let row = 0; row < rowsOf(box, 4, 8); row += 1) track.places.push(Number(box.readBigUInt64BE(8 + row * 8)));
  },
  trex: (box, _track, defaults) => {
    defaults.time = box.readUInt32BE(12);
    defaults.size = box.readUInt32BE(16);
  },
  tfhd: (box, _track, defaults) => {
    const flags = flagsOf(box);
    let at = 8 + (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0);
    if (flags & 8) defaults.time = box.readUInt32BE(at);
    if (flags & 8) at += 4;
    if (flags & 16) defaults.size = box.readUInt32BE(at);
  },
  trun: (box, track, defaults) => {
    const flags = flagsOf(box);
    const start = 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
    const width = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4;
    const count = box.readUInt32BE(4);
    track.samples += count;
    // Without rows all of its samples are alike.
    if (width === 0) {
      track.time += count * defaults.time;
      track.bytes += count * defaults.size;
      return;
    }
    if (start + count * width > box.length) throw new UnfitSound("Its description is broken.");
    for (let row = 0; row < count; row += 1) {
      const at = start + row * width;
      track.time += flags & 0x100 ? box.readUInt32BE(at) : defaults.time;
      track.bytes += flags & 0x200 ? box.readUInt32BE(at + (flags & 0x100 ? 4 : 0)) : defaults.size;
    }
  },
};
