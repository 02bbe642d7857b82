/**
 * The chain of an audit log, and its verification. Needs nothing but Node, and nothing of Atrium: a copy of this file alone
 * checks an exported log on any machine, `node audit-chain.js <export> [--checkpoint <file>] [--public-key <file>]`.
 * The format is described in docs/audit.md.
 */
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** An entry as it is hashed. Times are ISO 8601 with six digits of a second, in UTC. */
export interface AuditRecord {
  readonly id: string;
  readonly workspaceId: string;
  readonly actorId: string | null;
  readonly credentialId: string | null;
  readonly action: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly subjectId: string | null;
  readonly before: unknown;
  readonly after: unknown;
  readonly requestId: string;
  readonly createdAt: string;
  /** HMAC-SHA-256 of all the others, in hex, by a key that only the installation has. */
  readonly mac: string;
}

/** One link: an entry at its place in its workspace's chain. */
export interface AuditLink {
  /** 1, 2, 3, … */
  readonly sequence: number;
  readonly sealedAt: string;
  readonly entryId: string;
  /** Null when the entry is gone. */
  readonly entry: AuditRecord | null;
  /** SHA-256 of the link and the hash before it, in hex. */
  readonly hash: string;
}

/** A signed statement of what the chain was at a time, worth keeping where the database cannot reach. */
export interface SignedCheckpoint {
  readonly workspaceId: string;
  /** The oldest entry that was kept: 1, until retention deletes some. */
  readonly firstSequence: number;
  readonly sequence: number;
  readonly hash: string;
  readonly at: string;
  readonly keyId: string;
  /** Ed25519, in base64url. */
  readonly signature: string;
}

export type AuditProblemKind =
  | "ALTERED"
  | "FORGED"
  | "MISSING"
  | "REORDERED"
  | "CHECKPOINT_FORGED"
  | "CHECKPOINT_MISMATCH";

export interface AuditProblem {
  readonly kind: AuditProblemKind;
  readonly entryId: string | null;
  readonly sequence: number | null;
  readonly message: string;
}

type Place = number | null;
const problemAt = (kind: AuditProblemKind, sequence: Place, message: string, entryId: string | null = null) =>
  ({ kind, entryId, sequence, message }) satisfies AuditProblem as AuditProblem;

/** What the first link is hashed with. */
export const genesis = "0".repeat(64);

/** JSON with one form for each value (RFC 8785): keys in the order of their UTF-16 units, no spaces. */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const fields = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => `${JSON.stringify(name)}:${canonicalJson(each)}`);
  return `{${fields.join(",")}}`;
};

/** Each use of a hash begins with words of its own, so that no text means something in another place. */
export const tagged = (tag: string, value: unknown) => `${tag}\n${canonicalJson(value)}`;

/** The hash of a link behind the one with the hash `previous`. */
export const linkHash = (previous: string, { sequence, sealedAt, entryId, entry }: Omit<AuditLink, "hash">): string =>
  createHash("sha256")
    .update(tagged("atrium-audit-link-v1", { previous, sequence, sealedAt, entryId, entry }))
    .digest("hex");

/** What a checkpoint's signature signs. */
export const checkpointMessage = (checkpoint: Omit<SignedCheckpoint, "signature">) => {
  const { workspaceId, firstSequence, sequence, hash, at, keyId } = checkpoint;
  return Buffer.from(tagged("atrium-audit-checkpoint-v1", { workspaceId, firstSequence, sequence, hash, at, keyId }));
};

/** Names a public key: the beginning of the SHA-256 of its SPKI form, in hex. */
export const keyIdOf = (publicKey: KeyObject): string => {
  const der = publicKey.export({ format: "der", type: "spki" });
  return createHash("sha256").update(der).digest("hex").slice(0, 16);
};

const isSigned = (checkpoint: SignedCheckpoint, keys: readonly KeyObject[]): boolean =>
  keys.some(
    (key) =>
      keyIdOf(key) === checkpoint.keyId &&
      verify(null, checkpointMessage(checkpoint), key, Buffer.from(checkpoint.signature, "base64url")),
  );

/** Follows one workspace's chain, link by link, and holds it against checkpoints. */
export class AuditChain {
  #previous = genesis;
  #sequence = 0;
  readonly #checkpoints: ReadonlyMap<number, readonly SignedCheckpoint[]>;
  /** The last place that a checkpoint knows. */
  readonly #newest: number;

