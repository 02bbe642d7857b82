import type { EntityMetadata, MetadataStorage } from "@mikro-orm/core";
import type { Actor } from "./actor.js";
import { canonicalJson } from "./audit-chain.js";
import { AuditEntry, AuditOutcome, auditMac, toAuditRecord } from "./audit-entry.js";
import { columnsOf, privateColumnsOf, referencesOf } from "./column.js";
import { newId, prefixOf } from "./ids.js";
import type { NewRow } from "./insert-sql.js";
import type { Node } from "./node.js";
import { Visibility } from "./owned-row.js";
import { metadataOfTable } from "./table-metadata.js";

type State = Readonly<Record<string, unknown>>;

/** What an entry says beyond its action; what is left out follows from the rows that the change made, locked or removed. */
export interface AuditStates {
  readonly before?: State | null;
  readonly after?: State | null;
  readonly outcome?: AuditOutcome;
  readonly code?: string;
}

interface Note {
  readonly actor: Actor;
  readonly action: string;
  readonly subjectId: string | null;
  readonly states: AuditStates;
}

interface Seen {
  readonly meta: EntityMetadata;
  readonly row: object;
  /** Nothing for a row that this change makes. */
  readonly before: State | undefined;
  removed: boolean;
}

/** In place of a personal value: who has to be forgotten stands in no entry, so that the chain never has to be broken. */
export const personalMark = "(personal)";
/** In place of what is kept from the workspace: those who read its audit log see that something was done, and to what. */
export const privateMark = "(private)";

interface Audited {
  readonly properties: readonly string[];
  readonly personal: ReadonlySet<string>;
  /** Private texts are taken for secrets: not even a service can bring them in. */
  readonly secret: ReadonlySet<string>;
}

const auditedOf = new WeakMap<EntityMetadata, Audited>();

/** Columns that clients see, and rows that the row names. */
const audited = (meta: EntityMetadata): Audited => {
  const known = auditedOf.get(meta);
  if (known !== undefined) return known;
  const { prototype } = meta.class as unknown as { prototype: object };
  const hidden = privateColumnsOf({ prototype });
  const stored = new Set<string>(meta.props.map(({ name }) => name));
  const shown = [
    ...columnsOf({ prototype }).map(({ property }) => property),
    ...referencesOf({ prototype }).map(({ property }) => property),
    ...meta.props.filter(({ kind }) => kind === "m:1").map(({ name }) => name as string),
  ].filter((name) => stored.has(name));
  const made = {
    properties: [...new Set(shown)].sort(),
    personal: new Set(columnsOf({ prototype }).flatMap(({ property, personal }) => (personal ? [property] : []))),
    secret: new Set(
      hidden.flatMap(({ property, sql }) => (/^(?:text|varchar|bytea|json)/.test(sql) ? [property] : [])),
    ),
  };
  auditedOf.set(meta, made);
  return made;
};

/** Gathers what one change did, and makes its audit entries of it. */
export class AuditTrail {
  readonly #seen = new Map<string, Seen>();
  readonly #notes: Note[] = [];

  constructor(private readonly metadata: MetadataStorage) {}

  created({ meta, row }: NewRow): void {
    this.#seen.set((row as Node).id, { meta, row, before: undefined, removed: false });
  }

  found(row: Node): void {
    if (this.#seen.has(row.id)) return;
    const meta = this.metadata.get(row.constructor as never) as EntityMetadata;
    this.#seen.set(row.id, { meta, row, before: stateOf(meta, row), removed: false });
  }

  removed(row: Node): void {
    const seen = this.#seen.get(row.id);
    if (seen !== undefined) seen.removed = true;
  }

  note(note: Note): void {
    this.#notes.push(note);
  }

  /** The entries, once the rows are as they will be committed. `key` makes their codes. */
  entries(now: Date, key: Buffer | undefined): AuditEntry[] {
    return this.#notes.map(({ actor, action, subjectId, states }) => {
      if (key === undefined)
        throw new Error(`${action} cannot be audited: the database was connected without its key.`);
      const entry: Omit<AuditEntry, "mac"> = {
        id: newId("audit_entry"),
        workspaceId: actor.workspaceId,
        actorId: actor.userId === "" ? null : actor.userId,
        credentialId: actor.credential?.id ?? null,
        action,
        outcome: states.outcome ?? AuditOutcome.SUCCEEDED,
        code: states.code ?? null,
        subjectId,
        requestId: actor.requestId,
        createdAt: now,
        ...this.#states(subjectId, states),
      };
      return Object.assign(new AuditEntry(), entry, { mac: auditMac(key, toAuditRecord(entry)) });
    });
  }

  #states(subjectId: string | null, given: AuditStates): { before: State | null; after: State | null } {
    const meta = subjectId === null ? undefined : metadataOfTable(this.metadata, prefixOf(subjectId));
    const seen = subjectId === null ? undefined : this.#seen.get(subjectId);
    if (given.before !== undefined || given.after !== undefined)
      return { before: masked(given.before ?? null, meta), after: masked(given.after ?? null, meta) };
    if (seen === undefined) return { before: null, after: null };
    const before = seen.before ?? null;
    if (seen.removed) return { before: masked(before, seen.meta), after: null };
    const after = stateOf(seen.meta, seen.row);
    if (before === null) {
      const filled = Object.entries(after).filter(([, value]) => value !== null);
      return { before: null, after: masked(Object.fromEntries(filled), seen.meta) };
    }
    const changed = Object.keys(after).filter((name) => canonicalJson(before[name]) !== canonicalJson(after[name]));
    const pick = (state: State) => Object.fromEntries(changed.map((name) => [name, state[name]]));
    return {
      before: masked(pick(before), seen.meta, isPrivate(before)),
      after: masked(pick(after), seen.meta, isPrivate(after)),
    };
  }
}

/** As the row is now: a copy in plain JSON, in texts that Postgres stores as they are. */
const stateOf = (meta: EntityMetadata, row: object): State => {
  const values = row as Record<string, unknown>;
  return Object.fromEntries(audited(meta).properties.map((name) => [name, plain(values[name])]));
};

const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null, (_name, each: unknown) => (typeof each === "string" ? each.toWellFormed() : each)),
  );

const isPrivate = (state: State | null): boolean => state?.visibility === Visibility.PRIVATE;

const masked = (
  state: State | null,
  meta: EntityMetadata | undefined,
  isKept: boolean = isPrivate(state),
): State | null => {
  if (state === null) return null;
  const { personal, secret } = meta === undefined ? none : audited(meta);
  const leaked = Object.keys(state).find((name) => secret.has(name));
  if (leaked !== undefined) throw new Error(`${leaked} is private, and does not belong into the audit log.`);
  const fields = Object.entries(state).map(([name, value]) => {
    const shown = plain(value);
    if (isKept && shown !== null && !open.has(name)) return [name, privateMark];
    return [name, personal.has(name) && shown !== null ? personalMark : shown];
  });
  return Object.fromEntries(fields);
};

/** What an entry says of private things as well. */
const open: ReadonlySet<string> = new Set(["visibility", "createdById", "createdAt", "updatedAt", "status"]);

const none: Pick<Audited, "personal" | "secret"> = { personal: new Set(), secret: new Set() };
