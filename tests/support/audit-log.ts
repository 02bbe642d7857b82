import { ask, bearer } from "./ask.js";
import { eventually, type Person } from "./atrium.js";
import type { TestDatabase } from "./test-database.js";

export interface Entry {
  id: string;
  actorId: string | null;
  credentialId: string | null;
  action: string;
  outcome: string;
  code: string | null;
  subjectId: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  requestId: string;
}

export interface Verification {
  isIntact: boolean;
  checkedEntries: number;
  unsealedEntries: number;
  checkedCheckpoints: number;
  firstSequence: number;
  lastSequence: number;
  firstProblem: { kind: string; entryId: string | null; sequence: number | null; message: string } | null;
}

export interface Checkpoint {
  workspaceId: string;
  firstSequence: number;
  sequence: number;
  hash: string;
  at: string;
  keyId: string;
  signature: string;
}

/** Sends a document as somebody, and fails when it does. */
export const send = async <T>(
  person: Person,
  query: string,
  variables: object = {},
  headers: Record<string, string> = {},
): Promise<T> => {
  const { data, errors } = await ask(person.url, { query, variables }, bearer(person, headers));
  if (errors) throw new Error(JSON.stringify(errors));
  return data as T;
};

const fields = "id actorId credentialId action outcome code subjectId before after requestId";

/** The newest entries first. */
export const auditLog = async (
  person: Person,
  filter: object | null = null,
  headers: Record<string, string> = {},
): Promise<Entry[]> => {
  const query = `query ($filter: AuditEntryFilter) { auditLog(filter: $filter, first: 100) { nodes { ${fields} } } }`;
  return (await send<{ auditLog: { nodes: Entry[] } }>(person, query, { filter }, headers)).auditLog.nodes;
};

export const verifyAuditLog = async (person: Person, checkpoint?: Checkpoint): Promise<Verification> => {
  const query = `query ($checkpoint: KeptCheckpoint) { verifyAuditLog(checkpoint: $checkpoint) {
    isIntact checkedEntries unsealedEntries checkedCheckpoints firstSequence lastSequence
    firstProblem { kind entryId sequence message } } }`;
  const { workspaceId: _, ...kept } = checkpoint ?? ({} as Checkpoint);
  const variables = { checkpoint: checkpoint === undefined ? null : kept };
  return (await send<{ verifyAuditLog: Verification }>(person, query, variables)).verifyAuditLog;
};

export const createCheckpoint = async (person: Person): Promise<Checkpoint> => {
  const query = "mutation { createAuditCheckpoint { workspaceId firstSequence sequence hash at keyId signature } }";
  return (await send<{ createAuditCheckpoint: Checkpoint }>(person, query)).createAuditCheckpoint;
};

/** Waits until every entry has its place. */
export const sealed = (person: Person): Promise<Verification> =>
  eventually(
    () => verifyAuditLog(person),
    ({ unsealedEntries, firstProblem }) => unsealedEntries === 0 || firstProblem !== null,
    20_000,
  );

export const exportLog = async (person: Person): Promise<string[]> => {
  const answer = await fetch(`${person.url}/audit/export`, { headers: bearer(person) });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.text()).trimEnd().split("\n");
};

/** What somebody with the tables in their hands can do: the triggers are theirs to switch off. */
export const asOwnerOfTables = async (database: TestDatabase, statements: string): Promise<void> => {
  const tables = ["audit_entry", "audit_seal", "audit_checkpoint"];
  const all = (verb: string) => tables.map((table) => `alter table ${table} ${verb} trigger user;`).join("\n");
  await database.query(`begin; ${all("disable")} ${statements}; ${all("enable")} commit`);
};
