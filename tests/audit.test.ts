import { ask, bearer } from "./support/ask.js";
import { eventually, type Person, startAtrium, type TestAtrium } from "./support/atrium.js";

let atrium: TestAtrium;
beforeAll(async () => {
  atrium = await startAtrium();
});
afterAll(() => atrium.close());

interface Entry {
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

const send = async (person: Person, query: string, variables: object = {}) => {
  const { data, errors } = await ask(person.url, { query, variables }, bearer(person));
  if (errors) throw new Error(JSON.stringify(errors));
  return data as Record<string, unknown>;
};
const auditLog = async (person: Person, filter: object | null = null) => {
  const query = `query ($filter: AuditEntryFilter) { auditLog(filter: $filter, first: 100) { nodes {
    id actorId credentialId action outcome code subjectId before after requestId } } }`;
  return ((await send(person, query, { filter })).auditLog as { nodes: Entry[] }).nodes;
};
const verify = async (person: Person) =>
  (
    await send(
      person,
      "{ verifyAuditLog { isIntact checkedEntries unsealedEntries lastSequence firstProblem { kind entryId sequence message } } }",
    )
  ).verifyAuditLog as Record<string, unknown>;

test("I14 smoke", async () => {
  const ann = await atrium.signUp();
  const { createQuote } = await ann.sdk.CreateQuote({ input: { text: "One.", author: "Ann" } });
  await ann.sdk.UpdateQuote({ id: createQuote.id, input: { text: "Two." } });
  console.log(JSON.stringify(await auditLog(ann), null, 1));
  await eventually(
    () => verify(ann),
    ({ unsealedEntries }) => unsealedEntries === 0,
  );
  console.log(await verify(ann));
});
