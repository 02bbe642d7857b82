import { registerEnumType } from "type-graphql";

export enum ReportStatus {
  PENDING = "PENDING",
  RUNNING = "RUNNING",
  DONE = "DONE",
  FAILED = "FAILED",
  CANCELLED = "CANCELLED",
}

registerEnumType(ReportStatus, {
  name: "ReportStatus",
  description: "How far a report is.",
  valuesConfig: {
    PENDING: { description: "No worker has begun." },
    RUNNING: { description: "A worker is at it." },
    DONE: { description: "Its file is there." },
    FAILED: { description: "It could not be finished; `errorCode` says why. There is no file." },
    CANCELLED: { description: "It was stopped. There is no file." },
  },
});
