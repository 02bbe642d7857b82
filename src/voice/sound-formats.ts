/** A format of sound that recordings may have. */
export interface SoundFormat {
  /** What file names end with: some services go by it. */
  readonly extension: string;
  /** How FFmpeg calls its reader. */
  readonly demuxer: string;
}

const formats: readonly (readonly [contentType: RegExp, SoundFormat])[] = [
  [/^audio\/(x-)?(wav|wave|vnd\.wave)$/, { extension: "wav", demuxer: "wav" }],
  [/^audio\/(mpeg|mp3)$/, { extension: "mp3", demuxer: "mp3" }],
  [/^(audio\/(x-m4a|m4a|mp4)|video\/mp4)$/, { extension: "m4a", demuxer: "mov" }],
  [/^(audio|video|application)\/ogg$/, { extension: "ogg", demuxer: "ogg" }],
  [/^(audio|video)\/webm$/, { extension: "webm", demuxer: "matroska" }],
  [/^audio\/(x-)?flac$/, { extension: "flac", demuxer: "flac" }],
];

/** The format of a content type, whatever parameters it has; nothing for one that is not sound. */
export const soundFormatOf = (contentType: string): SoundFormat | undefined => {
  const [type = ""] = contentType.toLowerCase().split(";");
  return formats.find(([pattern]) => pattern.test(type.trim()))?.[1];
};
