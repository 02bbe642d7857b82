import { Index, Unique } from "@mikro-orm/decorators/legacy";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { Float, Int } from "type-graphql";
import { User } from "#src/identity/user.js";
import { Collection, Column, PrivateColumn, Reference, Stored } from "#src/platform/column.js";
import { Row } from "#src/platform/row.js";
import type { PromptVariable } from "./prompt-variable.js";

/** The label of the version that is used where nobody names another one. */
export const production = "production";

@Stored({
  table: "prompt",
  description: "A text that providers are asked with, in versions that stay as they are.",
  // They go with it.
  alsoWrites: ["prompt_version", "prompt_label"],
})
@Unique({ name: "prompt_name", properties: ["workspaceId", "name"] })
@Index({ name: "prompt_created", properties: ["workspaceId", "createdAt", "id"] })
export class Prompt extends Row {
  @Column(() => String, {
    sql: "varchar(100)",
    description: "Its name, unique in its workspace: words of small letters and digits, apart by `.`, `-` or `_`.",
    filter: true,
    sort: true,
  })
  name!: string;

  @Column(() => String, { sql: "varchar(500)", nullable: true, description: "What it is for, at most 500 characters." })
  description!: string | null;

  @Reference(() => User, {
    field: "createdBy",
    description: "Who made it; null for one that is built in, and once that person has left.",
    nullable: true,
  })
  createdById!: string | null;

  @Column(() => GraphQLDateTimeISO, {
    sql: "timestamptz",
    description: "When its name or description was last changed.",
    filter: true,
    sort: true,
  })
  updatedAt!: Date;

  @Collection(() => PromptVersion, { by: "promptId", description: "Its versions." })
  readonly versions?: never;

  @Collection(() => PromptLabel, { by: "promptId", description: "Its labels, and the versions that they point to." })
  readonly labels?: never;
}

/** Generations name the version that they used: what it says must stay what they were asked with, whoever writes here. */
const fixed = `create or replace function prompt_version_fixed() returns trigger language plpgsql
  set search_path = public, pg_temp as $$ begin
    if to_jsonb(new) - 'created_by_id' is distinct from to_jsonb(old) - 'created_by_id' then
      raise exception 'A version of a prompt stays as it is: make another one.';
    end if;
    return new;
  end $$;
  create trigger prompt_version_fixed before update on prompt_version
  for each row execute function prompt_version_fixed();`;

@Stored({
  table: "prompt_version",
  description: "One version of a prompt. It is never changed.",
  triggers: { prompt_version_fixed: fixed },
})
@Unique({ name: "prompt_version_number", properties: ["promptId", "number"] })
@Index({ name: "prompt_version_created", properties: ["workspaceId", "createdAt", "id"] })
export class PromptVersion extends Row {
  @Reference(() => Prompt, { field: "prompt", description: "The prompt.", deleteRule: "cascade" })
  promptId!: string;

  @Column(() => Int, {
    sql: "integer",
    description: "Its place among the versions of its prompt, from 1.",
    filter: true,
    sort: true,
  })
  number!: number;

  @Column(() => String, {
    sql: "text",
    nullable: true,
    description: "The instructions, sent as the system message; null when there are none.",
  })
  system!: string | null;

  @Column(() => String, {
    sql: "text",
    description:
      "The user message, with `{{name}}` in the place of each variable. A line whose variable has no value is left out; `\\{{` is `{{` itself.",
  })
  template!: string;

  /** `PromptVersionResolver` shows them. */
  @PrivateColumn({ sql: "jsonb" })
  variables!: readonly PromptVariable[];

  @Column(() => String, {
    sql: "varchar(100)",
    nullable: true,
    description: "The class of models that it is made for; null for the default one.",
  })
  modelClass!: string | null;

  @Column(() => Float, {
    sql: "double precision",
    nullable: true,
    description: "The sampling temperature that it is made for, 0 to 2; null for that of the provider.",
  })
  temperature!: number | null;

  @Column(() => Int, {
    sql: "integer",
    nullable: true,
    description: "The longest answer that it is made for, in tokens; null for 1,024.",
  })
  maxTokens!: number | null;

  @Column(() => String, {
    sql: "varchar(500)",
    nullable: true,
    description: "What is different in it, at most 500 characters.",
  })
  note!: string | null;

  @Column(() => String, {
    sql: "text",
    description:
      "SHA-256 of what it says, in hexadecimal: of the JSON of system, template, variables, modelClass, temperature and maxTokens.",
    filter: true,
  })
  contentHash!: string;

  @Reference(() => User, {
    field: "createdBy",
    description: "Who made it; null for one that is built in, and once that person has left.",
    nullable: true,
  })
  createdById!: string | null;

  @Collection(() => PromptLabel, { by: "promptVersionId", description: "The labels that point to it." })
  readonly labels?: never;
}

@Stored({
  table: "prompt_label",
  description: "A name for one version of a prompt, which can be moved to another one.",
})
@Unique({ name: "prompt_label_name", properties: ["promptId", "name"] })
@Index({ name: "prompt_label_version", properties: ["promptVersionId"] })
@Index({ name: "prompt_label_created", properties: ["workspaceId", "createdAt", "id"] })
export class PromptLabel extends Row {
  @Reference(() => Prompt, { field: "prompt", description: "The prompt.", deleteRule: "cascade" })
  promptId!: string;

  @Column(() => String, {
    sql: "varchar(50)",
    description: "Such as `production`, which is used where nobody names another one, or `staging`.",
    filter: true,
    sort: true,
  })
  name!: string;

  @Reference(() => PromptVersion, { field: "version", description: "Where it points to.", deleteRule: "cascade" })
  promptVersionId!: string;

  @Column(() => GraphQLDateTimeISO, { sql: "timestamptz", description: "When it was last moved." })
  updatedAt!: Date;
}
