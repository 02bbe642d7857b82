/** What a million tokens of a model cost, or a minute of sound, from a time on. */
export interface PricePoint {
  /** Null for whatever provider offers the model. */
  readonly provider: string | null;
  /** Beginning of the model's name. */
  readonly model: string;
  readonly validFrom: Date;
  readonly inputMicrosPerMillion: number;
  readonly outputMicrosPerMillion: number;
  readonly microsPerMinute: number | null;
}

const from = (day: string, model: string, inputDollars: number, outputDollars: number): PricePoint => ({
  provider: null,
  model,
  validFrom: new Date(day),
  inputMicrosPerMillion: Math.round(inputDollars * 1_000_000),
  outputMicrosPerMillion: Math.round(outputDollars * 1_000_000),
  microsPerMinute: null,
});

const listening = (day: string, model: string, dollarsPerMinute: number): PricePoint => ({
  ...from(day, model, 0, 0),
  microsPerMinute: Math.round(dollarsPerMinute * 1_000_000),
});

/** List prices in US dollars for a million tokens or a minute, as vendors published them; `setModelPrice` has the last word. */
export const publishedPrices: readonly PricePoint[] = [
  from("2024-05-13", "gpt-4o", 5, 15),
  from("2024-08-06", "gpt-4o", 2.5, 10),
  from("2024-07-18", "gpt-4o-mini", 0.15, 0.6),
  from("2025-04-14", "gpt-4.1", 2, 8),
  from("2025-04-14", "gpt-4.1-mini", 0.4, 1.6),
  from("2025-04-14", "gpt-4.1-nano", 0.1, 0.4),
  from("2025-10-15", "claude-haiku-4-5", 1, 5),
  from("2025-05-22", "claude-sonnet-4", 3, 15),
  from("2025-05-22", "claude-opus-4", 15, 75),
  listening("2023-03-01", "whisper-1", 0.006),
  listening("2025-03-20", "gpt-4o-transcribe", 0.006),
  listening("2025-03-20", "gpt-4o-mini-transcribe", 0.003),
  from("2024-01-25", "text-embedding-3-small", 0.02, 0),
  from("2024-01-25", "text-embedding-3-large", 0.13, 0),
];
