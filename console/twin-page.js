import { request } from "./api.js";
import { confirm } from "./confirm.js";
import { copyCommand } from "./copy.js";
import { byId, describing, element, showState } from "./dom.js";
import { clearErrors, showErrors } from "./form-errors.js";
import { ago, count, exactTime, inWords, measured } from "./format.js";
import { closeSeries, showSeries } from "./metric-series.js";
import { session } from "./session.js";
import { table } from "./table.js";
import { fillTwinForm, twinFields, twinInput } from "./twin-form.js";
import { openLinks, showLinks } from "./twin-links.js";

const fields = `id name type status externalId location metadata revision createdAt updatedAt
  metrics(first: 100, orderBy: [{ field: NAME }]) { totalCount nodes { name unit points lastAt lastValue } }
  parentLinks(first: 50) { nodes { relation parent { id name } } }
  childLinks(first: 50) { nodes { relation child { id name } } }`;
const twinDocument = `query Twin($id: ID!) { twin(id: $id) { ${fields} } }`;
const changedDocument = `subscription TwinChanged($id: ID!, $after: String) {
  twinChanged(twinId: $id, after: $after) { cursor deleted twin { ${fields} } }
}`;
const updateDocument = `mutation UpdateTwin($id: ID!, $input: UpdateTwinInput!) {
  twin: updateTwin(id: $id, input: $input) { ${fields} }
}`;
const deleteDocument = "mutation DeleteTwin($id: ID!) { deleteTwin(id: $id) { id } }";
const names = { name: "Name", type: "Type", status: "Status", externalId: "External id", location: "Location" };

const card = byId("twin");
const state = byId("twin-state");
const form = byId("twin-change");
const newer = element("div", { className: "notice", hidden: true });
let twin;
/** The twin as it was when its form was filled. */
let base;
let metric;
let stop = () => {};
let visit = 0;

export const openTwin = (live, id) => {
  card.hidden = false;
  byId("twin-title").textContent = "Twin";
  showState(state, "Loading …");
  stop = live.subscribe(changedDocument, { id }, { next: (event) => (event.deleted ? showGone() : show(event.twin)) });
  void read(id);
};

export const closeTwin = () => {
  visit++;
  stop();
  closeSeries();
  twin = undefined;
  metric = undefined;
  showForm(false);
  card.hidden = true;
};

const read = async (id) => {
  const turn = ++visit;
  try {
    const found = await request(twinDocument, { id });
    if (turn !== visit) return;
    if (found.twin === null) return showGone();
    showState(state);
    show(found.twin);
    openLinks(found.twin);
  } catch (error) {
    if (turn === visit) showState(state, error.message, () => read(id));
  }
};

const showGone = () => {
  stop();
  showForm(false);
  showState(state, "There is no such twin, or not any more.");
};

const show = (latest) => {
  twin = latest;
  const { name, type, status, externalId, location, metadata, revision, createdAt, updatedAt, metrics } = twin;
  byId("twin-title").textContent = name;
  byId("twin-facts").replaceChildren(
    ...describing({
      Type: type,
      Status: inWords(status),
      "External id": externalId ?? undefined,
      Location: location ?? undefined,
      Revision: String(revision),
      Changed: exactTime(updatedAt),
      Made: exactTime(createdAt),
    }),
  );
  byId("twin-metadata").textContent = JSON.stringify(metadata, null, 2);
  showLinks(twin);
  showMetrics(metrics);
};

const showMetrics = ({ nodes, totalCount }) => {
  byId("twin-empty").hidden = nodes.length > 0;
  byId("twin-curl").textContent = curlWith("$TOKEN");
  const place = byId("twin-metrics");
  if (nodes.length === 0) return place.replaceChildren();
  metric ??= nodes[0].name;
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.metric : undefined;
  const caption = totalCount > nodes.length ? `The first ${nodes.length} of ${totalCount} metrics` : "Metrics";
  place.replaceChildren(table(caption, columns, nodes));
  if (focused !== undefined)
    [...place.querySelectorAll("button")].find((each) => each.dataset.metric === focused)?.focus();
  showSeries(twin.id, metric);
};

