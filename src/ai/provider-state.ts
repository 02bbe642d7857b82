import { Entity, PrimaryKey } from "@mikro-orm/decorators/legacy";
import { PrivateColumn, SystemTable } from "#src/platform/column.js";
import type { Circuit } from "./circuit-breaker.js";
import type { HealthReading } from "./probe-provider.js";

/** What was found at the last probe, and since when it has been like that. */
export interface StoredHealth extends HealthReading {
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** What all processes know of one provider. */
@SystemTable()
@Entity({ tableName: "provider_state" })
export class ProviderState {
  /** Its name. */
  @PrimaryKey({ type: "text" })
  provider!: string;

  /** Null until a call has failed. */
  @PrivateColumn({ sql: "jsonb", nullable: true })
  circuit!: Circuit | null;

  /** Null until it was probed. */
  @PrivateColumn({ sql: "jsonb", nullable: true })
  health!: StoredHealth | null;

  /** Whoever puts it off makes the next probe. */
  @PrivateColumn({ sql: "timestamptz" })
  probeDueAt!: Date;

  /** Grows with each change that clients are told of, over all providers and in the order of the commits. */
  @PrivateColumn({ sql: "bigint" })
  place!: string;
}

/** Woken by each change that clients are told of. */
export const providerStateTopic = "provider-states";
