import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "@20minutes/s3rver";

export interface S3Server {
  /** The settings of an instance that keeps its files there. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the server itself keeps them. */
  readonly folder: string;
  close(): Promise<void>;
}

/** A store that speaks S3, on loopback, with one bucket. It checks signatures. */
export const startS3 = async (): Promise<S3Server> => {
  const directory = await mkdtemp(join(tmpdir(), "atrium-s3-"));
  const server = new S3rver({
    address: "127.0.0.1",
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: "atrium-files", configs: [] }],
  });
  const { port }: AddressInfo = await server.run();
  return {
    env: {
      S3_BUCKET: "atrium-files",
      S3_ENDPOINT: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: "S3RVER",
      AWS_SECRET_ACCESS_KEY: "S3RVER",
    },
    folder: directory,
    close: async () => {
      server.httpServer.closeAllConnections();
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
