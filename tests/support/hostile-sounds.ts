import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { be32, box, changed, half, latin, pagesOf, resummed, u32, wavWith, zipOf } from "./forged-bytes.js";
import { noiseWav } from "./sounds.js";

const run = promisify(execFile);
const { concat } = Buffer;

/** A file, and what the refusal must say. */
export interface Hostile {
  readonly name: string;
  readonly bytes: Buffer;
  readonly problem: RegExp;
}

const programs = (): Hostile[] => {
  const rest = randomBytes(2_000);
  const made = (name: string, start: Buffer, problem: RegExp) => ({ name, bytes: concat([start, rest]), problem });
  return [
    made("elf.wav", Buffer.from("7f454c46020101000000000000000000", "hex"), /program \(ELF\)/),
    made("elf.mp3", Buffer.from("7f454c46010101030000000000000000", "hex"), /program \(ELF\)/),
    made("pe.wav", latin("MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0"), /program \(PE\)/),
    made("pe.flac", latin("MZRE"), /program \(PE\)/),
    made("mach-o.m4a", Buffer.from("cffaedfe07000001", "hex"), /Mach-O/),
    made("mach-o-fat.ogg", Buffer.from("cafebabe00000002", "hex"), /Mach-O/),
    made("big-endian-mach-o.wav", Buffer.from("feedfacf01000007", "hex"), /Mach-O/),
    made("wasm.webm", Buffer.from("0061736d01000000", "hex"), /WebAssembly/),
    { name: "shell.wav", bytes: latin("#!/bin/sh\nrm -rf ~\n"), problem: /script/ },
    { name: "python.mp3", bytes: latin("#!/usr/bin/env python3\nprint(1)\n"), problem: /script/ },
    { name: "batch.wav", bytes: latin("@echo off\r\nformat c:\r\n"), problem: /text, and not sound/ },
    { name: "javascript.mp3", bytes: latin("alert(document.cookie);//"), problem: /text, and not sound/ },
  ];
};

const archives = (): Hostile[] => {
  const rest = randomBytes(2_000);
  const bomb = gzipSync(Buffer.alloc(20_000_000));
  return [
    { name: "zip.wav", bytes: zipOf("alert(1)"), problem: /application\/zip/ },
    { name: "empty-zip.wav", bytes: concat([latin("PK\x05\x06"), Buffer.alloc(18)]), problem: /application\/zip/ },
    { name: "bomb.mp3", bytes: bomb, problem: /application\/gzip/ },
    { name: "bomb-in-bomb.mp3", bytes: gzipSync(bomb), problem: /application\/gzip/ },
    { name: "bzip2.ogg", bytes: concat([latin("BZh91AY&SY"), rest]), problem: /bzip2/ },
    { name: "xz.ogg", bytes: concat([Buffer.from("fd377a585a00", "hex"), rest]), problem: /x-xz/ },
    { name: "7z.flac", bytes: concat([Buffer.from("377abcaf271c0004", "hex"), rest]), problem: /7z/ },
    { name: "rar.m4a", bytes: concat([latin("Rar!\x1a\x07\x01\0"), rest]), problem: /rar/ },
    { name: "zstd.webm", bytes: concat([Buffer.from("28b52ffd", "hex"), rest]), problem: /zstd/ },
    { name: "cab.wav", bytes: concat([latin("MSCF\0\0\0\0"), rest]), problem: /not sound|Sound is taken/ },
  ];
};

