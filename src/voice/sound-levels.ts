export const frameMs = 20;

const samplesASecond = 16_000;
const frameBytes = (samplesASecond / 1000) * frameMs * 2;
const bytesAMs = (samplesASecond / 1000) * 2;

/** Decibels below full scale of what is not heard at all. */
export const quietest = 100;

/** How loud a sound is, frame by frame, from its samples (16 kHz, mono, 16 bit, little-endian) as they come. */
export class SoundLevels {
  #levels = new Uint8Array(4_096);
  #count = 0;
  #rest = Buffer.alloc(0);
  #bytes = 0;

  add(piece: Buffer): void {
    this.#bytes += piece.length;
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    let at = 0;
    for (; at + frameBytes <= bytes.length; at += frameBytes) this.#put(levelOf(bytes, at));
    this.#rest = Buffer.from(bytes.subarray(at));
  }

  /** Milliseconds of all samples. */
  get durationMs(): number {
    return Math.floor(this.#bytes / bytesAMs);
  }

  /** Decibels below full scale of each whole frame, 0 to `quietest`. */
  levels(): Uint8Array {
    return this.#levels.subarray(0, this.#count);
  }

  #put(level: number): void {
    if (this.#count === this.#levels.length) {
      const larger = new Uint8Array(this.#levels.length * 2);
      larger.set(this.#levels);
      this.#levels = larger;
    }
    this.#levels[this.#count] = level;
    this.#count += 1;
  }
}

/** Without the constant part that cheap microphones add. */
const levelOf = (bytes: Buffer, at: number): number => {
  let sum = 0;
  let squares = 0;
  for (let index = at; index < at + frameBytes; index += 2) {
    const sample = bytes.readInt16LE(index);
    sum += sample;
    squares += sample * sample;
  }
  const count = frameBytes / 2;
  const power = (squares - (sum * sum) / count) / count / 32_768 ** 2;
  return power <= 0 ? quietest : Math.min(quietest, Math.max(0, Math.round(-10 * Math.log10(power))));
};
