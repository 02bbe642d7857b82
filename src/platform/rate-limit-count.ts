import { Entity, Index, PrimaryKey } from "@mikro-orm/decorators/legacy";
import { PrivateColumn } from "./column.js";

/** One count of one window, as rate-limiter-flexible keeps it. Its key holds no address and no id, only a pseudonym of them. */
@Entity({ tableName: "rate_limit_count" })
@Index({ name: "rate_limit_count_expire", properties: ["expire"] })
export class RateLimitCount {
  @PrimaryKey({ type: "text" })
  key!: string;

  @PrivateColumn({ sql: "integer" })
  points!: number;

  /** Milliseconds since 1970, by the machine's clock: when the row may be taken away. */
  @PrivateColumn({ sql: "bigint", nullable: true })
  expire!: string | null;
}
