import { crc32, deflateRawSync } from "node:zlib";

const { concat } = Buffer;
export const latin = (text: string) => Buffer.from(text, "latin1");

/** A ZIP archive with one file, as programs make it. */
export const zipOf = (text: string, comment = ""): Buffer => {
  const [plain, name] = [latin(text), latin("run.js")];
  const packed = deflateRawSync(plain);
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(20, 0);
  facts.writeUInt16LE(8, 4);
  facts.writeUInt32LE(crc32(plain), 10);
  facts.writeUInt32LE(packed.length, 14);
  facts.writeUInt32LE(plain.length, 18);
  facts.writeUInt16LE(name.length, 22);
  const local = concat([latin("PK\x03\x04"), facts, name, packed]);
  const central = concat([latin("PK\x01\x02"), Buffer.of(20, 0), facts, Buffer.alloc(14), name]);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  end.writeUInt16LE(comment.length, 20);
  return concat([local, central, end, latin(comment)]);
};

export const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
export const be32 = (value: number) => u32(value).swap32();
export const box = (kind: string, content: Buffer) => concat([be32(8 + content.length), latin(kind), content]);
export const changed = (bytes: Buffer, change: (copy: Buffer) => unknown): Buffer => {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
};
export const half = (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length / 2));

/** A WAV with one more chunk, at its beginning or its end, that counts as the format says. */
export const wavWith = (wav: Buffer, id: string, content: Buffer, where: "first" | "last"): Buffer => {
  const chunk = concat([latin(id), u32(content.length), content, Buffer.alloc(content.length & 1)]);
  const parts = where === "first" ? [wav.subarray(0, 12), chunk, wav.subarray(12)] : [wav, chunk];
  return changed(concat(parts), (copy) => copy.writeUInt32LE(copy.length - 8, 4));
};

const oggSum = (page: Buffer): number => {
  let crc = 0;
  for (const byte of page) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
};

/** The pages of an Ogg file. */
export const pagesOf = (ogg: Buffer): Buffer[] => {
  const pages: Buffer[] = [];
  for (let at = 0; at < ogg.length; ) {
    const segments = ogg[at + 26] ?? 0;
    const lacing = ogg.subarray(at + 27, at + 27 + segments);
    const end = at + 27 + segments + lacing.reduce((sum, each) => sum + each, 0);
    pages.push(ogg.subarray(at, end));
    at = end;
  }
  return pages;
};

export const resummed = (page: Buffer, change: (copy: Buffer) => unknown): Buffer =>
  changed(page, (copy) => {
    change(copy);
    copy.writeUInt32LE(0, 22);
    copy.writeUInt32LE(oggSum(copy), 22);
  });