const choose = (name) => {
  metric = name;
  showMetrics(twin.metrics);
};

const columns = [
  [
    "Metric",
    ({ name }) =>
      element(
        "button",
        {
          type: "button",
          className: "link",
          ariaPressed: String(name === metric),
          onclick: () => choose(name),
          data: { metric: name },
        },
        name,
      ),
  ],
  ["Last value", ({ lastValue, unit }) => measured(lastValue, unit), true],
  ["Measured", ({ lastAt }) => element("time", { dateTime: lastAt, title: exactTime(lastAt) }, ago(lastAt)), true],
  ["Points", ({ points }) => count(points), true],
];

const curlWith = (token) => {
  const query = `mutation { ingestTelemetry(points: [{ twinId: "${twin.id}", metric: "temperature", value: "21.5", unit: "°C" }]) { accepted } }`;
  const workspace = session.workspaceId ? ` \\\n  -H 'X-Workspace-Id: ${session.workspaceId}'` : "";
  return `curl -s \\
  ${location.origin}/graphql \\
  -H 'Content-Type: application/json' \\
  -H "Authorization: Bearer ${token}"${workspace} \\
  -d '${JSON.stringify({ query })}'`;
};

const showForm = (isShown) => {
  form.hidden = !isShown;
  newer.hidden = true;
  byId("twin-edit").ariaExpanded = String(isShown);
  if (!isShown || !twin) return;
  base = twin;
  fillTwinForm(form, base);
  form.elements.name.focus();
};

/** What somebody else has said meanwhile, and the choice between that and this. */
const showNewer = async () => {
  const before = base;
  const { twin: latest } = await request(twinDocument, { id: before.id });
  if (latest === null) return showGone();
  show(latest);
  const said = Object.entries(names).filter(([key]) => latest[key] !== before[key]);
  const differs = said.map(([key, label]) => `${label} is now “${latest[key] ?? ""}”.`);
  if (JSON.stringify(latest.metadata) !== JSON.stringify(before.metadata)) differs.push("The metadata are others now.");
  const take = element("button", { type: "button", onclick: () => showForm(true) }, "Take the newer values");
  newer.replaceChildren(
    element(
      "p",
      {},
      `Somebody has changed this twin since you began. ${differs.join(" ")} Saving again keeps what you have changed, and all else as it is now.`,
    ),
    element("div", { className: "actions" }, take),
  );
  newer.hidden = false;
  // What this form does not say differently from its beginning stays as the others have made it.
  for (const [key] of said)
    if ((form.elements[key].value || null) === before[key]) form.elements[key].value = latest[key] ?? "";
  if (form.elements.metadata.value === JSON.stringify(before.metadata, null, 2))
    form.elements.metadata.value = JSON.stringify(latest.metadata, null, 2);
  base = latest;
};

newer.setAttribute("role", "status");
form.append(...twinFields("Save"));
form.querySelector(".form-error").before(newer);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clearErrors(form);
  newer.hidden = true;
  try {
    const { twin: saved } = await request(updateDocument, { id: base.id, input: twinInput(form, base) });
    show(saved);
    showForm(false);
    byId("twin-edit").focus();
  } catch (error) {
    if (error.code === "CONFLICT" && error.field === "input.revision")
      await showNewer().catch((failure) => showErrors(form, failure));
    else showErrors(form, error);
  }
});
byId("twin-edit").addEventListener("click", () => showForm(form.hidden));
byId("twin-copy").addEventListener("click", ({ currentTarget }) => copyCommand(curlWith, currentTarget));
byId("twin-delete").addEventListener("click", () =>
  confirm(
    {
      title: "Delete this twin?",
      text: twin.name,
      hint: "Everything that was measured of it goes with it, for everyone.",
    },
    async () => {
      try {
        await request(deleteDocument, { id: twin.id });
        window.location.hash = "#/twins";
      } catch (error) {
        showState(state, error.message);
      }
    },
  ),
);
