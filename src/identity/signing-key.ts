import { Index } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { Column, PrivateColumn, SealedColumn, Stored } from "#src/platform/column.js";
import { Node } from "#src/platform/node.js";

/** An Ed25519 key pair (RFC 8037). Its id is the `kid` of the tokens that it signs. */
@Stored({
  table: "signing_key",
  description: "A key that access tokens are signed with. Its public part is at `/.well-known/jwks.json`.",
})
@Index({
  name: "signing_key_active",
  expression: "create unique index signing_key_active on signing_key (is_active) where is_active",
})
export class SigningKey extends Node {
  /** 32 bytes in base64url: `x` of its JWK. */
  @PrivateColumn({ sql: "text" })
  publicKey!: string;

  /** 32 bytes in base64url: `d` of its JWK. Forgotten as soon as another key signs. */
  @SealedColumn({ nullable: true })
  privateKey!: string | null;

  @Column(() => Boolean, { sql: "boolean", description: "True for the one that signs: there is one at a time." })
  isActive!: boolean;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", description: "When it was made." })
  createdAt!: Date;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    nullable: true,
    description: "When another key took its place. What it has signed is good until it expires.",
  })
  supersededAt!: Date | null;
}

/** Woken when there is a new one. */
export const signingKeyTopic = "signing-keys";
