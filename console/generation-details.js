import { request } from "./api.js";
import { bar } from "./bar.js";
import { byId, describing, element, showState } from "./dom.js";
import { count, dollars, inWords, milliseconds, percent } from "./format.js";
import { table } from "./table.js";

const generationDocument = `query HowItWasWritten($id: ID!) {
  generation(id: $id) {
    id costMicros cacheHit isDegraded
    promptVersion { number prompt { name } }
    routing { reason modelClass }
    attempts { provider model outcome operation purpose latency firstTokenMs inputTokens outputTokens costMicros }
    quality { score parts { name score weight findings } judge { model score errorCode } }
    lineage { hash isIntact modelVersion }
  }
}`;

const details = byId("how");
const told = byId("how-told");
const state = byId("how-state");
let shownId;

/** What was done for a text: the requests, what they cost, how it is rated, and the hash of where it comes from. */
export const showGeneration = (id) => {
  if (id === shownId) return;
  shownId = id;
  details.hidden = id === undefined;
  told.replaceChildren();
  showState(state);
  if (details.open && id !== undefined) void read(id);
};

const read = async (id) => {
  if (told.childElementCount === 0) showState(state, "Loading …");
  try {
    const { generation } = await request(generationDocument, { id });
    if (id !== shownId) return;
    showState(state, generation === null ? "It has been deleted since." : undefined);
    if (generation !== null) told.replaceChildren(...partsOf(generation));
  } catch (error) {
    if (id === shownId) showState(state, error.message, () => read(id));
  }
};

const partsOf = (generation) => [
  element("dl", { className: "pairs" }, ...describing(factsOf(generation))),
  ...attemptsOf(generation.attempts),
  ...qualityOf(generation.quality),
  lineageOf(generation.lineage),
];

const factsOf = ({ costMicros, cacheHit, isDegraded, promptVersion, routing }) => ({
  Cost: dollars(costMicros),
  "From the cache": cacheHit ? `${inWords(cacheHit)}${isDegraded ? ", old" : ""}` : "no",
  Prompt: promptVersion ? `${promptVersion.prompt.name}, version ${promptVersion.number}` : undefined,
  "Chosen because": routing ? inWords(routing.reason).toLowerCase() : undefined,
});

const columns = [
  ["Provider", ({ provider }) => provider],
  ["Model", ({ model }) => model],
  ["Outcome", ({ outcome }) => inWords(outcome)],
  ["First text", ({ firstTokenMs }) => (firstTokenMs === null ? "–" : milliseconds(firstTokenMs)), true],
  ["Whole", ({ latency }) => milliseconds(latency), true],
  ["Tokens", ({ inputTokens, outputTokens }) => `${count(inputTokens ?? 0)} → ${count(outputTokens ?? 0)}`, true],
  ["Cost", ({ costMicros }) => dollars(costMicros), true],
];

const attemptsOf = (attempts) => {
  if (attempts.length === 0) return [element("p", { className: "hint" }, "No provider was asked for it.")];
  const place = { className: "scrolls", tabIndex: 0, role: "region", ariaLabel: "Attempts" };
  return [element("h3", {}, "Attempts"), element("div", place, table("Requests to providers", columns, attempts))];
};

const qualityOf = (quality) => {
  if (!quality) return [];
  const rows = quality.parts.map(({ name, score, weight, findings }) => {
    const said = [`weight ${percent(weight)}`, ...findings.map((finding) => inWords(finding).toLowerCase())].join(", ");
    return element(
      "li",
      {},
      element("span", {}, inWords(name)),
      bar(inWords(name), percent(score), { spent: score }),
      element("span", { className: "number" }, percent(score)),
      element("span", { className: "hint" }, said),
    );
  });
  const judge = quality.judge;
  const judged = judge ? `${judge.model} was asked as well: ${judge.errorCode ?? percent(judge.score)}.` : "";
  return [
    element("h3", {}, `Quality ${percent(quality.score)}`),
    element("ul", { className: "quality" }, ...rows),
    element("p", { className: "hint" }, judged),
  ];
};

const lineageOf = (lineage) => {
  if (!lineage) return element("p", { className: "hint" }, "It has no lineage: it did not end.");
  const verdict = lineage.isIntact
    ? "The rows as they are now give the same hash."
    : "The rows have been changed since!";
  return element(
    "div",
    {},
    element("h3", {}, "Lineage"),
    element("code", { className: "hash" }, lineage.hash),
    element("p", { className: lineage.isIntact ? "hint" : "trouble" }, verdict),
  );
};

details.addEventListener("toggle", () => details.open && shownId !== undefined && read(shownId));
