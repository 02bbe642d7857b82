import { createSchema } from "#resolvers/schema.js";
import { offlineProvider } from "#src/ai/offline/offline-provider.js";
import { personalData } from "#src/app/personal-data.js";
import { columnsOf, storageOf } from "#src/platform/column.js";
import { newId } from "#src/platform/ids.js";
import { type Act, type AuditedMutation, accountMutations } from "./support/account-mutations.js";
import { ask, bearer } from "./support/ask.js";
import { errorOf, eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import {
  asOwnerOfTables,
  auditLog,
  createCheckpoint,
  type Entry,
  exportLog,
  sealed,
  send,
  verifyAuditLog,
} from "./support/audit-log.js";
import { type Issuer, startIssuer } from "./support/issuer.js";
import { openLiveSocket } from "./support/live-socket.js";
import { measuredTwin } from "./support/measured-twin.js";
import { setBudget } from "./support/paid-provider.js";
import { scriptedProvider } from "./support/scripted-provider.js";
import { checkedUpload, deafTranscriber, storedRecording } from "./support/stored-recordings.js";
import { type Member, startTeam, type Team } from "./support/team.js";
import { storedTwin } from "./support/telemetry.js";
import { createTwin, linkTwins } from "./support/twins.js";

let atrium: TestAtrium;
let operator: Person;
let team: Team;
let issuer: Issuer;
const redirectUri = "http://127.0.0.1:9/signed-in/acme";

beforeAll(async () => {
  issuer = await startIssuer({ redirectUris: [redirectUri] });
  const env = {
    ATRIUM_OAUTH_PROVIDERS: "acme",
    ATRIUM_OAUTH_REDIRECT_URIS: redirectUri,
    ATRIUM_OAUTH_ACME_ISSUER: issuer.url,
    ATRIUM_OAUTH_ACME_CLIENT_ID: issuer.clientId,
    ATRIUM_OAUTH_ACME_CLIENT_SECRET: issuer.clientSecret,
  };
  const providers = [offlineProvider(), scriptedProvider().provider];
  atrium = await startAtrium({ withWorkers: false, env, providers, transcribers: [deafTranscriber] });
  operator = await atrium.signUp();
  team = await startTeam(atrium);
});
afterAll(async () => {
  await atrium.close();
  await issuer.close();
});

interface Row {
  workspace_id: string;
  actor_id: string | null;
  credential_id: string | null;
  action: string;
  outcome: string;
  code: string | null;
  subject_id: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

const entriesOf = (requestId: string) =>
  atrium.database.query<Row>("select * from audit_entry where request_id = $1 order by created_at, id", [requestId]);

/** Sends a document under a request id of its own, by which its entries are found. */
const act = async ({ as, query, variables = {}, headers = {} }: Act) => {
  const requestId = newId("request");
  const answer = await ask(
    atrium.url,
    { query, variables },
    { ...(as === undefined ? {} : bearer(as)), ...headers, "x-request-id": requestId },
  );
  return { answer, entries: await entriesOf(requestId) };
};

const account = () => ({ email: `${newId("user")}@example.com`, password: "correct horse battery" });
const quoteOf = async (person: Person) =>
  (await person.sdk.CreateQuote({ input: { text: "One.", author: "Ann", tags: ["a"] } })).createQuote.id;
const keyOf = async (person: Person) =>
  (
    await send<{ createApiKey: { apiKey: { id: string } } }>(
      person,
      `mutation { createApiKey(input: { name: "k", scopes: ["quote:read"] }) { apiKey { id } } }`,
    )
  ).createApiKey.apiKey.id;
const promptOf = async (person: Person) =>
  (
    await send<{ createPrompt: { id: string; name: string; versions: { nodes: { id: string }[] } } }>(
      person,
      `mutation ($n: String!) { createPrompt(input: { name: $n, template: "Hi." }) { id name versions { nodes { id } } } }`,
      { n: newId("prompt").replaceAll("_", ".") },
    )
  ).createPrompt;
const jobOf = async (person: Person) =>
  (await person.sdk.GenerateQuote({ input: { topic: "the sea" } })).generateQuote.id;
const invitationOf = async (email = account().email) =>
  (await team.owner.sdk.InviteMember({ input: { email, role: "EDITOR" } })).inviteMember.id;
const unmeasured = () => ({ workspaceId: team.id, name: "Pump", points: [] });
const createReport = `mutation ($twin: ID!) { createReport(input: { title: "A day", format: CSV,
  range: { from: "2026-11-01T00:00:00Z", until: "2026-11-02T00:00:00Z" },
  sections: [{ title: "Heat", series: { twinIds: [$twin], metric: "heat" } }] }) { id } }`;
const uploadOf = async (person: Person) =>
  (
    await send<{ createUpload: { id: string } }>(
      person,
      `mutation { createUpload(input: { fileName: "voice.wav" }) { id } }`,
    )
  ).createUpload.id;
const dashboardOf = async (person: Person) =>
  (
    await send<{ createDashboard: { id: string } }>(
      person,
      `mutation { createDashboard(input: { name: "Hall" }) { id } }`,
    )
  ).createDashboard.id;
const tokenFor = async (email: string) => {
  const [mail] = await atrium.app.mails.last(1, email);
  return /#invitation=(ati_\S+)/.exec(mail?.text ?? "")?.[1] ?? "";
};
const twinPair = async (person: Person) => ({ p: (await createTwin(person)).id, c: (await createTwin(person)).id });
const linkDocument = (name: string) =>
  `mutation ($p: ID!, $c: ID!) { ${name}(input: { parentId: $p, childId: $c, relation: CONTAINS }) { id } }`;
const idArg = (name: string, selection = "{ id }") => `mutation ($id: ID!) { ${name}(id: $id) ${selection} }`;
const as = async (person: Person | Promise<Person>, query: string, variables: object = {}): Promise<Act> => ({
  as: await person,
  query,
  variables,
});
const inTeam = async (member: Member | Promise<Member>, query: string, variables: object = {}): Promise<Act> => ({
  ...(await as(member, query, variables)),
  headers: { "x-workspace-id": team.id },
});

const grantTo = async (person: Person, u: string): Promise<Act> =>
  as(person, "mutation ($q: ID!, $u: ID!) { grantAccess(resourceId: $q, userId: $u, level: WRITE) { id } }", {
    q: await quoteOf(person),
    u,
  });

/** Each mutation as it is sent, and what the log says of it first. One that is missing here fails the test. */
const mutations: Record<string, AuditedMutation> = {
  ...accountMutations(() => ({ atrium, operator, issuer, redirectUri })),
  signUp: {
    action: "user.signed_up",
    act: async () => ({
      query: "mutation ($i: SignUpInput!) { signUp(input: $i) { accessToken } }",
      variables: { i: account() },
    }),
  },
  signIn: {
    action: "user.signed_in",
    act: async () => {
      const { email, password } = await atrium.signUp();
      return {
        query: "mutation ($i: SignInInput!) { signIn(input: $i) { accessToken } }",
        variables: { i: { email, password } },
      };
    },
  },
  refreshSession: {
    action: "session.refreshed",
    act: async () => ({
      query: "mutation ($t: String!) { refreshSession(refreshToken: $t) { accessToken } }",
      variables: { t: (await atrium.signUp()).refreshToken },
    }),
  },
  signOut: { action: "user.signed_out", act: () => as(atrium.signUp(), "mutation { signOut { id } }") },
  revokeSession: {
    action: "session.revoked",
    act: async () => {
      const person = await atrium.signUp();
      const [session] = (await person.sdk.Sessions()).sessions;
      return as(person, idArg("revokeSession"), { id: session?.id });
    },
  },
  createQuote: {
    action: "quote.created",
    act: () => as(team.owner, `mutation { createQuote(input: { text: "T", author: "A" }) { id } }`),
  },
  updateQuote: {
    action: "quote.updated",
    act: async () =>
      as(team.owner, `mutation ($id: ID!) { updateQuote(id: $id, input: { text: "New." }) { id } }`, {
        id: await quoteOf(team.owner),
      }),
  },
  deleteQuote: {
    action: "quote.deleted",
    act: async () => as(team.owner, idArg("deleteQuote"), { id: await quoteOf(team.owner) }),
  },
  favouriteQuote: {
    action: "quote.favourited",
    act: async () => as(team.owner, idArg("favouriteQuote"), { id: await quoteOf(team.owner) }),
  },
  unfavouriteQuote: {
    action: "quote.unfavourited",
    act: async () => {
      const id = await quoteOf(team.owner);
      await team.owner.sdk.FavouriteQuote({ id });
      return as(team.owner, idArg("unfavouriteQuote"), { id });
    },
  },
  generateQuote: {
    action: "job.queued",
    act: () => as(team.owner, `mutation { generateQuote(input: { topic: "rain" }) { id } }`),
  },
  analyzeQuote: {
    action: "job.queued",
    act: async () =>
      as(team.owner, "mutation ($id: ID!) { analyzeQuote(input: { id: $id }) { id } }", {
        id: await quoteOf(team.owner),
      }),
  },
  generateText: {
    action: "job.queued",
    act: () => as(team.owner, `mutation { generateText(input: { text: "Hello?" }) { id } }`),
  },
  generateBatch: {
    action: "job.queued",
    act: () => as(team.owner, `mutation { generateBatch(input: { items: [{ text: "Hello?" }] }) { id } }`),
  },
  replayGenerations: {
    action: "replay.started",
    act: async () => {
      const { generateText } = await send<{ generateText: { id: string } }>(
        team.owner,
        `mutation { generateText(input: { text: "Hello?" }) { id } }`,
      );
      await atrium.database.query(
        "update generation set status = 'SUCCEEDED', is_complete = true, text = 'Hello.' where job_id = $1",
        [generateText.id],
      );
      return as(
        team.owner,
        `mutation { replayGenerations(input: { modelClass: "default", maxCostMicros: 0 }) { id } }`,
      );
    },
  },
  trackEvent: {
    action: "product_event.tracked",
    act: () => as(team.owner, `mutation { trackEvent(input: { name: "opened" }) { id } }`),
  },
  trackEvents: {
    action: "product_event.tracked",
    act: () => as(team.owner, `mutation { trackEvents(inputs: [{ name: "opened" }]) { id } }`),
  },
  createPrompt: {
    action: "prompt.created",
    act: () =>
      as(team.owner, 'mutation ($n: String!) { createPrompt(input: { name: $n, template: "Hello." }) { id } }', {
        n: newId("prompt").replaceAll("_", "."),
      }),
  },
  createPromptVersion: {
    action: "prompt.version_created",
    act: async () =>
      as(
        team.owner,
        `mutation ($n: String!) { createPromptVersion(prompt: $n, input: { template: "Hello again." }) { id } }`,
        { n: (await promptOf(team.owner)).name },
      ),
  },
  labelPromptVersion: {
    action: "prompt.labelled",
    act: async () =>
      as(team.owner, `mutation ($id: ID!) { labelPromptVersion(id: $id, label: "production") { id } }`, {
        id: (await promptOf(team.owner)).versions.nodes[0]?.id,
      }),
  },
  updatePrompt: {
    action: "prompt.updated",
    act: async () =>
      as(team.owner, `mutation ($id: ID!) { updatePrompt(id: $id, input: { description: "New." }) { id } }`, {
        id: (await promptOf(team.owner)).id,
      }),
  },
  deletePrompt: {
    action: "prompt.deleted",
    act: async () => as(team.owner, idArg("deletePrompt"), { id: (await promptOf(team.owner)).id }),
  },
  cancelJob: {
    action: "job.cancelled",
    act: async () => as(team.owner, idArg("cancelJob"), { id: await jobOf(team.owner) }),
  },
  retryJob: {
    action: "job.retried",
    act: async () => {
      const id = await jobOf(team.owner);
      await team.owner.sdk.CancelJob({ id });
      return as(team.owner, idArg("retryJob"), { id });
    },
  },
  ingestTelemetry: {
    action: "telemetry.ingested",
    act: async () =>
      as(
        team.owner,
        `mutation ($id: ID!) { ingestTelemetry(points: [{ twinId: $id, metric: "m", value: "1" }]) { accepted } }`,
        { id: await storedTwin(atrium, team.id) },
      ),
  },
  setBudget: {
    action: "budget.set",
    act: () =>
      as(team.owner, "mutation { setBudget(input: { scope: WORKSPACE, period: DAY, limitMicros: 1000000 }) { id } }"),
  },
  deleteBudget: {
    action: "budget.deleted",
    act: async () =>
      as(team.owner, idArg("deleteBudget"), {
        id: (await setBudget(team.owner, { period: "MONTH", limitMicros: 1_000_000 })).id,
      }),
  },
  setModelPrice: {
    action: "model_price.set",
    act: () =>
      as(
        operator,
        `mutation { setModelPrice(input: { model: "some-model", inputMicrosPerMillion: 1, outputMicrosPerMillion: 2 }) { model } }`,
      ),
  },
  clearCache: { action: "cache.cleared", act: () => as(operator, "mutation { clearCache { hits } }") },
  resetCircuit: {
    action: "provider.circuit_reset",
    act: () => as(operator, `mutation { resetCircuit(provider: "scripted") { name } }`),
  },
  updateAiSettings: {
    action: "ai_settings.updated",
    act: () => as(operator, "mutation { updateAiSettings(input: { retry: { attempts: 3 } }) { offlineStandsIn } }"),
  },
  createAuditCheckpoint: {
    action: "audit.checkpoint_created",
    act: () => as(team.owner, "mutation { createAuditCheckpoint { id } }"),
  },
  createApiKey: {
    action: "api_key.created",
    act: () =>
      as(team.owner, `mutation { createApiKey(input: { name: "k", scopes: ["quote:read"] }) { apiKey { id } } }`),
  },
  rotateApiKey: {
    action: "api_key.rotated",
    act: async () => as(team.owner, idArg("rotateApiKey", "{ apiKey { id } }"), { id: await keyOf(team.owner) }),
  },
  revokeApiKey: {
    action: "api_key.revoked",
    act: async () => as(team.owner, idArg("revokeApiKey"), { id: await keyOf(team.owner) }),
  },
  grantAccess: {
    action: "access.granted",
    act: async () => grantTo(team.owner, (await team.join("VIEWER")).userId),
  },
  revokeAccess: {
    action: "access.revoked",
    act: async () => {
      const granted = await grantTo(team.owner, (await team.join("VIEWER")).userId);
      await act(granted);
      return { ...granted, query: granted.query.replace(", level: WRITE", "").replace("grantAccess", "revokeAccess") };
    },
  },
  createUpload: {
    action: "upload.created",
    act: () => as(team.owner, `mutation { createUpload(input: { fileName: "voice.wav", size: 9 }) { id } }`),
  },
  completeUpload: {
    action: "upload.received",
    act: async () => {
      const id = await uploadOf(team.owner);
      await atrium.database.query("update upload set received = 9 where id = $1", [id]);
      return as(team.owner, idArg("completeUpload"), { id });
    },
  },
  createVoiceRecording: {
    action: "recording.created",
    act: async () =>
      as(team.owner, `mutation ($u: ID!) { createVoiceRecording(input: { uploadId: $u, title: "A talk" }) { id } }`, {
        u: (await checkedUpload(atrium, team)).uploadId,
      }),
  },
  updateVoiceRecording: {
    action: "recording.updated",
    act: async () =>
      as(team.owner, `mutation ($id: ID!) { updateVoiceRecording(id: $id, input: { title: "B" }) { id } }`, {
        id: await storedRecording(atrium, team),
      }),
  },
  deleteVoiceRecording: {
    action: "recording.deleted",
    act: async () => as(team.owner, idArg("deleteVoiceRecording"), { id: await storedRecording(atrium, team) }),
  },
  transcribeRecording: {
    action: "job.queued",
    act: async () =>
      as(team.owner, "mutation ($id: ID!) { transcribeRecording(input: { recordingId: $id }) { id } }", {
        id: await storedRecording(atrium, team),
      }),
  },
  voiceToQuote: {
    action: "job.queued",
    act: async () =>
      as(team.owner, "mutation ($id: ID!) { voiceToQuote(input: { recordingId: $id }) { id } }", {
        id: await storedRecording(atrium, team),
      }),
  },
  createDashboard: {
    action: "dashboard.created",
    act: () => as(team.owner, `mutation { createDashboard(input: { name: "Hall" }) { id } }`),
  },
  updateDashboard: {
    action: "dashboard.updated",
    act: async () =>
      as(team.owner, `mutation ($id: ID!) { updateDashboard(id: $id, input: { revision: 1, name: "B" }) { id } }`, {
        id: await dashboardOf(team.owner),
      }),
  },
  deleteDashboard: {
    action: "dashboard.deleted",
    act: async () => as(team.owner, idArg("deleteDashboard"), { id: await dashboardOf(team.owner) }),
  },
  createReport: {
    action: "report.created",
    act: async () => as(team.owner, createReport, { twin: await measuredTwin(atrium, unmeasured()) }),
  },
  deleteReport: {
    action: "report.deleted",
    act: async () => {
      const twin = await measuredTwin(atrium, unmeasured());
      await act(await as(team.owner, createReport, { twin }));
      const [report] = await atrium.database.query<{ id: string }>(
        "select id from report order by created_at desc limit 1",
      );
      return as(team.owner, idArg("deleteReport"), { id: report?.id });
    },
  },
  cancelUpload: {
    action: "upload.cancelled",
    act: async () => as(team.owner, idArg("cancelUpload"), { id: await uploadOf(team.owner) }),
  },
  createTwin: {
    action: "twin.created",
    act: () => as(team.owner, `mutation { createTwin(input: { name: "Pump", type: "pump" }) { id } }`),
  },
  updateTwin: {
    action: "twin.updated",
    act: async () =>
      as(team.owner, `mutation ($id: ID!) { updateTwin(id: $id, input: { revision: 1, name: "Fan" }) { id } }`, {
        id: (await createTwin(team.owner)).id,
      }),
  },
  deleteTwin: {
    action: "twin.deleted",
    act: async () => as(team.owner, idArg("deleteTwin"), { id: (await createTwin(team.owner)).id }),
  },
  linkTwins: {
    action: "twin.linked",
    act: async () => as(team.owner, linkDocument("linkTwins"), await twinPair(team.owner)),
  },
  unlinkTwins: {
    action: "twin.unlinked",
    act: async () => {
      const pair = await twinPair(team.owner);
      await linkTwins(team.owner, pair.p, pair.c);
      return as(team.owner, linkDocument("unlinkTwins"), pair);
    },
  },
  purgeAiCache: { action: "ai_cache.purged", act: () => as(team.owner, "mutation { purgeAiCache }") },
  createWorkspace: {
    action: "workspace.created",
    act: () => as(team.owner, `mutation { createWorkspace(input: { name: "Second" }) { id } }`),
  },
  updateWorkspace: {
    action: "workspace.updated",
    act: () => as(team.owner, `mutation { updateWorkspace(input: { name: "Renamed" }) { id } }`),
  },
  deleteWorkspace: {
    action: "workspace.deleted",
    act: async () => {
      const person = await atrium.signUp();
      const { workspace } = await person.sdk.Workspace();
      return as(person, "mutation ($n: String!) { deleteWorkspace(name: $n) { id } }", { n: workspace.name });
    },
  },
  assignRole: {
    action: "member.role_assigned",
    act: async () =>
      as(team.owner, "mutation ($id: ID!) { assignRole(userId: $id, role: EDITOR) { id } }", {
        id: (await team.join("VIEWER")).userId,
      }),
  },
  removeMember: {
    action: "member.removed",
    act: async () =>
      as(team.owner, "mutation ($id: ID!) { removeMember(userId: $id) { id } }", {
        id: (await team.join("VIEWER")).userId,
      }),
  },
  leaveWorkspace: {
    action: "member.left",
    act: () => inTeam(team.join("VIEWER"), "mutation { leaveWorkspace { id } }"),
  },
  inviteMember: {
    action: "member.invited",
    act: () =>
      as(team.owner, "mutation ($e: String!) { inviteMember(input: { email: $e, role: VIEWER }) { id } }", {
        e: account().email,
      }),
  },
  revokeInvitation: {
    action: "invitation.revoked",
    act: async () => as(team.owner, idArg("revokeInvitation"), { id: await invitationOf() }),
  },
  acceptInvitation: {
    action: "member.joined",
    act: async () => {
      const guest = await atrium.signUp();
      await invitationOf(guest.email);
      const token = await tokenFor(guest.email);
      return as(guest, "mutation ($t: String!) { acceptInvitation(token: $t) { id } }", { t: token });
    },
  },
};

/**
 * What a stranger begins: nobody's data changes by it, the row that waits ends by itself, and what comes of it has its entry.
 * An entry for each would let anybody fill a log from which nothing can be deleted.
 */
const begun: Record<string, { table: string; query: string; variables?: object }> = {
  startOAuth: {
    table: "oauth_attempt",
    query: "mutation ($i: StartOAuthInput!) { startOAuth(input: $i) { expiresAt } }",
    variables: { i: { provider: "acme", redirectUri } },
  },
  startPasskeySignIn: { table: "passkey_challenge", query: "mutation { startPasskeySignIn { expiresAt } }" },
};

const schemaMutations = Object.keys(createSchema().getMutationType()?.getFields() ?? {});

describe("I14 every mutation leaves an entry", () => {
  test("I14 each mutation of the schema has a case here", () => {
    expect(schemaMutations.length).toBeGreaterThan(20);
    expect([...Object.keys(mutations), ...Object.keys(begun)].sort()).toEqual([...schemaMutations].sort());
  });

  test.each(Object.entries(mutations))(
    "I14 %s is in the audit log, with who and what",
    async (_name, { action, act: make, isAnonymous }) => {
      const asked = await make();
      const { answer, entries } = await act(asked);
      expect(answer.errors).toBeUndefined();
      const entry = entries.find((each) => each.action === action);
      expect(entry).toMatchObject({ outcome: "SUCCEEDED", code: null });
      if (isAnonymous) expect(entry).toMatchObject({ workspace_id: "system", actor_id: null, credential_id: null });
      else expect(entry?.actor_id).toMatch(/^user_/);
      if (asked.as !== undefined) {
        expect(entry?.actor_id).toBe((await asked.as.sdk.Me().catch(() => undefined))?.me.id ?? entry?.actor_id);
        expect(entry?.credential_id).toMatch(/^session_/);
      }
      expect(entry?.subject_id).toMatch(/^[a-z_]+_[0-9a-z]{26}$/);
    },
  );

  test.each(Object.entries(begun))(
    "I14 %s changes nothing that lasts: a stranger cannot fill the log by it",
    async (_name, { table, ...sent }) => {
      const rows = () => atrium.database.query<{ until: string }>(`select expires_at as until from ${table}`);
      const before = await rows();
      const { answer, entries } = await act(sent);
      expect(answer.errors).toBeUndefined();
      expect(entries).toEqual([]);
      expect(await rows()).toHaveLength(before.length + 1);
      const soon = Date.now() + 11 * 60_000;
      expect((await rows()).every(({ until }) => Date.parse(until) < soon)).toBe(true);
    },
  );

  test("I14 what was refused, taken back or only tried leaves no entry of success", async () => {
    const before = await auditLog(team.owner);
    await act({ as: team.owner, query: `mutation { createQuote(input: { text: " ", author: "A" }) { id } }` });
    await act({
      as: team.owner,
      query: `mutation { createQuote(input: { text: "T", author: "A" }) { id } }`,
      headers: { "dry-run": "true" },
    });
    expect((await auditLog(team.owner)).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  });

  test("I14 a mutation that is sent twice under one key has one entry", async () => {
    const headers = { "idempotency-key": newId("key") };
    const query = `mutation { createQuote(input: { text: "Once.", author: "A" }) { id } }`;
    const first = await act({ as: team.owner, query, headers });
    const second = await act({ as: team.owner, query, headers });
    expect(second.answer.data).toEqual(first.answer.data);
    expect([first.entries.length, second.entries.length]).toEqual([1, 0]);
  });
});

describe("I14 before and after", () => {
  test("I14 an update names what changed, a creation what there is, a removal what there was", async () => {
    const id = await quoteOf(team.owner);
    await team.owner.sdk.UpdateQuote({ id, input: { text: "Two.", tags: ["b"] } });
    await team.owner.sdk.DeleteQuote({ id });
    const [removed, updated, created] = await auditLog(team.owner, { subjectId: { eq: id } });
    expect(created).toMatchObject({
      before: null,
      after: { text: "One.", author: "Ann", tags: ["a"], source: "USER" },
    });
    expect(updated?.before).toMatchObject({ text: "One.", tags: ["a"] });
    expect(updated?.after).toMatchObject({ text: "Two.", tags: ["b"] });
    expect(Object.keys(updated?.after ?? {}).sort()).toEqual(["tags", "text", "updatedAt"]);
    expect(removed).toMatchObject({ before: { text: "Two.", author: "Ann", tags: ["b"] }, after: null });
  });

  test("I14 what changes about an account is named, and what says who somebody is stays out of it", async () => {
    const ann = await atrium.signUp();
    const { me } = await ann.sdk.Me();
    const input = { displayName: "Ann of the hills", bio: null, timeZone: "Asia/Tokyo" };
    await send(ann, "mutation ($i: UpdateProfileInput!) { updateProfile(input: $i) { id } }", { i: input });
    const [updated] = await auditLog(ann, { action: { eq: "user.updated" } });
    expect(updated).toMatchObject({
      subjectId: me.id,
      before: { displayName: null, bio: null, timeZone: "(personal)" },
      after: { displayName: "(personal)", bio: null, timeZone: "(personal)" },
    });
    await send(operator, "mutation ($id: ID!) { deactivateUser(id: $id) { id } }", { id: me.id });
    const [deactivated] = await auditLog(operator, { action: { eq: "user.deactivated" }, subjectId: { eq: me.id } });
    expect(deactivated).toMatchObject({ before: { isActive: true }, after: { isActive: false } });
  });

  test("I14 an invitation that a member uses has its entry too, though nobody joins by it", async () => {
    const guest = await atrium.signUp();
    const id = await invitationOf(guest.email);
    const { me } = await guest.sdk.Me();
    await atrium.database.query(
      "insert into membership (id, workspace_id, user_id, role, created_at) values ($1, $2, $3, 'VIEWER', now())",
      [newId("membership"), team.id, me.id],
    );
    const { entries } = await act({
      as: guest,
      query: "mutation ($t: String!) { acceptInvitation(token: $t) { role } }",
      variables: { t: await tokenFor(guest.email) },
    });
    expect(entries).toMatchObject([
      { action: "invitation.accepted", workspace_id: team.id, actor_id: me.id, subject_id: id },
    ]);
    expect(entries[0]?.after).toHaveProperty("acceptedAt");
  });

  test("I15 every text that says who somebody is is marked as such, in every table that holds data of people", () => {
    const shown = personalData.flatMap(({ entity }) =>
      columnsOf(entity)
        .filter(
          ({ sql, enumName, personal }) => /^(?:text|varchar|json)/.test(sql) && enumName === undefined && !personal,
        )
        .map(({ property }) => `${storageOf(entity).table}.${property}`),
    );
    // What a workspace owns, names of things and kinds of events: not who somebody is.
    expect(
      shown
        .filter(
          (column) =>
            !/^(?:quote|generation|prompt|prompt_version|replay|replay_pair|provider_call|event|job|audit_entry|stored_file|upload|voice_recording|transcript|transcript_chunk|transcript_segment|twin|dashboard|report)\./.test(
              column,
            ),
        )
        .sort(),
    ).toEqual([
      "access_grant.resourceId",
      "api_key.name",
      "api_key.prefix",
      "api_key.scopes",
      "budget.subject",
      "data_export.sha256",
      "linked_identity.provider",
    ]);
  });

  test("I14 a job that somebody asks for is in it; how it goes on is not", async () => {
    const busy = await startAtrium({ database: atrium.database });
    try {
      const ann = await busy.signUp();
      const id = await jobOf(ann);
      await eventually(
        () => ann.query<{ job: { status: string } }>(`{ job(id: "${id}") { status } }`),
        ({ job }) => job.status === "SUCCEEDED",
      );
      const log = await auditLog(ann);
      expect(log.filter(({ subjectId }) => subjectId === id).map(({ action }) => action)).toEqual(["job.queued"]);
      // What the job has made is on behalf of who asked for it, and says by which job.
      expect(log.find(({ action }) => action === "quote.created")).toMatchObject({ credentialId: id });
      const kinds = await atrium.database.query<{ kind: string }>("select kind from event where subject_id = $1", [id]);
      expect(kinds.map(({ kind }) => kind).sort()).toEqual(["job.queued", "job.started", "job.succeeded"]);
    } finally {
      await busy.close();
    }
  });

  test("I15 no name, address or browser of a person, no secret and no token is in any entry", async () => {
    const people = await atrium.database.query<{ email: string; username: string; password_hash: string | null }>(
      `select email, username, password_hash from "user"`,
    );
    expect(people.length).toBeGreaterThan(10);
    const rows = await atrium.database.query<{ text: string }>(
      "select row_to_json(e)::text as text from audit_entry e",
    );
    const text = rows.map((row) => row.text).join("\n");
    expect(text).toContain("(personal)");
    for (const { email, username, password_hash } of people)
      for (const secret of [email, username.length > 5 ? username : email, password_hash ?? email])
        expect(text).not.toContain(secret);
    expect(text).not.toMatch(/somebody's own|phone|Ann of the hills|Asia.Tokyo|issuer\.example|Audited/i);
    expect(text).not.toMatch(/@example\.com|node-fetch|undici|Mozilla|argon2|atr_|ati_|eyJ/);
  });
});

describe("I6 I14 denials", () => {
  let viewer: Member;
  let quoteId: string;
  beforeAll(async () => {
    viewer = await team.join("VIEWER");
    quoteId = await quoteOf(team.owner);
  });
  const headers = () => ({ "x-workspace-id": team.id });
  const deniedTo = (person: Member, action: string) =>
    auditLog(team.owner, { actorId: { eq: person.userId }, outcome: { eq: "DENIED" }, action: { eq: action } });

  test("I14 a denied field is there under the schema's name of it before the answer arrives", async () => {
    const query = `mutation ($id: ID!) { ...F } fragment F on Mutation { harmless: deleteQuote(id: $id) { id } }`;
    const { answer, entries } = await act({ as: viewer, query, variables: { id: quoteId }, headers: headers() });
    expect(answer.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      action: "deleteQuote",
      outcome: "DENIED",
      code: "FORBIDDEN",
      actor_id: viewer.userId,
      workspace_id: team.id,
    });
  });

  test("I14 the same over WebSocket, server-sent events, GET, dry runs and under a key", async () => {
    const socket = await openLiveSocket(viewer, { headers: headers() });
    const operation = socket.subscribe(`mutation { createQuote(input: { text: "T", author: "A" }) { id } }`);
    await operation.ended;
    socket.websocket.close();
    expect(await deniedTo(viewer, "createQuote")).toHaveLength(1);
    const stream = await fetch(`${atrium.url}/graphql/stream`, {
      method: "POST",
      headers: { ...bearer(viewer, headers()), accept: "text/event-stream", "content-type": "application/json" },
      body: JSON.stringify({ query: `mutation { updateQuote(id: "${quoteId}", input: {}) { id } }` }),
    });
    await stream.text();
    expect(await deniedTo(viewer, "updateQuote")).toHaveLength(1);
    await fetch(`${atrium.url}/graphql?query={verifyAuditLog{isIntact}}`, {
      headers: bearer(viewer, { ...headers(), "apollo-require-preflight": "1" }),
    });
    expect(await deniedTo(viewer, "verifyAuditLog")).toHaveLength(1);
    const dry = await act({
      as: viewer,
      query: `mutation { generateQuote(input: { topic: "x" }) { id } }`,
      headers: { ...headers(), "dry-run": "true" },
    });
    expect(dry.entries).toMatchObject([{ action: "generateQuote", outcome: "DENIED" }]);
    const keyed = await act({
      as: viewer,
      query: `mutation { updateWorkspace(input: { name: "Mine" }) { id } }`,
      headers: { ...headers(), "idempotency-key": newId("key") },
    });
    expect(keyed.entries).toMatchObject([{ action: "updateWorkspace", outcome: "DENIED" }]);
  });

  test("I14 a field that a role may not read is denied, and so is the export", async () => {
    const read = await act({ as: viewer, query: "{ auditLog { totalCount } }", headers: headers() });
    expect(read.entries).toMatchObject([{ action: "auditLog", code: "FORBIDDEN" }]);
    const refused = await fetch(`${atrium.url}/audit/export`, { headers: bearer(viewer, headers()) });
    expect(refused.status).toBe(403);
    expect(await deniedTo(viewer, "exportAuditLog")).toHaveLength(1);
  });

  test("I14 a wrong password belongs to the log of the account, an unknown address to the operators'", async () => {
    const ann = await atrium.signUp();
    const query = "mutation ($i: SignInInput!) { signIn(input: $i) { accessToken } }";
    const wrong = await act({ query, variables: { i: { email: ann.email, password: "wrong wrong" } } });
    const { me } = await ann.sdk.Me();
    expect(wrong.entries).toMatchObject([
      { action: "signIn", outcome: "DENIED", code: "UNAUTHENTICATED", actor_id: null, subject_id: me.id },
    ]);
    expect(await auditLog(ann, { action: { eq: "signIn" } })).toHaveLength(1);
    const unknown = await act({ query, variables: { i: { email: account().email, password: "wrong wrong" } } });
    expect(unknown.entries).toMatchObject([
      { action: "signIn", workspace_id: "system", actor_id: null, subject_id: null },
    ]);
    const system = "{ systemAuditLog(first: 100) { nodes { action outcome requestId } } }";
    expect(JSON.stringify(await operator.query(system))).toContain("signIn");
    expect(await errorOf(ann.query(system))).toMatchObject({ code: "FORBIDDEN" });
  });

  test("I2 I14 a refresh token that was stolen is a denial on the account, and the end of its session", async () => {
    const short = await startAtrium({
      database: atrium.database,
      withWorkers: false,
      clock: { now: () => new Date(Date.now() + 60_000) },
    });
    try {
      const ann = await atrium.signUp();
      await ann.sdk.RefreshSession({ refreshToken: ann.refreshToken });
      expect(await errorOf(short.stranger.sdk.RefreshSession({ refreshToken: ann.refreshToken }))).toMatchObject({
        code: "UNAUTHENTICATED",
      });
      const rows = await atrium.database.query<Row>(
        'select e.* from audit_entry e join membership m on m.workspace_id = e.workspace_id join "user" u on u.id = m.user_id where u.email = $1',
        [ann.email],
      );
      expect(rows.filter(({ action, outcome }) => action === "refreshSession" && outcome === "DENIED")).toHaveLength(1);
      expect(rows.find(({ action }) => action === "session.revoked")?.after).toHaveProperty("revokedAt");
    } finally {
      await short.close();
    }
  });

  test("I11 I14 a foreign workspace in the header is a denial in the caller's own log", async () => {
    const ann = await atrium.signUp();
    const { entries } = await act({ as: ann, query: "{ me { id } }", headers: headers() });
    expect(entries).toMatchObject([{ action: "request", outcome: "DENIED", code: "FORBIDDEN" }]);
    expect(entries[0]?.workspace_id).not.toBe(team.id);
  });

  test("I14 a flood of denials is one entry at once and one that counts the rest", async () => {
    const flooder = await team.join("VIEWER");
    const attempt = () =>
      act({
        as: flooder,
        query: `mutation { createQuote(input: { text: "T", author: "A" }) { id } }`,
        headers: headers(),
      });
    const attempts = await Promise.all(Array.from({ length: 50 }, attempt));
    expect(attempts.every(({ answer }) => answer.errors?.[0]?.extensions.code === "FORBIDDEN")).toBe(true);
    expect(await deniedTo(flooder, "createQuote")).toHaveLength(1);
    await atrium.app.audit.denials.stop();
    atrium.app.audit.denials.start();
    const [counted, ...others] = await deniedTo(flooder, "createQuote");
    expect(counted?.after).toEqual({ times: 49 });
    expect(others).toHaveLength(1);
  });

  test("I14 a flood of different addresses costs a bounded number of entries, and is counted", async () => {
    const before = Number((await atrium.database.query<{ n: string }>("select count(*) as n from audit_entry"))[0]?.n);
    const refusal = (index: number) => ({
      caller: undefined,
      requestId: "flood-of-denials",
      action: "signIn",
      code: "UNAUTHENTICATED" as const,
      denial: { attempt: `${index}@example.com` },
    });
    await Promise.all(Array.from({ length: 2_000 }, (_, index) => atrium.app.audit.denials.record(refusal(index))));
    await atrium.app.audit.denials.stop();
    atrium.app.audit.denials.start();
    const after = Number((await atrium.database.query<{ n: string }>("select count(*) as n from audit_entry"))[0]?.n);
    expect(after - before).toBeLessThanOrEqual(110);
    const counted = await atrium.database.query<Row>("select * from audit_entry where action = 'denials.counted'");
    expect(Number(counted.at(-1)?.after?.times)).toBeGreaterThan(1_850);
  });
});

describe("I14 who may look, and who may touch", () => {
  test("I14 owners and admins read it, editors do not, and nobody sees another workspace's", async () => {
    const [admin, editor] = [await team.join("ADMIN"), await team.join("EDITOR")];
    const inHere = { "x-workspace-id": team.id };
    expect((await auditLog(admin, null, inHere)).length).toBeGreaterThan(0);
    const { answer } = await act({ as: editor, query: "{ auditLog { totalCount } }", headers: inHere });
    expect(answer.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    const other = await atrium.signUp();
    const ids = new Set((await auditLog(team.owner)).map(({ id }) => id));
    expect((await auditLog(other)).some(({ id }) => ids.has(id))).toBe(false);
    const [entry] = await auditLog(team.owner);
    expect(
      await other.query(`{ auditEntry(id: "${entry?.id}") { id } node(id: "${entry?.id}") { id } }`).catch(() => null),
    ).not.toMatchObject({
      auditEntry: { id: entry?.id },
    });
    expect(
      (await team.owner.query<{ auditEntry: Entry }>(`{ auditEntry(id: "${entry?.id}") { id } }`)).auditEntry.id,
    ).toBe(entry?.id);
  });

  test("I14 it is filtered by actor, action, subject, outcome and time, and counted", async () => {
    const id = await quoteOf(team.owner);
    const some = {
      actorId: { eq: team.owner.userId },
      action: { startsWith: "quote." },
      subjectId: { eq: id },
      outcome: { eq: "SUCCEEDED" },
    };
    expect(await auditLog(team.owner, { ...some, createdAt: { gt: "2020-01-01T00:00:00Z" } })).toHaveLength(1);
    expect(await auditLog(team.owner, { ...some, createdAt: { lt: "2020-01-01T00:00:00Z" } })).toHaveLength(0);
    const groups = await team.owner.query<{ auditLogAggregate: { count: number; group: { action: string } }[] }>(
      "{ auditLogAggregate(groupBy: [ACTION]) { count group { action } } }",
    );
    expect(groups.auditLogAggregate.map(({ group }) => group.action)).toContain("quote.created");
  });

  test("I14 the database refuses to change, delete or truncate what is in the log", async () => {
    await createCheckpoint(team.owner);
    for (const table of ["audit_entry", "audit_seal", "audit_checkpoint"]) {
      for (const statement of [
        `update ${table} set workspace_id = workspace_id`,
        `delete from ${table}`,
        `truncate ${table}`,
      ])
        await expect(atrium.database.query(statement)).rejects.toThrow(`${table} is append-only`);
    }
  });

  test("I14 an entry that is altered or forged before it has its seal is found by its code", async () => {
    const ann = await atrium.signUp();
    await sealed(ann);
    const [{ workspace_id } = { workspace_id: "" }] = await atrium.database.query<Row>(
      "select e.* from audit_entry e where e.id = $1",
      [(await auditLog(ann))[0]?.id],
    );
    const forged = newId("audit_entry");
    const forge = `insert into audit_entry (id, workspace_id, created_at, actor_id, action, outcome, request_id, mac)
      values ('${forged}', '${workspace_id}', now(), null, 'quote.deleted', 'SUCCEEDED', 'r', '${"0".repeat(64)}')`;
    await atrium.database.query(forge);
    // Whether the sealer has come by already or not.
    for (const _ of [1, 2]) {
      expect(await verifyAuditLog(ann)).toMatchObject({
        isIntact: false,
        firstProblem: { kind: "FORGED", entryId: forged },
      });
      await eventually(
        () => atrium.database.query("select 1 from audit_seal where entry_id = $1", [forged]),
        (rows) => rows.length === 1,
      );
    }
  });

  test("I14 the tail that is not sealed yet is checked, and a seal that is taken away is missed", async () => {
    const quiet = await startAtrium({ withWorkers: false });
    try {
      await quiet.app.audit.stop();
      const ann = await quiet.signUp();
      await quoteOf(ann);
      const whole = await verifyAuditLog(ann);
      expect(whole).toMatchObject({ isIntact: true, checkedEntries: 0 });
      expect(whole.unsealedEntries).toBeGreaterThan(2);
      const entry = (await auditLog(ann)).find(({ action }) => action === "quote.created");
      const alter = (text: string) =>
        asOwnerOfTables(
          quiet.database,
          `update audit_entry set after = jsonb_set(after, '{text}', '"${text}"') where id = '${entry?.id}'`,
        );
      await alter("Else.");
      expect(await verifyAuditLog(ann)).toMatchObject({
        isIntact: false,
        firstProblem: { kind: "FORGED", entryId: entry?.id },
      });
      await alter("One.");
      expect(await verifyAuditLog(ann)).toMatchObject({ isIntact: true });
      await quiet.database.query("delete from audit_unsealed where entry_id = $1", [entry?.id]);
      expect(await verifyAuditLog(ann)).toMatchObject({
        isIntact: false,
        firstProblem: { kind: "MISSING", entryId: entry?.id },
      });
    } finally {
      await quiet.close();
    }
  });

  test("I14 an export needs an owner, and leaves an entry of its own", async () => {
    const lines = await exportLog(team.owner);
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      format: "atrium-audit-log",
      type: "header",
      version: 1,
      workspaceId: team.id,
    });
    expect(lines.at(-1)).toContain("audit.exported");
    expect((await fetch(`${atrium.url}/audit/export`)).status).toBe(401);
  });
});
