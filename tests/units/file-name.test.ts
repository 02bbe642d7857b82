import fc from "fast-check";
import { cleanFileName } from "#src/files/file-name.js";
import { attachment } from "#src/server/attachment.js";

test.each([
  ["speech.wav", "speech.wav"],
  ["../../etc/passwd", "passwd"],
  ["C:\\Users\\ann\\Rede am Montag.m4a", "Rede am Montag.m4a"],
  ["/absolute.wav", "absolute.wav"],
  ["..", "file"],
  ["", "file"],
  ["\0\n\r", "file"],
  [".hidden", "hidden"],
  ["trailing. . ", "trailing"],
  ["CON", "_CON"],
  ["nul.wav", "_nul.wav"],
  ["console.wav", "console.wav"],
  ["a\u202egnp.exe", "agnp.exe"],
  ['a<b>c:d"e|f?g*h', "a_b_c_d_e_f_g_h"],
  ["Cafe\u0301.wav", "Caf\u00e9.wav"],
  ["演説 🎤.flac", "演説 🎤.flac"],
  [`${"x".repeat(300)}.flac`, `${"x".repeat(250)}.flac`],
])("S1 the name %j is kept as %j", (given, kept) => {
  expect(cleanFileName(given)).toBe(kept);
});

test("S1 a kept name is kept again, has no path, and fits its column", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), (name) => {
      const kept = cleanFileName(name);
      expect(cleanFileName(kept)).toBe(kept);
      expect(kept).toMatch(/^[^/\\\p{Cc}]+$/u);
      expect([...kept].length).toBeLessThanOrEqual(255);
    }),
    { numRuns: 2_000 },
  );
});

test("S1 a header that offers a name is one line of ASCII, and says the name", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 100 }), (name) => {
      const header = attachment(name);
      expect(header).toMatch(/^attachment; filename="[ !#$&-[\]-~]*"; filename\*=UTF-8''[\w!#$&+.^`|~%-]*$/);
      const [, encoded = ""] = /filename\*=UTF-8''(.*)$/.exec(header) ?? [];
      expect(decodeURIComponent(encoded)).toBe(name.toWellFormed());
    }),
    { numRuns: 2_000 },
  );
});
