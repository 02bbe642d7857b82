import type { Opt, Rel } from "@mikro-orm/core";
import { Collection } from "@mikro-orm/core";
import { Entity, ManyToOne, OneToMany, PrimaryKey, Property } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { Field, ID, ObjectType } from "type-graphql";

@ObjectType()
@Entity({ tableName: "user" })
export class User {
  @Field(() => ID)
  @PrimaryKey({ type: "text" })
  id!: string;

  @Field(() => String)
  @Property({ type: "text" })
  username!: string;

  @Property({ type: "text" })
  email!: string;

  @Property({ type: "text" })
  passwordHash!: string;

  @Property({ type: "boolean" })
  isActive!: boolean;

  @Property({ type: "boolean" })
  isVerified!: boolean;

  @Property({ type: "timestamptz" })
  createdAt!: Date;
}

@ObjectType()
@Entity({ tableName: "quote" })
export class Quote {
  @Field(() => ID)
  @PrimaryKey({ type: "text" })
  id!: string;

  @Property({ type: "text" })
  workspaceId!: string;

  @Field(() => String)
  @Property({ type: "text" })
  text!: string;

  @Field(() => String)
  @Property({ type: "string" })
  author!: string;

  @Field(() => String)
  @Property({ type: "text" })
  source!: string;

  @Field(() => String, { nullable: true })
  @Property({ type: "string", nullable: true })
  topic!: string | null;

  @Field(() => [String])
  @Property({ type: "text[]" })
  tags: string[] & Opt = [];

  @Field(() => GraphQLDateTimeISO)
  @Property({ type: "timestamptz" })
  createdAt!: Date;

  @Property({ type: "timestamptz" })
  updatedAt!: Date;

  @ManyToOne({ entity: () => User, fieldName: "created_by_id" })
  createdBy!: Rel<User>;

  @OneToMany({ entity: () => QuoteFavourite, mappedBy: "quote" })
  favourites = new Collection<QuoteFavourite>(this);
}

@ObjectType()
@Entity({ tableName: "quote_favourite" })
export class QuoteFavourite {
  @Field(() => ID)
  @PrimaryKey({ type: "text" })
  id!: string;

  @Field(() => GraphQLDateTimeISO)
  @Property({ type: "timestamptz" })
  createdAt!: Date;

  @ManyToOne({ entity: () => User, fieldName: "user_id" })
  user!: Rel<User>;

  @ManyToOne({ entity: () => Quote, fieldName: "quote_id" })
  quote!: Rel<Quote>;
}
