/** Beginnings that lead elsewhere, if somebody follows them. */
const ways = [
  "../",
  "../../../../",
  "..\\..\\..\\",
  "/",
  "/etc/",
  "/tmp/",
  "C:\\",
  "\\\\server\\share\\",
  "file:///",
  "%2e%2e%2f%2e%2e%2f",
  "..%c0%af..%c0%af",
  "....//....//",
  "..;/",
  "\u002e\u002e\u2215",
  "\uff0e\uff0e\uff0f",
  "~/",
  "$HOME/",
  "`id`/",
  "./",
  "a/../../",
  "\0/",
  "dev/",
];

const ends = [
  "",
  ".wav",
  "\0.wav",
  ".wav\0.sh",
  "\n.wav",
  "\r\nSet-Cookie: a=b",
  "\u202evaw.exe",
  " ",
  ".",
  "...",
  ":stream",
  "::$DATA",
  "|id",
  ";id",
  "$(id)",
  "'\"<>",
  "\ud800",
  "\ufeff",
  "\u200b",
  "\u{1f600}",
  "e\u0301".repeat(50),
  "x".repeat(300),
  "x".repeat(3_000),
  "/",
  "\\",
  "%00",
  "?a=b#c",
];

const devices = ["CON", "NUL", "aux.wav", "COM1", "LPT9.mp3", "PRN", "..", ".", "", " ", ".htaccess", "-rf", "--help"];

/** Names that have led programs astray, each with a mark by which its traces would be found. */
export const hostileNames = (count: number, mark: string): string[] => {
  const names = [...devices];
  for (let index = 0; names.length < count; index += 1) {
    const way = ways[index % ways.length] ?? "";
    const end = ends[Math.floor(index / ways.length) % ends.length] ?? "";
    const again = way.repeat(Math.floor(index / (ways.length * ends.length)) + 1);
    names.push(`${again}${mark}-${index}${end}`.slice(0, 4_000));
  }
  return names;
};
