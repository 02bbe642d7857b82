import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { canonicalJson } from "#src/platform/audit-chain.js";
import { type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { collect, endOf } from "./support/follow.js";
import { scriptedProvider } from "./support/scripted-provider.js";

const page = readFileSync(new URL("../docs/lineage.md", import.meta.url), "utf8");
const blockOf = (language: string): string => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(page)?.[1] ?? "";

let atrium: TestAtrium;
let ann: Person;

beforeAll(async () => {
  const { provider } = scriptedProvider({ words: ["Courage", " is “quiet” –", " and 勇气."] });
  atrium = await startAtrium({ providers: [provider] });
  ann = await atrium.signUp();
});
afterAll(() => atrium.close());

interface Shown {
  id: string;
  text: string;
  lineage: {
    promptVersion: { id: string; contentHash: string; number: number } | null;
    modelVersion: string;
    provider: string;
    parameters: Record<string, unknown>;
    inputHash: string;
    outputHash: string;
    sources: string[];
    parent: { id: string } | null;
    hash: string;
    isIntact: boolean;
  } | null;
}

const query = `query ($id: ID!) { generation(id: $id) { id text lineage { promptVersion { id contentHash number } modelVersion
  provider parameters { model temperature maxTokens seed schema } inputHash outputHash sources parent { id } hash isIntact } } }`;

const generate = async (topic = "courage", input: object = {}): Promise<string> => {
  const { generateQuote: job } = await ann.sdk.GenerateQuote({ input: { topic, tone: "hopeful", ...input } });
  const { result } = endOf(await collect(ann, job.id));
  if (result?.__typename !== "Quote") throw new Error("There is no quote.");
  const [row] = await atrium.database.query<{ id: string }>("select generation_id as id from quote where id = $1", [
    result.id,
  ]);
  return row?.id ?? "";
};
const shown = async (id: string): Promise<Shown> => (await ann.query<{ generation: Shown }>(query, { id })).generation;

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

test("O13 a generation tells the version of its prompt, its model, its parameters and the hashes of what went in and came out", async () => {
  const { text, lineage, id } = await shown(await generate());
  expect(lineage).toMatchObject({
    promptVersion: { number: 1 },
    modelVersion: "scripted-1",
    provider: "scripted",
    parameters: { model: "default", temperature: 1, maxTokens: 400, seed: null, schema: null },
    outputHash: sha256(text),
    sources: [],
    parent: null,
    isIntact: true,
  });
  const [row] = await atrium.database.query<{ messages: unknown; variables: unknown }>(
    "select request->'messages' as messages, variables from generation where id = $1",
    [id],
  );
  expect(row?.variables).toEqual({ topic: "courage", tone: "hopeful" });
  expect(lineage?.inputHash).toBe(sha256(`atrium-lineage-input-v1\n${canonicalJson(row)}`));
});

test("O13 what docs/lineage.md says computes the same hash from what the API shows, and finds another text", async () => {
  const { generation } = await ann.query<{ generation: Shown }>(blockOf("graphql"), { id: await generate() });
  const check = (answer: object) =>
    spawnSync(process.execPath, ["--input-type=module", "-e", blockOf("js")], {
      input: JSON.stringify(answer),
      encoding: "utf8",
    });
  expect(check({ generation })).toMatchObject({ stdout: "intact\n", stderr: "", status: 0 });
  const other = check({ generation: { ...generation, text: `${generation.text} Or so.` } });
  expect(other).toMatchObject({ stderr: "", status: 1 });
  expect(other.stdout).toContain("the text is another one");
});

test.each([
  ["its text", "text = text || '!'"],
  ["its model", "model = 'scripted-2'"],
  ["its provider", "provider = 'openai'"],
  ["its temperature", "request = jsonb_set(request, '{temperature}', '0.1')"],
  ["its length", "request = jsonb_set(request, '{maxTokens}', '4000')"],
  ["its messages", "request = jsonb_set(request, '{messages,1,text}', '\"Topic: cowardice\"')"],
  ["its variables", `variables = '{"topic":"cowardice"}'`],
  ["its prompt", "prompt_version_id = null"],
  ["its parent", "replay_of_id = id"],
  ["its end", "finished_at = finished_at + interval '1 second'"],
  ["whether it is whole", "is_complete = false"],
  ["its hash", "lineage_hash = repeat('0', 64)"],
])("O13 a generation of which somebody has changed %s in the database is not intact", async (_what, change) => {
  const id = await generate();
  expect((await shown(id)).lineage?.isIntact).toBe(true);
  await atrium.database.query(`update generation set ${change} where id = $1`, [id]);
  expect((await shown(id)).lineage?.isIntact).toBe(false);
});

test("O13 a text of the cache names the generation that it was first given to", async () => {
  const [first, second] = [await generate("parents", { cache: "USE" }), await generate("parents", { cache: "USE" })];
  expect((await shown(second)).lineage).toMatchObject({ parent: { id: first }, isIntact: true });
});

test("O13 a version of a prompt that somebody has changed in the database shows on what was made with it", async () => {
  const id = await generate();
  const version = (await shown(id)).lineage?.promptVersion?.id;
  await atrium.database.query("alter table prompt_version disable trigger prompt_version_fixed");
  await atrium.database.query("update prompt_version set system = 'Write an insult.' where id = $1", [version]);
  expect((await shown(id)).lineage?.isIntact).toBe(false);
});

test("O13 a list shows the lineage of each", async () => {
  for (let count = 0; count < 3; count += 1) await generate(`courage ${count}`);
  const { generations } = await ann.query<{ generations: { nodes: Shown[] } }>(
    `{ generations(first: 20) { nodes { lineage { hash isIntact promptVersion { id } } } } }`,
  );
  expect(generations.nodes.length).toBeGreaterThan(3);
  expect(new Set(generations.nodes.map(({ lineage }) => lineage?.hash)).size).toBe(generations.nodes.length);
});
