import { registerEnumType } from "type-graphql";

export enum TranscriptStatus {
  PENDING = "PENDING",
  PROCESSING = "PROCESSING",
  DONE = "DONE",
  FAILED = "FAILED",
  CANCELLED = "CANCELLED",
}

registerEnumType(TranscriptStatus, {
  name: "TranscriptStatus",
  description: "How far a transcription is.",
  valuesConfig: {
    PENDING: { description: "No worker has begun." },
    PROCESSING: { description: "A worker is at it; segments that are there can be read." },
    DONE: { description: "All that is spoken is written down. Silence has no segments." },
    FAILED: { description: "It could not be finished; `errorCode` says why. What is there stays." },
    CANCELLED: { description: "It was stopped. What is there stays." },
  },
});

export enum ChunkStatus {
  PENDING = "PENDING",
  DONE = "DONE",
  FAILED = "FAILED",
}

registerEnumType(ChunkStatus, {
  name: "ChunkStatus",
  description: "How far a stretch of sound is.",
  valuesConfig: {
    PENDING: { description: "It is waiting, or being listened to." },
    DONE: { description: "Its segments are there." },
    FAILED: { description: "It was tried as often as it may be." },
  },
});
