import { createPublicKey } from "node:crypto";
import fc from "fast-check";
import {
  type AuditLink,
  type AuditRecord,
  canonicalJson,
  genesis,
  linkHash,
  verifyAuditLines,
} from "#src/platform/audit-chain.js";
import { newId } from "#src/platform/ids.js";
import { type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import {
  asOwnerOfTables,
  type Checkpoint,
  createCheckpoint,
  exportLog,
  sealed,
  type Verification,
  verifyAuditLog,
} from "./support/audit-log.js";

let atrium: TestAtrium;
let ann: Person;
let workspaceId: string;
let kept: Checkpoint;
let lines: string[];
let links: AuditLink[];
let length: number;

const tables = ["audit_entry", "audit_seal", "audit_checkpoint"];

beforeAll(async () => {
  atrium = await startAtrium({ withWorkers: false });
  ann = await atrium.signUp();
  workspaceId = (await ann.sdk.Workspace()).workspace.id;
  for (let index = 0; index < 12; index += 1) {
    const { createQuote } = await ann.sdk.CreateQuote({ input: { text: `Text ${index} \u2028 "ü"`, author: "Ann" } });
    if (index % 3 === 0) await ann.sdk.UpdateQuote({ id: createQuote.id, input: { text: "New." } });
    if (index === 6) await createCheckpoint(ann);
  }
  lines = await exportLog(ann);
  links = lines.map((line) => JSON.parse(line)).filter(({ type }) => type === "link");
  const { type: _, ...last } = lines.map((line) => JSON.parse(line)).findLast(({ type }) => type === "checkpoint");
  kept = last;
  await sealed(ann);
  await atrium.app.audit.stop();
  // The export has left an entry of its own behind its end.
  await asOwnerOfTables(
    atrium.database,
    `delete from audit_entry where id in (select entry_id from audit_seal
      where workspace_id = '${workspaceId}' and sequence > ${kept.sequence});
    delete from audit_seal where workspace_id = '${workspaceId}' and sequence > ${kept.sequence}`,
  );
  length = Number(
    (
      await atrium.database.query<{ n: string }>("select max(sequence) as n from audit_seal where workspace_id = $1", [
        workspaceId,
      ])
    )[0]?.n,
  );
  // Somebody who owns the tables: no trigger stands in the way, and a copy of them makes every attempt a new one.
  for (const table of tables) {
    await atrium.database.query(`alter table ${table} disable trigger user`);
    await atrium.database.query(`create table kept_${table} as select * from ${table}`);
  }
});
afterAll(() => atrium.close());

const restore = async () => {
  const all = tables.map((table) => `delete from ${table}; insert into ${table} select * from kept_${table};`);
  await atrium.database.query(all.join("\n"));
};

/** SQL for the entry, or the seal, at a place. */
const entryAt = (sequence: number) =>
  `id = (select entry_id from audit_seal where workspace_id = '${workspaceId}' and sequence = ${sequence})`;
const sealAt = (sequence: number) => `workspace_id = '${workspaceId}' and sequence = ${sequence}`;
const text = (value: unknown) => (value === null ? "null" : `'${String(value).replaceAll("'", "''")}'`);

/** What the attacker writes who knows how hashes are made, but has no key. */
const chainOf = (entries: readonly AuditRecord[], first = 1, before = genesis) => {
  let previous = before;
  return entries.map((entry, index) => {
    const link = { sequence: first + index, sealedAt: "2026-01-01T00:00:00.000000Z", entryId: entry.id, entry };
    previous = linkHash(previous, link);
    return { ...link, hash: previous };
  });
};
const sealRows = (chain: readonly AuditLink[]) =>
  chain
    .map(
      ({
        sequence,
        entryId,
        hash,
        sealedAt,
      }) => `insert into audit_seal (workspace_id, sequence, entry_id, hash, sealed_at)
      values ('${workspaceId}', ${sequence}, '${entryId}', '${hash}', '${sealedAt}');`,
    )
    .join("\n");
const entryRow = (entry: AuditRecord) => `insert into audit_entry
  (id, workspace_id, actor_id, credential_id, action, outcome, code, subject_id, before, after, request_id, created_at, mac) values (
  ${[entry.id, entry.workspaceId, entry.actorId, entry.credentialId, entry.action, entry.outcome, entry.code, entry.subjectId].map(text).join()},
  ${[entry.before, entry.after].map((each) => (each === null ? "null" : `${text(JSON.stringify(each))}::jsonb`)).join()},
  ${[entry.requestId, entry.createdAt, entry.mac].map(text).join()});`;

const edits: Readonly<Record<string, string>> = {
  workspace_id: "'workspace_01jd7z5m3fexampleexample00'",
  actor_id: "coalesce(actor_id, '') || 'x'",
  credential_id: "coalesce(credential_id, '') || 'x'",
  action: "action || 'x'",
  outcome: "case outcome when 'DENIED' then 'SUCCEEDED' else 'DENIED' end",
  code: "coalesce(code, '') || 'FORBIDDEN'",
  subject_id: "coalesce(subject_id, '') || 'x'",
  before: `coalesce(before, '{}') || '{"more": 1}'`,
  after: `coalesce(after, '{}') || '{"more": null}'`,
  request_id: "request_id || ' '",
  created_at: "created_at + interval '1 microsecond'",
  mac: "overlay(mac placing case left(mac, 1) when '0' then '1' else '0' end from 1 for 1)",
};
const sealEdits: Readonly<Record<string, string>> = {
  hash: "overlay(hash placing case left(hash, 1) when '0' then '1' else '0' end from 1 for 1)",
  sealed_at: "sealed_at + interval '1 microsecond'",
  entry_id: "'audit_entry_01jd7z5m3fexampleexample00'",
  sequence: "sequence + 1000",
};

type Tampering =
  | { kind: "edit entry"; at: number; column: string }
  | { kind: "edit seal"; at: number; column: string }
  | { kind: "delete entry" | "delete seal" | "delete both"; at: number }
  | { kind: "swap"; at: number; with: number }
  | { kind: "insert at the end"; at: number }
  | { kind: "edit and rewrite hashes"; at: number }
  | { kind: "delete and rewrite hashes"; at: number }
  | { kind: "cut off"; at: number };

const place = () => fc.integer({ min: 1, max: length });
const tamperings = (): fc.Arbitrary<Tampering> =>
  fc.oneof(
    fc.record({
      kind: fc.constant("edit entry" as const),
      at: place(),
      column: fc.constantFrom(...Object.keys(edits)),
    }),
    fc.record({
      kind: fc.constant("edit seal" as const),
      at: place(),
      column: fc.constantFrom(...Object.keys(sealEdits)),
    }),
    fc.record({
      kind: fc.constantFrom("delete entry" as const, "delete seal" as const, "delete both" as const),
      at: place(),
    }),
    fc
      .tuple(place(), place())
      .filter(([a, b]) => a !== b)
      .map(([a, b]) => ({ kind: "swap" as const, at: Math.min(a, b), with: Math.max(a, b) })),
    fc.record({ kind: fc.constant("insert at the end" as const), at: fc.constant(length + 1) }),
    fc.record({
      kind: fc.constantFrom("edit and rewrite hashes" as const, "delete and rewrite hashes" as const),
      at: place(),
    }),
    fc.record({ kind: fc.constant("cut off" as const), at: place() }),
  );

/** The statements of an attack, the place that is to be named, and as what. */
const attack = (tampering: Tampering): { sql: string; kinds: string[]; at: number | "any" } => {
  const { kind, at } = tampering;
  const entries = links.map(({ entry }) => entry as AuditRecord);
  const seals = `delete from audit_seal where workspace_id = '${workspaceId}'`;
  switch (kind) {
    case "edit entry":
      return {
        sql: `update audit_entry set ${tampering.column} = ${edits[tampering.column]} where ${entryAt(at)}`,
        kinds: [tampering.column === "workspace_id" ? "REORDERED" : "ALTERED"],
        at,
      };
    case "edit seal":
      return {
        sql: `update audit_seal set ${tampering.column} = ${sealEdits[tampering.column]} where ${sealAt(at)}`,
        kinds: [
          tampering.column === "entry_id" || tampering.column === "sequence" ? "MISSING" : "ALTERED",
          "REORDERED",
        ],
        at,
      };
    case "delete entry":
      return { sql: `delete from audit_entry where ${entryAt(at)}`, kinds: ["MISSING"], at };
    case "delete seal":
      return { sql: `delete from audit_seal where ${sealAt(at)}`, kinds: ["MISSING"], at };
    case "delete both":
      return {
        sql: `delete from audit_entry where ${entryAt(at)}; delete from audit_seal where ${sealAt(at)}`,
        kinds: ["MISSING"],
        at,
      };
    case "swap": {
      const ids = [at, tampering.with].map((each) => links[each - 1]?.entryId);
      return {
        sql: `update audit_seal set entry_id = 'swap' where ${sealAt(at)};
          update audit_seal set entry_id = '${ids[0]}' where ${sealAt(tampering.with)};
          update audit_seal set entry_id = '${ids[1]}' where ${sealAt(at)}`,
        kinds: ["REORDERED"],
        at,
      };
    }
    case "insert at the end": {
      const entry = { ...(entries[3] as AuditRecord), id: newId("audit_entry"), action: "forged" };
      const last = links.at(-1) as AuditLink;
      return { sql: entryRow(entry) + sealRows(chainOf([entry], at, last.hash)), kinds: ["FORGED"], at };
    }
    case "edit and rewrite hashes": {
      const altered = entries.map((entry, index) => (index === at - 1 ? { ...entry, action: "forged" } : entry));
      return {
        sql: `update audit_entry set action = 'forged' where ${entryAt(at)}; ${seals}; ${sealRows(chainOf(altered))}`,
        kinds: ["FORGED", "CHECKPOINT_MISMATCH"],
        at: "any",
      };
    }
    case "delete and rewrite hashes":
      return {
        sql: `delete from audit_entry where ${entryAt(at)}; ${seals}; ${sealRows(chainOf(entries.toSpliced(at - 1, 1)))}`,
        kinds: ["CHECKPOINT_MISMATCH", "MISSING"],
        at: "any",
      };
    case "cut off":
      return {
        sql: `delete from audit_entry where id in (select entry_id from audit_seal where workspace_id = '${workspaceId}' and sequence >= ${at});
          delete from audit_seal where workspace_id = '${workspaceId}' and sequence >= ${at}`,
        kinds: ["MISSING", "CHECKPOINT_MISMATCH"],
        at,
      };
  }
};

const check = async (found: Verification, { kinds, at }: ReturnType<typeof attack>, tampering: Tampering) => {
  const shown = JSON.stringify({ tampering, found });
  if (found.isIntact || found.firstProblem === null) throw new Error(`Not found: ${shown}`);
  if (!kinds.includes(found.firstProblem.kind)) throw new Error(`Another kind: ${shown}`);
  if (at !== "any" && found.firstProblem.sequence !== at) throw new Error(`Another row: ${shown}`);
};

describe("I14 in the database", () => {
  test("I14 the log as it is has nothing wrong with it, and neither has its copy", async () => {
    const whole = await verifyAuditLog(ann, kept);
    expect(whole).toMatchObject({ isIntact: true, checkedEntries: length, firstSequence: 1, firstProblem: null });
    expect(whole.checkedCheckpoints).toBeGreaterThanOrEqual(3);
    expect(length).toBeGreaterThan(15);
    expect(length).toBe(links.length);
    await restore();
    expect(await verifyAuditLog(ann, kept)).toMatchObject({ isIntact: true });
  });

  test("I14 600 random tamperings are found, each at its first row", async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(tamperings(), async (tampering) => {
        const attacked = attack(tampering);
        seen.add(tampering.kind);
        await atrium.database.query(attacked.sql);
        try {
          await check(await verifyAuditLog(ann), attacked, tampering);
        } finally {
          await restore();
        }
      }),
      { numRuns: 600 },
    );
    expect(seen.size).toBe(10);
    expect(await verifyAuditLog(ann, kept)).toMatchObject({ isIntact: true });
  }, 300_000);

  test("I14 who rewrites everything, checkpoints included, is found by one that was kept elsewhere", async () => {
    const entries = links.map(({ entry }) => entry as AuditRecord).toSpliced(4, 1);
    const gone = links[4]?.entryId;
    await atrium.database.query(`delete from audit_checkpoint where workspace_id = '${workspaceId}';
      delete from audit_seal where workspace_id = '${workspaceId}'; delete from audit_entry where id = '${gone}';
      ${sealRows(chainOf(entries))}`);
    expect(await verifyAuditLog(ann)).toMatchObject({ isIntact: true });
    const found = await verifyAuditLog(ann, kept);
    expect(found).toMatchObject({ isIntact: false });
    expect(found.firstProblem?.kind).toMatch(/CHECKPOINT_MISMATCH|MISSING/);
    await restore();
  });

  test("I14 a checkpoint that Atrium has not signed proves nothing", async () => {
    for (const forged of [
      { ...kept, hash: "0".repeat(64) },
      { ...kept, sequence: 2 },
      { ...kept, keyId: "0".repeat(16) },
      { ...kept, signature: "AAAA" },
    ])
      expect((await verifyAuditLog(ann, forged)).firstProblem?.kind).toBe("CHECKPOINT_FORGED");
    await atrium.database.query("update audit_checkpoint set hash = $1 where workspace_id = $2", [
      "0".repeat(64),
      workspaceId,
    ]);
    expect((await verifyAuditLog(ann)).firstProblem?.kind).toBe("CHECKPOINT_FORGED");
    await restore();
  });
});