const documents = (): Hostile[] => {
  const text = (name: string, content: string, problem: RegExp) => ({ name, bytes: latin(content), problem });
  const rest = randomBytes(500);
  const image = (name: string, start: Buffer) => ({ name, bytes: concat([start, rest]), problem: /image\// });
  return [
    text("page.mp3", "<!DOCTYPE html><script>alert(1)</script>", /text, and not sound/),
    text(
      "picture.svg.wav",
      '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
      /text, and not sound|xml|svg/,
    ),
    text("feed.ogg", '<?xml version="1.0"?><a/>', /xml|text/),
    text("paper.wav", "%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n", /application\/pdf/),
    text("notes.flac", "Dear diary, today", /text, and not sound/),
    text("data.m4a", '{"a":1}', /text, and not sound/),
    text("letter.mp3", "{\\rtf1\\ansi hello}", /rtf/),
    image("photo.mp3", Buffer.from("ffd8ffe000104a46494600010100000100010000", "hex")),
    image(
      "picture.wav",
      concat([
        Buffer.from("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489", "hex"),
        be32(10),
        latin("IDAT"),
      ]),
    ),
    image("moving.ogg", latin("GIF89a\x01\0\x01\0")),
    image("new.webm", concat([latin("RIFF"), u32(600), latin("WEBPVP8 ")])),
    image("old.flac", concat([latin("BM"), u32(600), Buffer.alloc(4), u32(54), u32(40)])),
    image("small.m4a", Buffer.from("00000100010010100000010020006804", "hex")),
    { name: "nothing-known.wav", bytes: randomBytes(5_000).fill(0x80, 0, 16), problem: /no known kind|Sound is taken/ },
    { name: "zeros.wav", bytes: Buffer.alloc(5_000), problem: /no known kind/ },
  ];
};

/** Sound that is something else as well, by what was put behind it, in front of it, or inside. */
const polyglots = (sounds: ReadonlyMap<string, Buffer>): Hostile[] => {
  const of = (name: string) => sounds.get(name) as Buffer;
  const zip = zipOf("alert(1)");
  const behind = /behind its sound|not the end of FLAC|no Ogg page|says that it has|parts that WebM|ZIP archive/;
  const whole = [
    "speech.wav",
    "speech-whole.mp3",
    "speech-whole.flac",
    "speech-opus.ogg",
    "speech-whole.m4a",
    "speech-opus.webm",
  ];
  const wav = of("tone.wav");
  const tarred = changed(concat([Buffer.alloc(1_000)]), (copy) => copy.write("ustar", 257 - 20, "latin1"));
  const iso = changed(Buffer.alloc(40_000), (copy) => copy.write("CD001", 32_769 - 20, "latin1"));
  return [
    ...whole.map((name) => ({ name: `zip-behind-${name}`, bytes: concat([of(name), zip]), problem: behind })),
    ...whole.map((name) => ({
      name: `page-behind-${name}`,
      bytes: concat([of(name), latin("<html><script>alert(1)</script>")]),
      problem: behind,
    })),
    ...whole.map((name) => ({
      name: `elf-behind-${name}`,
      bytes: concat([of(name), latin("\x7fELF"), randomBytes(3_000)]),
      problem: behind,
    })),
    { name: "rar-behind.wav", bytes: concat([wav, latin("Rar!\x1a\x07\x01\0"), randomBytes(99)]), problem: behind },
    { name: "zip-in-chunk.wav", bytes: wavWith(wav, "JUNK", zip, "last"), problem: /ZIP archive/ },
    {
      name: "commented-zip-in-chunk.wav",
      bytes: wavWith(wav, "note", zipOf("x", "c".repeat(5_000)), "last"),
      problem: /ZIP archive/,
    },
    {
      name: "zip-in-samples.wav",
      bytes: changed(wav, (copy) => zip.copy(copy, copy.length - zip.length)),
      problem: /ZIP archive/,
    },
    { name: "zip-in-free-box.m4a", bytes: concat([of("speech-whole.m4a"), box("free", zip)]), problem: /ZIP archive/ },
    {
      name: "script-in-chunk.wav",
      bytes: wavWith(wav, "JUNK", latin("<script>alert(1)</script>"), "first"),
      problem: /web page/,
    },
    {
      name: "php-in-chunk.wav",
      bytes: wavWith(wav, "JUNK", latin("<?php system($_GET[0]); ?>"), "last"),
      problem: /web page/,
    },
    { name: "pdf-in-chunk.wav", bytes: wavWith(wav, "JUNK", latin("%PDF-1.4 and more"), "first"), problem: /a PDF/ },
    { name: "pdf-end.wav", bytes: wavWith(wav, "JUNK", latin("startxref\n0\n%%EOF"), "last"), problem: /a PDF/ },
    { name: "tar-in-chunk.wav", bytes: wavWith(wav, "JUNK", tarred, "first"), problem: /tar archive/ },
    { name: "disk-in-chunk.wav", bytes: wavWith(wav, "JUNK", iso, "first"), problem: /disk image/ },
    { name: "zip-before.mp3", bytes: concat([zip, of("speech-whole.mp3")]), problem: /application\/zip/ },
    { name: "gif-before.mp3", bytes: concat([latin("GIF89a/*"), of("speech-whole.mp3")]), problem: /image\/gif/ },
    {
      name: "page-before.mp3",
      bytes: concat([latin("<html><body>"), of("speech-bare.mp3")]),
      problem: /Sound is taken|no MPEG sound|known kind/,
    },
  ];
};

/** Sound that ends too early, or whose headers say what its bytes do not hold. */
const untrue = (sounds: ReadonlyMap<string, Buffer>): Hostile[] => {
  const of = (name: string) => sounds.get(name) as Buffer;
  const [wav, mp3, flac, ogg] = [
    of("tone.wav"),
    of("speech-whole.mp3"),
    of("speech-whole.flac"),
    of("speech-opus.ogg"),
  ];
  const [m4a, webm] = [of("speech-whole.m4a"), of("speech-opus.webm")];
  const data = wav.indexOf("data");
  const fmt = wav.indexOf("fmt ");
  const pages = pagesOf(ogg);
  const last = pages.at(-1) as Buffer;
  const made = (name: string, bytes: Buffer, problem: RegExp) => ({ name, bytes, problem });
  const cutOff = /cut off/;
  const manyParts = Array.from({ length: 20_000 }, () => concat([latin("JUNK"), u32(0)]));
  const nested = Array.from({ length: 5_000 }).reduce<Buffer>((inner) => box("trak", inner), Buffer.alloc(0));
  return [
    made("parts.wav", concat([wav.subarray(0, 12), ...manyParts, wav.subarray(12)]), /more parts/),
    made("nested.m4a", concat([m4a.subarray(0, m4a.readUInt32BE(0)), box("moov", nested)]), /broken/),
    made("half.wav", half(wav), cutOff),
    made("half.mp3", half(mp3), /cut off, or not true/),
    made("half.flac", half(flac), /cut off/),
    made("half.ogg", half(ogg), cutOff),
    made("half.m4a", half(m4a), cutOff),
    made("half.webm", half(webm), cutOff),
    made(
      "more-data-than-there-is.wav",
      changed(wav, (copy) => copy.writeUInt32LE(wav.length * 9, data + 4)),
      cutOff,
    ),
    made(
      "fast.wav",
      changed(wav, (copy) => copy.writeUInt32LE(11, fmt + 16)),
      /contradicts itself/,
    ),
    made(
      "no-rate.wav",
      changed(wav, (copy) => copy.fill(0, fmt + 12, fmt + 20)),
      /contradicts itself/,
    ),
    made("silent.wav", noiseWav(44), /without sound/),
    made(
      "no-format.wav",
      concat([latin("RIFF"), u32(20), latin("WAVEdata"), u32(8), Buffer.alloc(8)]),
      /without sound/,
    ),
    made(
      "mp3-in.wav",
      changed(wav, (copy) => copy.writeUInt16LE(85, fmt + 8)),
      /encoded in a way \(85\)/,
    ),
    made(
      "promises.mp3",
      changed(mp3, (copy) =>
        copy.writeUInt32BE(90_000, mp3.indexOf(/Xing/.test(mp3.toString("latin1")) ? "Xing" : "Info") + 8),
      ),
      /promises 90000 frames/,
    ),
    made("one-frame.mp3", mp3.subarray(0, 400), /without sound|cut off|Sound is taken|headers/),
    made(
      "hole.mp3",
      changed(mp3, (copy) => copy.fill(0x55, copy.length - 4_000, copy.length - 2_000)),
      /behind its sound/,
    ),
    made(
      "tag-alone.mp3",
      concat([latin("ID3\x04\0\0\0\0\x07\x76"), Buffer.alloc(1_014)]),
      /Sound is taken|MPEG sound|without sound|not sound/,
    ),
    made(
      "promises.flac",
      changed(flac, (copy) => copy.writeUInt32BE(90_000_000, 4 + 4 + 14)),
      /promises 90000000 samples/,
    ),
    made("header-alone.flac", flac.subarray(0, 42), /cut off|without sound/),
    made(
      "damaged-end.flac",
      changed(flac, (copy) => copy.fill(7, copy.length - 9)),
      /not the end of FLAC/,
    ),
    made("missing-page.ogg", concat(pages.filter((_, index) => index !== 3)), /missing|checksum/),
    made(
      "flipped.ogg",
      changed(ogg, (copy) => copy.writeUInt8((copy[9_000] ?? 0) ^ 1, 9_000)),
      /checksum/,
    ),
    made(
      "hours.ogg",
      concat([...pages.slice(0, -1), resummed(last, (copy) => copy.writeBigInt64LE(48_000n * 36_000n, 6))]),
      /not true/,
    ),
    made("two-streams.ogg", concat([...pages, ...pagesOf(of("tone-opus.ogg"))]), /several streams|missing/),
    made("headers-alone.ogg", concat(pages.slice(0, 2)), /without sound/),
    made("no-sound.m4a", m4a.subarray(0, m4a.readUInt32BE(0)), /without sound|Sound is taken/),
    made(
      "promises.m4a",
      changed(m4a, (copy) => copy.writeUInt32BE(2 ** 31, copy.indexOf("mdhd") + 4 + 16)),
      /promises/,
    ),
    made(
      "slow.m4a",
      changed(m4a, (copy) => copy.writeUInt32BE(44_100 * 60, copy.indexOf("stts") + 4 + 12)),
      /not true/,
    ),
    made(
      "sizes.m4a",
      changed(m4a, (copy) => copy.writeUInt32BE(2 ** 30, copy.indexOf("stsz") + 4 + 12)),
      /cut off/,
    ),
    made(
      "rows.m4a",
      changed(m4a, (copy) => copy.writeUInt32BE(2 ** 31, copy.indexOf("stts") + 4 + 4)),
      /broken/,
    ),
    made(
      "hours.webm",
      changed(webm, (copy) => copy.writeDoubleBE(3_600_000, copy.indexOf(Buffer.from("448988", "hex")) + 3)),
      /promises 3600000 ms/,
    ),
  ];
};

/** Comments that programs which read them would run, in all formats; pictures that move; and sound of other kinds. */
const byPrograms = async (sounds: ReadonlyMap<string, Buffer>): Promise<Hostile[]> => {
  const folder = await mkdtemp(join(tmpdir(), "atrium-hostile-"));
  const path = (name: string) => join(folder, name);
  const found: Hostile[] = [];
  const make = async (name: string, options: readonly string[], problem: RegExp) => {
    await run("ffmpeg", ["-loglevel", "error", "-y", "-i", path("speech.wav"), ...options, path(name)]);
    found.push({ name, bytes: await readFile(path(name)), problem });
  };
  const video = ["-f", "lavfi", "-i", "testsrc=d=1:s=64x64:r=5", "-map", "0:a", "-map", "1:v", "-shortest"];
  try {
    await writeFile(path("speech.wav"), sounds.get("speech.wav") as Buffer);
    for (const format of ["mp3", "flac", "ogg", "m4a", "webm", "wav"])
      await make(`script.${format}`, ["-metadata", "title=<script>alert(1)</script>"], /web page/);
    await make("page.mp3", ["-metadata", "comment=<html lang=en>"], /web page/);
    await make("pdf.mp3", ["-metadata", "title=%PDF-1.4"], /a PDF/);
    await make("pictures.mp4", video, /has pictures/);
    await make("pictures.webm", [...video, "-c:v", "libvpx"], /has pictures/);
    await make("matroska.mka", ["-c:a", "libopus"], /matroska|not WebM/);
    await make("sound.aiff", [], /aiff/);
    await make("sound.aac", [], /aac/);
    await make("sound.ac3", [], /dolby|ac3/);
    await make("sound.wma", [], /asf|wma/);
    await make("flac-in.ogg", ["-c:a", "flac"], /without Opus or Vorbis/);
    await make("adpcm.wav", ["-c:a", "adpcm_ms"], /encoded in a way/);
    await make("layer-two.mp2", [], /Sound is taken|MPEG sound/);
    return found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Files that must not pass as recordings, each under the name of one. */
export const hostileSounds = async (sounds: ReadonlyMap<string, Buffer>): Promise<Hostile[]> => [
  ...programs(),
  ...archives(),
  ...documents(),
  ...polyglots(sounds),
  ...untrue(sounds),
  ...(await byPrograms(sounds)),
];
