import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { StoredFile } from "#src/files/stored-file.js";
import type { Actor } from "#src/platform/actor.js";
import { Visibility } from "#src/platform/owned-row.js";
import type { ByteRange } from "#src/platform/storage/object-store.js";
import type { TestAtrium } from "./atrium.js";
import type { Team } from "./team.js";

/** The owner of a team, as services know them. */
export const actorOf = ({ id, owner }: Team): Actor => ({
  workspaceId: id,
  userId: owner.userId,
  permissions: new Set(),
  requestId: `request_${randomBytes(8).toString("hex")}`,
});

/** Bytes as they come from a client: in parts of any size. */
export const contentOf = (bytes: Buffer): Readable =>
  Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += 10_007) yield bytes.subarray(at, at + 10_007);
    })(),
    { objectMode: false },
  );

interface About {
  name?: string;
  contentType?: string;
  visibility?: Visibility;
}

/** A file with these bytes, stored past the uploads. */
export const storeFile = async (
  { app }: TestAtrium,
  team: Team,
  bytes: Buffer,
  about: About = {},
): Promise<StoredFile> => {
  const actor = actorOf(team);
  const stored = await app.files.store(contentOf(bytes));
  return app.database.write(actor, (change) =>
    app.files.add(change, stored, {
      name: about.name ?? "speech.wav",
      contentType: about.contentType ?? "audio/wav",
      visibility: about.visibility ?? Visibility.WORKSPACE,
      createdById: actor.userId,
    }),
  );
};

export const readFileOf = async ({ app }: TestAtrium, file: StoredFile, range?: ByteRange): Promise<Buffer> =>
  buffer(await app.files.open(file.id, file.workspaceId, range));

/** Every file below a folder, by its path in it. */
export const filesBelow = async (folder: string): Promise<string[]> => {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return found
    .filter((each) => !each.isDirectory())
    .map((each) => join(each.parentPath, each.name))
    .sort();
};

export const allBytesBelow = async (folder: string): Promise<Buffer> =>
  Buffer.concat(await Promise.all((await filesBelow(folder)).map((path) => readFile(path))));