  /** `keys` are those that checkpoints must be signed with; without any, signatures are not looked at. */
  constructor(
    readonly workspaceId: string,
    checkpoints: readonly SignedCheckpoint[] = [],
    readonly keys: readonly KeyObject[] = [],
  ) {
    this.#checkpoints = Map.groupBy(checkpoints, ({ sequence }) => sequence);
    // The newest one says where the log begins, behind an older one whose hash the first link is made with.
    this.#newest = checkpoints.reduce((most, { sequence }) => Math.max(most, sequence), 0);
    const newest = this.#checkpoints.get(this.#newest) ?? [];
    this.#sequence = Math.max(1, ...newest.map(({ firstSequence }) => firstSequence)) - 1;
    this.#previous = this.#checkpoints.get(this.#sequence)?.[0]?.hash ?? genesis;
  }

  /** Place and hash of the last link that was followed. */
  get head(): { sequence: number; hash: string } {
    return { sequence: this.#sequence, hash: this.#previous };
  }

  /** How many checkpoints the chain has met. */
  metCheckpoints = 0;

  /** What is wrong with the checkpoints themselves. To be asked first. */
  begin(): AuditProblem | undefined {
    for (const each of [...this.#checkpoints.values()].flat()) {
      const { sequence, workspaceId, at } = each;
      if (workspaceId !== this.workspaceId)
        return problemAt("CHECKPOINT_MISMATCH", sequence, `The checkpoint of ${at} is one of another log.`);
      if (this.keys.length > 0 && !isSigned(each, this.keys))
        return problemAt("CHECKPOINT_FORGED", sequence, `The checkpoint of ${at} is not signed with the key.`);
    }
    const { sequence } = this.head;
    if (sequence === 0 || this.#checkpoints.has(sequence)) return undefined;
    return problemAt("MISSING", sequence, `The checkpoint at entry ${sequence}, where the log begins, is missing.`);
  }

  /** What is wrong with the next link; nothing more can be said of those behind it. */
  next(link: AuditLink): AuditProblem | undefined {
    const { sequence, entryId, entry, hash } = link;
    const says = (kind: AuditProblemKind, message: string) => problemAt(kind, sequence, message, entryId);
    const expected = this.#sequence + 1;
    if (sequence > expected) return problemAt("MISSING", expected, `Entry ${expected} is missing.`);
    if (sequence < expected) return says("REORDERED", `Entry ${sequence} stands where ${expected} should.`);
    if (entry === null) return says("MISSING", `Entry ${sequence} (${entryId}) was deleted.`);
    if (entry.id !== entryId || entry.workspaceId !== this.workspaceId)
      return says("REORDERED", `Entry ${sequence} is not the one that was sealed here.`);
    if (linkHash(this.#previous, link) !== hash)
      return says("ALTERED", `Entry ${sequence} (${entryId}) is not what was sealed.`);
    this.#sequence = sequence;
    this.#previous = hash;
    return this.#meet(says);
  }

  /** What is wrong with the end: a checkpoint knows of links that are gone. */
  end(): AuditProblem | undefined {
    if (this.#newest <= this.#sequence) return undefined;
    const message = `The log ends behind entry ${this.#sequence}; a checkpoint knows ${this.#newest}.`;
    return problemAt("MISSING", this.#sequence + 1, message);
  }

  #meet(says: (kind: AuditProblemKind, message: string) => AuditProblem): AuditProblem | undefined {
    const sequence = this.#sequence;
    for (const { hash, at } of this.#checkpoints.get(sequence) ?? []) {
      if (hash !== this.#previous)
        return says("CHECKPOINT_MISMATCH", `At entry ${sequence} the log is not what the checkpoint of ${at} signed.`);
      this.metCheckpoints += 1;
    }
    return undefined;
  }
}

/** The lines of an exported log: what it is of, its checkpoints, and its links in their order. Each is canonical JSON. */
export type AuditLine =
  | { readonly type: "header"; readonly format: "atrium-audit-log"; readonly version: 1; readonly workspaceId: string }
  | ({ readonly type: "checkpoint" } & SignedCheckpoint)
  | ({ readonly type: "link" } & AuditLink);

/** Checks an exported log, and holds it against checkpoints that were kept elsewhere. Reads each line once. */
export const verifyAuditLines = async (
  lines: AsyncIterable<string>,
  kept: readonly SignedCheckpoint[] = [],
  keys: readonly KeyObject[] = [],
): Promise<{ problem: AuditProblem | undefined; entries: number; chain: AuditChain }> => {
  const checkpoints = [...kept];
  let chain = new AuditChain("", checkpoints, keys);
  let problem: AuditProblem | undefined;
  let entries = 0;
  let number = 0;
  const refuse = (message: string) => problemAt("ALTERED", chain.head.sequence + 1, `Line ${number}: ${message}`);
  for await (const text of lines) {
    number += 1;
    const line = readLine(text);
    if (problem !== undefined) {
      // Only whether what is missing stands somewhere further down.
      if (problem.kind === "MISSING" && line?.type === "link" && line.sequence === problem.sequence)
        problem = { ...problem, kind: "REORDERED", entryId: line.entryId };
    } else if (line === undefined) problem = refuse("it is not canonical JSON of a known form.");
    else if ((line.type === "header") !== (number === 1)) problem = refuse("the header is the first line.");
    else if (line.type === "checkpoint" && entries > 0) problem = refuse("checkpoints stand before the entries.");
    else if (line.type === "header") chain = new AuditChain(line.workspaceId, checkpoints, keys);
    else if (line.type === "checkpoint") checkpoints.push(line);
    else {
      if (entries === 0) {
        chain = new AuditChain(chain.workspaceId, checkpoints, keys);
        problem = chain.begin();
      }
      problem ??= chain.next(line);
      if (problem === undefined) entries += 1;
    }
  }
  if (number === 0) problem = refuse("the file is empty.");
  if (problem === undefined && entries === 0) {
    chain = new AuditChain(chain.workspaceId, checkpoints, keys);
    problem = chain.begin();
  }
  return { problem: problem ?? chain.end(), entries, chain };
};

const forms: Readonly<Record<string, readonly string[]>> = {
  header: ["format", "type", "version", "workspaceId"],
  checkpoint: ["at", "firstSequence", "hash", "keyId", "sequence", "signature", "type", "workspaceId"],
  link: ["entry", "entryId", "hash", "sealedAt", "sequence", "type"],
};

/** Only the one text that the exporter writes for a line is read, so that no byte of a file can be changed unnoticed. */
const readLine = (text: string): AuditLine | undefined => {
  try {
    const line = JSON.parse(text) as AuditLine;
    const form = forms[line.type];
    if (line.type === "header" && (line.format !== "atrium-audit-log" || line.version !== 1)) return undefined;
    const fits = form !== undefined && Object.keys(line).sort().join() === form.join() && canonicalJson(line) === text;
    return fits ? line : undefined;
  } catch {
    return undefined;
  }
};

/** Verifies a file and says what it found. Resolves with the exit code: 0 when it is whole, 1 when not. */
export const verifyAuditFile = async (
  file: string,
  { checkpoint, publicKey }: { checkpoint?: string | undefined; publicKey?: string | undefined },
  say: (line: string) => void,
): Promise<number> => {
  const kept = checkpoint === undefined ? [] : readCheckpoints(readFileSync(checkpoint, "utf8"));
  const keys = publicKey === undefined ? [] : [createPublicKey(readFileSync(publicKey, "utf8"))];
  const lines = linesOf(createReadStream(file, "utf8"));
  const { problem, entries, chain } = await verifyAuditLines(lines, kept, keys);
  if (problem !== undefined) {
    say(`✖ ${problem.kind}: ${problem.message}`);
    return 1;
  }
  say(`✔ ${entries} entries of ${chain.workspaceId} are as they were sealed; the last hash is ${chain.head.hash}.`);
  say(`  ${chain.metCheckpoints} checkpoints agree; their signatures were ${keys.length > 0 ? "" : "not "}checked.`);
  if (kept.length === 0) say("  Without --checkpoint nothing from outside the file vouches for it as a whole.");
  return 0;
};

/** Texts may hold the line separators of Unicode, which readline would split at. */
async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** One checkpoint a line. */
const readCheckpoints = (text: string): SignedCheckpoint[] =>
  text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as SignedCheckpoint]));

const { argv } = process;
if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  const option = (name: string) => (argv.includes(name) ? argv[argv.indexOf(name) + 1] : undefined);
  const options = { checkpoint: option("--checkpoint"), publicKey: option("--public-key") };
  process.exitCode = await verifyAuditFile(argv[2] ?? "", options, (line) => process.stdout.write(`${line}\n`));
}
