import { ManyToOne, Unique } from "@mikro-orm/decorators/legacy";
import { PrivateColumn, SealedColumn, Stored } from "#src/platform/column.js";
import { Node } from "#src/platform/node.js";
import { User } from "./user.js";

/** A user's authenticator app (RFC 6238: SHA-1, 6 digits, 30 seconds, which is what the apps agree on). */
@Stored({ table: "totp", description: "An authenticator app of a user." })
export class Totp extends Node {
  @ManyToOne(() => User, { mapToPk: true, fieldName: "user_id", deleteRule: "cascade", unique: true })
  userId!: string;

  @SealedColumn()
  secret!: string;

  @PrivateColumn({ sql: "timestamptz" })
  createdAt!: Date;

  /** When a first code showed that the app has the secret. Before that it is asked of nobody. */
  @PrivateColumn({ sql: "timestamptz", nullable: true })
  confirmedAt!: Date | null;

  /** Number of the 30 seconds of the last code that was taken: it and earlier ones are spent. */
  @PrivateColumn({ sql: "bigint", nullable: true })
  lastStep!: string | null;
}

/** Good once, instead of a code of the app. */
@Stored({ table: "recovery_code", description: "A recovery code of a user." })
@Unique({ name: "recovery_code_user_hash", properties: ["userId", "hash"] })
export class RecoveryCode extends Node {
  @ManyToOne(() => User, { mapToPk: true, fieldName: "user_id", deleteRule: "cascade" })
  userId!: string;

  /** By a key that follows from ATRIUM_SECRET: who has the database alone cannot try codes. */
  @PrivateColumn({ sql: "text" })
  hash!: string;

  @PrivateColumn({ sql: "timestamptz", nullable: true })
  usedAt!: Date | null;
}