describe("I14 in an exported file", () => {
  async function* each(all: readonly string[]) {
    yield* all;
  }
  const key = async () => createPublicKey(await (await fetch(`${atrium.url}/audit/public-key`)).text());
  const firstLink = () => lines.findIndex((line) => line.includes('"type":"link"'));

  test("I14 the file is whole, with and without what was kept", async () => {
    const { problem, entries, chain } = await verifyAuditLines(each(lines), [kept], [await key()]);
    expect({ problem, entries }).toEqual({ problem: undefined, entries: length });
    expect(chain.metCheckpoints).toBeGreaterThanOrEqual(3);
    expect((await verifyAuditLines(each(lines))).problem).toBeUndefined();
  });

  test("I14 2,000 random edits, deletions, insertions, swaps and cuts are found", async () => {
    const publicKey = await key();
    const from = firstLink();
    const index = fc.integer({ min: from, max: lines.length - 1 });
    const change = fc.oneof(
      fc.tuple(
        fc.constant("edit" as const),
        fc.integer({ min: 0, max: lines.length - 1 }),
        fc.nat(),
        fc.constantFrom("x", "0", " ", "\\u0041", "9"),
      ),
      fc.tuple(fc.constant("delete" as const), index, fc.nat(), fc.constant("")),
      fc.tuple(fc.constant("repeat" as const), index, fc.nat(), fc.constant("")),
      fc.tuple(fc.constant("swap" as const), index, fc.nat(), fc.constant("")),
      fc.tuple(fc.constant("cut" as const), index, fc.nat(), fc.constant("")),
    );
    await fc.assert(
      fc.asyncProperty(change, async ([kind, at, where, piece]) => {
        const altered = [...lines];
        const line = lines[at] ?? "";
        if (kind === "edit") {
          const spot = where % line.length;
          altered[at] = line.slice(0, spot) + piece + line.slice(spot + 1);
          fc.pre(altered[at] !== line);
        }
        if (kind === "delete") altered.splice(at, 1);
        if (kind === "repeat") altered.splice(from + (where % (lines.length - from)), 0, line);
        if (kind === "swap") {
          const other = from + (where % (lines.length - from));
          fc.pre(other !== at);
          [altered[at], altered[other]] = [altered[other] ?? "", line];
        }
        if (kind === "cut") altered.length = at;
        const { problem } = await verifyAuditLines(each(altered), [kept], [publicKey]);
        if (problem === undefined) throw new Error(`Not found: ${kind} at line ${at}`);
        // The first row that is wrong, or the first that is not there any more.
        const named = from + Number(problem.sequence) - 1;
        if (kind === "swap") expect(named).toBe(Math.min(at, altered.indexOf(line)));
        if (kind === "delete" || kind === "cut") expect(named).toBe(at);
        if (kind === "edit" && at >= from) expect(named).toBe(at);
        if (kind === "swap") expect(problem.kind).toBe("REORDERED");
      }),
      { numRuns: 2_000 },
    );
  }, 120_000);

  test("I14 a file that was written anew from beginning to end is not the one that was signed", async () => {
    const entries = links.map(({ entry }) => entry as AuditRecord);
    const anew = chainOf(entries.map((entry, index) => (index === 2 ? { ...entry, action: "nothing" } : entry)));
    const header = lines[0] ?? "";
    const written = [header, ...anew.map((link) => canonicalJson({ type: "link", ...link }))];
    expect((await verifyAuditLines(each(written))).problem).toBeUndefined();
    const { problem } = await verifyAuditLines(each(written), [kept], [await key()]);
    expect(problem).toMatchObject({ kind: "CHECKPOINT_MISMATCH", sequence: kept.sequence });
  });

  test("I14 canonical JSON is the one of RFC 8785", () => {
    // Section 3.2.3 and appendix B.
    expect(canonicalJson({ "\u20ac": "Euro", "\r": 1, "1": [], "😀": 2, "\u0080": 3, ö: 4, "</script>": null })).toBe(
      '{"\\r":1,"1":[],"</script>":null,"\u0080":3,"ö":4,"€":"Euro","😀":2}',
    );
    expect(canonicalJson([333333333.3333333, 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
      "[333333333.3333333,1e+30,4.5,0.002,1e-27,0]",
    );
  });
});
