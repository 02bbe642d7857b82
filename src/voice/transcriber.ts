/** Sound that a transcriber is given: a file on this machine, which it does not change. */
export interface Sound {
  readonly path: string;
  /** Such as `audio/flac`: found in the bytes. */
  readonly contentType: string;
  readonly durationMs: number;
}

export interface TranscribeRequest {
  readonly sound: Sound;
  readonly model: string;
  /** BCP 47; left out when it is to be found out. */
  readonly language?: string | undefined;
  readonly signal: AbortSignal;
}

/** Times are milliseconds from the beginning of the sound. */
export interface HeardSegment {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
  readonly language?: string | undefined;
  /** 0 to 1. */
  readonly confidence?: number | undefined;
}

export interface Heard {
  /** In their order; none of them without words. */
  readonly segments: readonly HeardSegment[];
  readonly language?: string | undefined;
}

/**
 * Who writes down what is spoken. `transcribe` throws a `ProviderError` of src/ai/provider.ts: by its kind it is tried again
 * or not. What a setting is to blame for is a `DomainError` that names the setting.
 */
export interface Transcriber {
  /** How the API, the records and the settings call it, such as `openai` or `command`. */
  readonly name: string;
  /** The default first. */
  readonly models: readonly string[];
  /** Most that it takes at once; more is cut. */
  readonly limits: { readonly bytes: number; readonly durationMs: number };
  /** True when nobody is asked but this machine, which costs nothing. */
  readonly isLocal?: boolean;
  transcribe(request: TranscribeRequest): Promise<Heard>;
}
