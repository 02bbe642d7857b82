import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { sql } from "kysely";
import type { Change } from "#src/platform/change.js";
import type { Clock } from "#src/platform/clock.js";
import type { Database } from "#src/platform/database.js";
import { parseDuration } from "#src/platform/duration.js";
import { badInput, notFound } from "#src/platform/errors.js";
import { newId } from "#src/platform/ids.js";
import { defineList } from "#src/platform/lists/list.js";
import type { Visibility } from "#src/platform/owned-row.js";
import type { ByteRange } from "#src/platform/storage/object-store.js";
import type { SealedObject, SealedObjects } from "#src/platform/storage/sealed-objects.js";
import { placeOf, type Vault } from "#src/platform/vault.js";
import { cleanFileName } from "./file-name.js";
import type { SignedAddresses } from "./signed-addresses.js";
import { type SoundFacts, StoredFile } from "./stored-file.js";
import type { TemporaryCopies } from "./temporary-copies.js";

export const fileList = defineList(StoredFile, { plural: "storedFiles" });

/** How long the address of a file is good, in milliseconds. */
const addressMs = 60 * 60_000;
const longestAddressMs = 7 * 24 * 60 * 60_000;

/** Encrypted bytes in the store that no row names yet. */
export interface StoredBytes extends SealedObject {
  readonly key: Buffer;
}

/** What is said of bytes when they become a file. */
interface AboutFile {
  readonly id?: string;
  readonly name: string;
  readonly contentType: string;
  readonly visibility: Visibility;
  readonly createdById: string;
  readonly partOfId?: string;
  readonly sound?: SoundFacts;
}

/** A file as its bytes are found. */
export interface FoundFile extends Pick<StoredFile, "id" | "name" | "contentType" | "sha256"> {
  readonly size: number;
  open(range?: ByteRange): Promise<Readable>;
}

interface Deps {
  readonly database: Database;
  readonly vault: Vault;
  readonly objects: SealedObjects;
  readonly copies: TemporaryCopies;
  readonly addresses: SignedAddresses;
  readonly clock: Clock;
}

/** Files: encrypted bytes in the store, each named by one row. The object of a row that goes is removed by itself. */
export class FileService {
  constructor(private readonly deps: Deps) {}

  /** Stores bytes, encrypted. They stay when `add` names them within an hour. */
  async store(content: Readable, signal?: AbortSignal): Promise<StoredBytes> {
    const key = randomBytes(32);
    return { ...(await this.deps.objects.put(key, content, signal)), key };
  }

  /** Makes a file of stored bytes, in the commit of what it is for. */
  async add(change: Change, bytes: StoredBytes, about: AboutFile): Promise<StoredFile> {
    const { id = newId("stored_file"), partOfId = null, ...rest } = about;
    const said = { ...rest, partOfId, name: cleanFileName(rest.name) };
    const { objectKey, key, size, sha256 } = bytes;
    await this.deps.objects.keep(change, objectKey);
    const place = placeOf(Object.assign(new StoredFile(), { id, workspaceId: change.actor.workspaceId }), "fileKey");
    const fileKey = await this.deps.vault.seal(key.toString("base64url"), place);
    const file = change.create(StoredFile, { id, ...said, size, sha256, objectKey, fileKey });
    const { name, contentType } = file;
    change.record("file.stored", file, { id, name, contentType, size });
    return file;
  }

  /** Lets stored bytes go whose commit did not come. */
  discard(objectKey: string): Promise<void> {
    return this.deps.objects.discard(objectKey);
  }

  /** The decrypted bytes, or a range of them. Who may have them was decided before. */
  async open(fileId: string, workspaceId: string, range?: ByteRange): Promise<Readable> {
    const file = await this.#find(sql`id = ${fileId} and workspace_id = ${workspaceId}`);
    if (file === undefined) throw notFound("stored file", fileId);
    return file.open(range);
  }

  /** The file behind an address that `addressOf` gave. */
  find(fileId: string): Promise<FoundFile | undefined> {
    return this.#find(sql`id = ${fileId}`);
  }

  /** Runs `use` over a decrypted copy of mode 0600, which is removed afterwards. */
  async withCopy<T>(fileId: string, workspaceId: string, use: (path: string) => Promise<T>): Promise<T> {
    return this.deps.copies.with(await this.open(fileId, workspaceId), use);
  }

  /** Where whoever has the address reads the file until the time is over, without signing in. */
  addressOf({ id }: { id: string }, validMs = addressMs): string {
    return this.deps.addresses.sign("GET", `/files/${id}`, new Date(this.deps.clock.now().getTime() + validMs));
  }

  /** The same for a time that a client asks for. Throws BAD_USER_INPUT. */
  addressFor(file: { id: string }, expiresIn: string): string {
    const validMs = parseDuration(expiresIn, "expiresIn", { ms: longestAddressMs, text: "P7D" });
    if (validMs < 1_000) throw badInput("An address is good for one second at the least: PT1S.", "expiresIn");
    return this.addressOf(file, validMs);
  }

  async #find(where: ReturnType<typeof sql>): Promise<FoundFile | undefined> {
    const row = await this.deps.database.row(sql<StoredFile & { size: string }>`
      select id, workspace_id as "workspaceId", name, content_type as "contentType", size, sha256,
        object_key as "objectKey", file_key as "fileKey" from stored_file where ${where}`);
    if (row === undefined) return undefined;
    const { id, name, contentType, sha256, objectKey } = row;
    const size = Number(row.size);
    const open = async (range?: ByteRange) => {
      const place = placeOf(Object.assign(new StoredFile(), row), "fileKey");
      const key = Buffer.from(await this.deps.vault.open(row.fileKey, place), "base64url");
      return this.deps.objects.open({ objectKey, size }, key, range);
    };
    return { id, name, contentType, sha256, size, open };
  }
}
