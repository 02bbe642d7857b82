import { StorageError } from "./storage-error.js";

interface Said {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const keySettings = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";

/** What the operator has to look at, by the name of the error: the setting, and what is wrong. */
const wrongSettings: Readonly<Record<string, readonly [setting: string, problem: string]>> = {
  NoSuchBucket: ["S3_BUCKET", "there is no such bucket; make it, or correct S3_BUCKET"],
  InvalidBucketName: ["S3_BUCKET", "this is not the name of a bucket; correct S3_BUCKET"],
  AccessDenied: ["AWS_ACCESS_KEY_ID", "this access key may not do that; docs/files.md has the policy that it needs"],
  InvalidAccessKeyId: ["AWS_ACCESS_KEY_ID", `the access key is not known there; correct ${keySettings}`],
  SignatureDoesNotMatch: ["AWS_SECRET_ACCESS_KEY", `the secret of the access key is wrong; correct ${keySettings}`],
  ExpiredToken: ["AWS_ACCESS_KEY_ID", "the credentials of this machine have ended; renew them"],
  InvalidToken: ["AWS_ACCESS_KEY_ID", "the credentials of this machine are not valid; renew them"],
  CredentialsProviderError: [
    "AWS_ACCESS_KEY_ID",
    `there are no credentials; set ${keySettings}, or give the machine a role`,
  ],
  PermanentRedirect: ["AWS_REGION", "the bucket is in another region; correct AWS_REGION"],
  AuthorizationHeaderMalformed: ["AWS_REGION", "the bucket is in another region; correct AWS_REGION"],
  IllegalLocationConstraintException: ["AWS_REGION", "the bucket is in another region; correct AWS_REGION"],
  RequestTimeTooSkewed: ["S3_ENDPOINT", "the clocks of this machine and of the store differ; set them right"],
  ENOTFOUND: ["S3_ENDPOINT", "its name is not known; correct S3_ENDPOINT"],
  CERT_HAS_EXPIRED: ["S3_ENDPOINT", "its certificate has expired; renew it"],
  DEPTH_ZERO_SELF_SIGNED_CERT: ["S3_ENDPOINT", "its certificate is not trusted; see NODE_EXTRA_CA_CERTS"],
};

export const statusOfS3 = (error: unknown): number | undefined => (error as Said).$metadata?.httpStatusCode;

/** What an error of the client means for the operator. The store's own text is left to the cause. */
export const s3Error = (bucket: string, cause: unknown): StorageError => {
  const { name = "", code = "" } = cause as Said;
  const status = statusOfS3(cause);
  const byStatus = status === 403 ? "AccessDenied" : status === 301 ? "PermanentRedirect" : "";
  const known = wrongSettings[name] ?? wrongSettings[code] ?? wrongSettings[byStatus];
  const [setting, problem] = known ?? [
    "S3_ENDPOINT",
    `it ${status === undefined ? "does not answer" : `answered ${status}`}; files wait until it does`,
  ];
  const text = `The bucket ${bucket} cannot be used: ${problem} (${code || name}).`;
  return new StorageError(setting, text, { cause, passes: known === undefined });
};
