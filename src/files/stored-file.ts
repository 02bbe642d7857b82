import { Index } from "@mikro-orm/decorators/legacy";
import { GraphQLSafeInt } from "graphql-scalars";
import { User } from "#src/identity/user.js";
import { Column, PrivateColumn, Reference, SealedColumn, Stored } from "#src/platform/column.js";
import { OwnedRow, visibleToSharers } from "#src/platform/owned-row.js";
import { discardOnDelete } from "#src/platform/storage/discarded-object.js";

@Stored({
  table: "stored_file",
  description: "Bytes that were checked and stored, encrypted. `url` is where they are read.",
  visible: visibleToSharers({ partOf: "part_of_id" }),
  triggers: { stored_file_discards: discardOnDelete("stored_file", "select old.object_key") },
})
@Index({ name: "stored_file_created", properties: ["workspaceId", "createdAt", "id"] })
export class StoredFile extends OwnedRow {
  @Column(() => String, {
    sql: "varchar(255)",
    description: "The name it came with, 1 to 255 characters, without a path.",
    filter: true,
    sort: true,
  })
  name!: string;

  @Column(() => String, {
    sql: "varchar(100)",
    description: "What its bytes are, such as `audio/flac`: found in them, and not what was said of it.",
    filter: true,
    group: true,
  })
  contentType!: string;

  @Column(() => GraphQLSafeInt, { sql: "bigint", description: "Bytes.", filter: true, sort: true })
  size!: number;

  @Column(() => String, { sql: "text", description: "SHA-256 of its bytes, in hexadecimal digits.", filter: true })
  sha256!: string;

  @Reference(() => User, { field: "createdBy", description: "Who brought it; null once that person has left." })
  createdById!: string;

  /** The recording or report whose bytes it has: with whom that is shared, the file is. */
  @PrivateColumn({ sql: "text", nullable: true })
  partOfId!: string | null;

  /** Of its object in the store. */
  @PrivateColumn({ sql: "text", unique: true })
  objectKey!: string;

  /** 32 bytes in base64url, from which the keys of its object follow. */
  @SealedColumn()
  fileKey!: string;

  /** What the check found of its sound; null when it has none. */
  @PrivateColumn({ sql: "jsonb", nullable: true })
  sound!: SoundFacts | null;
}

/** What is known of sound, counted in its bytes. */
export interface SoundFacts {
  readonly durationMs: number;
  /** Such as `MPEG 1 Layer 3`, at most 50 characters. */
  readonly codec: string;
  /** A second. */
  readonly sampleRate: number | null;
  readonly channels: number | null;
}
