import { columnName, storageOf } from "./column.js";
import type { KeyRing } from "./key-ring.js";
import type { Node } from "./node.js";
import { seal, unseal } from "./sealed-text.js";

/** Where a sealed text is stored. Anywhere else it does not open. */
export interface Place {
  readonly table: string;
  /** Id of the row. */
  readonly row: string;
  /** Name of the column in SQL, such as `refresh_token`. */
  readonly column: string;
  /** The row's workspace; null for rows of a class without one. */
  readonly workspaceId: string | null;
}

/** A sealed text that does not open. Its message names the place and shows nothing of the text. */
export class UnsealError extends Error {
  constructor(place: Place, reason: string, options?: ErrorOptions) {
    super(`What is sealed in ${place.table}.${place.column} of ${place.row} does not open: ${reason}.`, options);
    this.name = "UnsealError";
  }
}

const format = /^v1\.(data_key_[0-9a-z]{26})\.([\w-]+)$/;

/** The place of a property of a stored row: what `SealedColumn` stands at, and rotation looks for. */
export const placeOf = (row: Node & { workspaceId?: string }, property: string): Place => ({
  table: storageOf(row.constructor as never).table,
  row: row.id,
  column: columnName(property),
  workspaceId: row.workspaceId ?? null,
});

/**
 * Envelope encryption of single values: AES-256-GCM by a data key, which is stored under a key that follows from
 * ATRIUM_SECRET. The sealed text is `v1.<id of the data key>.<nonce, tag and ciphertext in base64url>`.
 */
export class Vault {
  constructor(private readonly ring: KeyRing) {}

  /** The text under the newest key, for its place alone. */
  async seal(text: string, place: Place): Promise<string> {
    const { id, bytes } = await this.ring.active();
    return `v1.${id}.${seal(bytes, text, additionalData(id, place)).toString("base64url")}`;
  }

  /** Throws `UnsealError` when it was changed, or sealed for another place. */
  async open(sealed: string, place: Place): Promise<string> {
    const [, id = "", encoded = ""] = format.exec(sealed) ?? [];
    const bytes = Buffer.from(encoded, "base64url");
    // Base 64 has several spellings of the same bytes; ours is the only one that opens.
    if (id === "" || bytes.toString("base64url") !== encoded) throw new UnsealError(place, "it is not a sealed text");
    const key = await this.ring.find(id);
    if (key === undefined) throw new UnsealError(place, `the key ${id} is not in this database`);
    try {
      return unseal(key.bytes, bytes, additionalData(id, place));
    } catch (cause) {
      throw new UnsealError(place, "it was changed, or sealed for another place", { cause });
    }
  }
}

/** A JSON list, so that no two places have the same. */
const additionalData = (keyId: string, { table, row, column, workspaceId }: Place) =>
  JSON.stringify(["v1", keyId, table, row, column, workspaceId]);
