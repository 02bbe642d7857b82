import { z } from "zod";
import { integer, url } from "./setting-kinds.js";

/** Settings of where files lie, and how large they may be. */
export const fileSettings = {
  S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { error: "must be the name of a bucket, such as atrium-files" })
    .optional()
    .describe("Bucket of an S3-compatible store that has all files. Without it they are in ATRIUM_DATA_DIR/files."),
  S3_ENDPOINT: url(["http:", "https:"], "https://s3.example.com")
    .optional()
    .describe("Address of the S3-compatible store. Default: that of Amazon S3 in AWS_REGION."),
  AWS_REGION: z.string().min(1).default("us-east-1").describe("Region of the bucket."),
  AWS_ACCESS_KEY_ID: z
    .string()
    .min(1)
    .optional()
    .describe("Access key of the S3-compatible store. Default: what the machine itself is given, such as a role."),
  AWS_SECRET_ACCESS_KEY: z.string().min(1).optional().describe("Secret of that access key."),
  ATRIUM_UPLOAD_MB: integer(1, 1_048_576).default(2_048).describe("Most megabytes (2^20 bytes) of one upload."),
  ATRIUM_UPLOAD_HOURS: integer(1, 8_760)
    .default(24)
    .describe("Hours after its last byte in which an unfinished upload can be resumed; then it is deleted."),
};
