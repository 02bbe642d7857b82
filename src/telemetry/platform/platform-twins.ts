import { randomUUID } from "node:crypto";
import os from "node:os";
import { isDeepStrictEqual } from "node:util";
import { sql } from "kysely";
import { type Actor, asSystem } from "#src/platform/actor.js";
import { atriumVersion as version } from "#src/platform/atrium-version.js";
import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { Twin, TwinLink, TwinStatus } from "#src/twins/twin.js";
import { TwinRelation } from "#src/twins/twin-relation.js";

/** What a process says of itself when it starts. */
export interface PlatformProcess {
  /** What it was started as. */
  readonly role: string;
  /** Where it answers; 0 for one that does not. */
  readonly port: number;
}

/** The twins that a process measures, and for whom. */
export interface Registered {
  readonly actor: Actor;
  readonly hostId: string;
  readonly processId: string;
  readonly externalIds: { readonly host: string; readonly process: string };
}

interface Described {
  readonly externalId: string;
  readonly type: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Any number that nothing else locks: of all processes one registers at a time. */
const registerLock = 7_203_431;

/**
 * The twins of this host and this process, in the workspace of the first operator. Who measures one holds it in
 * `platform_twin` for `holdMs`: of several processes on a host one measures the host, and two with the same name on a host
 * do not become one.
 */
export class PlatformTwins {
  readonly #holder = randomUUID();
  readonly #startedAt = new Date(Date.now() - process.uptime() * 1000).toISOString();

  constructor(
    private readonly database: Database,
    private readonly self: PlatformProcess,
    private readonly holdMs: number,
    private readonly hostname = os.hostname(),
  ) {}

  /** Makes the twins, or brings what they say up to date. Nothing while there is no operator. */
  async register(): Promise<Registered | undefined> {
    const workspace = await this.database.row(sql<{ id: string }>`
      select m.workspace_id as id from "user" u join membership m on m.user_id = u.id
      where u.is_operator order by u.created_at, u.id, m.id limit 1`);
    if (workspace === undefined) return undefined;
    const nobody = { userId: "", permissions: new Set<string>(), requestId: "platform telemetry" };
    const actor = asSystem({ ...nobody, workspaceId: workspace.id });
    return this.database.write(actor, async (change) => {
      await change.sql(sql`select pg_advisory_xact_lock(${registerLock})`);
      await change.sql(leaving(this.#holder));
      const host = await keepTwin(change, this.#host());
      const process = await keepTwin(change, this.#process(await this.#freeName(change)));
      await contain(change, host, process);
      const externalIds = { host: host.externalId ?? "", process: process.externalId ?? "" };
      await change.sql(sql`
        insert into platform_twin (external_id, twin_id, holder, held_until)
        values (${externalIds.host}, ${host.id}, null, clock_timestamp()),
          (${externalIds.process}, ${process.id}, ${this.#holder}, ${this.#until()})
        on conflict (external_id) do update set twin_id = excluded.twin_id,
          holder = coalesce(excluded.holder, platform_twin.holder),
          held_until = case when excluded.holder is null then platform_twin.held_until else excluded.held_until end`);
      return { actor, hostId: host.id, processId: process.id, externalIds };
    });
  }

  /**
   * Says that this process is there, and takes the host when nobody else measures it. Without `process` it has been taken
   * for gone, or a twin has been deleted: then it has to register again.
   */
  async renew({ externalIds }: Registered): Promise<{ readonly host: boolean; readonly process: boolean }> {
    const rows = await this.database.upkeep(sql<{ externalId: string; isHeld: boolean; isThere: boolean }>`
      with held as (
        update platform_twin set holder = ${this.#holder}, held_until = ${this.#until()}
        where external_id = any(${Object.values(externalIds)}::text[])
          and (holder = ${this.#holder} or (held_until <= clock_timestamp() and external_id = ${externalIds.host}))
        returning external_id)
      select p.external_id as "externalId", h.external_id is not null as "isHeld", t.id is not null as "isThere"
      from platform_twin p left join held h on h.external_id = p.external_id left join twin t on t.id = p.twin_id
      where p.external_id = any(${Object.values(externalIds)}::text[])`);
    const isThere = rows.length === 2 && rows.every((row) => row.isThere);
    const holds = (externalId: string) => isThere && rows.some((row) => row.externalId === externalId && row.isHeld);
    return { host: holds(externalIds.host), process: holds(externalIds.process) };
  }

  /** Leaves what it holds to others, at once. */
  async release(): Promise<void> {
    await this.database.upkeep(leaving(this.#holder));
  }

  #until() {
    return sql`clock_timestamp() + ${this.holdMs}::float8 * interval '1 millisecond'`;
  }

  /** The first of the names of this process that no other process goes by: what has ended left its one behind. */
  async #freeName(change: Change): Promise<string> {
    const name = `process/${this.hostname}/${this.self.role}:${this.self.port}`;
    const taken = await change.sql(sql<{ externalId: string }>`
      select external_id as "externalId" from platform_twin
      where starts_with(external_id, ${name}) and holder <> ${this.#holder} and held_until > clock_timestamp()`);
    const isTaken = new Set(taken.map(({ externalId }) => externalId));
    for (let number = 1; ; number += 1) {
      const candidate = number === 1 ? name : `${name}#${number}`;
      if (!isTaken.has(candidate)) return candidate;
    }
  }

  #host(): Described {
    const cpus = os.cpus();
    const metadata = {
      os: os.type(),
      kernel: os.release(),
      architecture: os.arch(),
      cpus: cpus.length,
      cpuModel: cpus[0]?.model.trim() ?? null,
      memoryBytes: os.totalmem(),
    };
    return { externalId: `host/${this.hostname}`, type: "host", name: this.hostname, metadata };
  }

  #process(externalId: string): Described {
    const { role, port } = this.self;
    const { pid, version: node } = process;
    const metadata = { role, port, pid, version, node, startedAt: this.#startedAt };
    return { externalId, type: "process", name: `${externalId.replace(/^.*\//, "")} on ${this.hostname}`, metadata };
  }
}

const leaving = (holder: string) =>
  sql`update platform_twin set held_until = clock_timestamp() where holder = ${holder}`;

/** What others have said of it beside, stays. */
const keepTwin = async (change: Change, { externalId, type, name, metadata }: Described): Promise<Twin> => {
  const known = await change.find(Twin, { externalId });
  if (known === null) {
    const own = { status: TwinStatus.ACTIVE, revision: 1, updatedAt: change.now };
    return change.create(Twin, { externalId, type, name: name.slice(0, 200), metadata, ...own });
  }
  const said = { ...known.metadata, ...metadata };
  if (!isDeepStrictEqual(said, known.metadata))
    Object.assign(known, { metadata: said, revision: known.revision + 1, updatedAt: change.now });
  return known;
};

const contain = async (change: Change, parent: Twin, child: Twin): Promise<void> => {
  const link = { parentId: parent.id, childId: child.id, relation: TwinRelation.CONTAINS };
  if ((await change.find(TwinLink, link)) === null) change.create(TwinLink, link);
};
