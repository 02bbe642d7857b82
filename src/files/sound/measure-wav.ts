import { type Measured, type SoundBytes, UnfitSound } from "./sound-bytes.js";

/** What programs write that do not know the length yet: FFmpeg and sox, eSpeak, and those that leave it open. */
const openSizes = new Set([0xffffffff, 0x7ffff000, 0x7fffffff, 0]);
/** Encodings whose length follows from their bytes: PCM, floats, A-law and µ-law, and those by their long name. */
const plainEncodings = new Set([1, 3, 6, 7, 0xfffe]);

interface Format {
  readonly byteRate: number;
  readonly blockAlign: number;
}

/** RIFF WAVE: chunks from the first byte to the last. */
export const measureWav = async (bytes: SoundBytes): Promise<Measured> => {
  const said = (await bytes.at(0, 12)).readUInt32LE(4);
  let format: Format | undefined;
  let data: number | undefined;
  let isStreamed = false;
  let position = 12;
  while (position < bytes.size) {
    bytes.nextPart(10_000);
    const head = await bytes.at(position, 8);
    const id = head.toString("latin1", 0, 4);
    const isBehind = !openSizes.has(said) && position >= said + 8;
    if (isBehind || !/^[\x20-\x7e]{4}$/.test(id) || id.startsWith("PK"))
      throw new UnfitSound(`It has ${bytes.size - position} bytes behind its sound that are none.`);
    let length = head.readUInt32LE(4);
    if (id === "fmt ") format = formatOf(await bytes.at(position + 8, Math.min(length, 16)));
    if (id === "data") {
      if (data !== undefined) throw new UnfitSound("It has its sound twice.");
      if (openSizes.has(length)) {
        isStreamed = true;
        length = bytes.size - position - 8;
      }
      data = length;
    }
    position += 8 + length + (length & 1);
  }
  if (position > bytes.size + 1)
    throw new UnfitSound(`It is cut off: ${position - bytes.size} bytes are missing at its end.`);
  if (!isStreamed && said + 8 + (said & 1) < bytes.size - 1)
    throw new UnfitSound(`It says that it has ${said + 8} bytes, and has ${bytes.size}.`);
  if (format === undefined || !data) throw new UnfitSound("It is a WAV file without sound.");
  return { contentType: "audio/wav", durationMs: (data / format.byteRate) * 1000, isStreamed };
};

const formatOf = (chunk: Buffer): Format => {
  if (chunk.length < 16) throw new UnfitSound("Its format is not described as WAV asks for.");
  const [encoding, channels, rate] = [chunk.readUInt16LE(0), chunk.readUInt16LE(2), chunk.readUInt32LE(4)];
  const [byteRate, blockAlign, bits] = [chunk.readUInt32LE(8), chunk.readUInt16LE(12), chunk.readUInt16LE(14)];
  if (!plainEncodings.has(encoding))
    throw new UnfitSound(`It is encoded in a way (${encoding}) that is not taken: send PCM, or another format.`);
  const isSound = rate >= 1_000 && rate <= 768_000 && channels >= 1 && channels <= 64;
  if (!isSound || blockAlign !== channels * Math.ceil(bits / 8) || byteRate !== rate * blockAlign)
    throw new UnfitSound("Its header contradicts itself: bits, channels and rate do not give its bytes a second.");
  return { byteRate, blockAlign };
};
