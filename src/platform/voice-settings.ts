import { z } from "zod";
import { integer, list, url } from "./setting-kinds.js";

/** Settings of speech: who writes it down, and how long it may be. */
export const voiceSettings = {
  ATRIUM_TRANSCRIBER: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Transcriber when a request names none: openai, azure, server or command. Default: the first one that is configured.",
    ),
  OPENAI_TRANSCRIPTION_MODELS: list
    .default(["whisper-1"])
    .describe("Models by which openai transcribes, the default first. OPENAI_API_KEY turns it on."),
  AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENTS: list
    .default([])
    .describe("Deployments by which azure transcribes, the default first. Default: none."),
  ATRIUM_TRANSCRIPTION_URL: url(["http:", "https:"], "http://localhost:8000/v1")
    .optional()
    .describe(
      "A server with OpenAI's audio API, such as faster-whisper or whisper.cpp: turns on the transcriber server.",
    ),
  ATRIUM_TRANSCRIPTION_KEY: z.string().min(1).optional().describe("Key of that server. Local ones often want none."),
  ATRIUM_TRANSCRIPTION_MODELS: list
    .default(["whisper-1"])
    .describe(
      "Models of that server, or for `{model}` of ATRIUM_TRANSCRIBE_COMMAND, the default first, separated by commas.",
    ),
  ATRIUM_TRANSCRIBE_COMMAND: z
    .string()
    .regex(/\S\s.*\{input\}/, { error: "must be a program with `{input}` among its arguments" })
    .optional()
    .describe(
      "Program that transcribes on this machine, with `{input}` for a WAV file: turns on the transcriber command. docs/voice.md has examples.",
    ),
  ATRIUM_TRANSCRIPTION_PARALLEL: integer(1, 64)
    .default(4)
    .describe("Stretches of one recording that are transcribed side by side."),
  ATRIUM_RECORDING_MINUTES: integer(1, 10_080).default(240).describe("Most minutes of one recording."),
  FFMPEG_PATH: z
    .string()
    .min(1)
    .optional()
    .describe("The program ffmpeg, which long recordings need. Default: the one on PATH."),
};
