import { request } from "./api.js";
import { arrange, byId, element, setOptions, showLoading, showState } from "./dom.js";
import { clearErrors, showErrors } from "./form-errors.js";
import { ago, exactTime, inWords } from "./format.js";
import { fillTwinForm, twinFields, twinInput, twinStatuses } from "./twin-form.js";
import { closeTwin, openTwin } from "./twin-page.js";

const fields = `id name type status externalId
  metrics(first: 1, orderBy: [{ field: LAST_AT, direction: DESC }]) { nodes { lastAt } }`;
const twinsDocument = `query Twins($filter: TwinFilter, $after: String) {
  twins(first: 50, after: $after, filter: $filter, orderBy: [{ field: NAME }]) {
    totalCount pageInfo { hasNextPage endCursor } nodes { ${fields} }
  }
}`;
const typesDocument = "query TwinTypes { twinsAggregate(first: 100, groupBy: [TYPE]) { group { type } count } }";
const changedDocument = `subscription TwinsChanged($after: String) {
  twinChanged(after: $after) { cursor twinId deleted twin { ${fields} } }
}`;
const createDocument = "mutation CreateTwin($input: CreateTwinInput!) { twin: createTwin(input: $input) { id } }";
const gatherMs = 250;

const list = byId("twins");
const state = byId("twins-state");
const search = byId("twin-search");
const form = byId("twin-create");
const [text, type, status] = ["twin-text", "twin-type", "twin-status"].map(byId);
let items = new Map();
/** Those that the list was read for already: what is measured of a twin that is not listed changes nothing. */
const looked = new Set();
let end;
let stop = () => {};
let visit = 0;
let timer;

const open = (live, id) => {
  byId("twin-list").hidden = Boolean(id);
  if (id) return openTwin(live, id);
  items = new Map();
  showForm(false);
  showLoading(list, 3);
  showState(state);
  stop = live.subscribe(changedDocument, {}, { next: put });
  void read();
  void readTypes();
};

const close = () => {
  visit++;
  clearTimeout(timer);
  stop();
  closeTwin();
};

/** Undefined when all are wanted. */
const filterNow = () => {
  const conditions = [
    ["name", "contains", text.value.trim()],
    ["type", "eq", type.value],
    ["status", "eq", status.value],
  ].filter(([, , value]) => value !== "");
  if (conditions.length === 0) return undefined;
  return Object.fromEntries(conditions.map(([name, is, value]) => [name, { [is]: value }]));
};

const read = async (after) => {
  const turn = ++visit;
  const filter = filterNow();
  try {
    const { twins } = await request(twinsDocument, { filter, after });
    if (turn !== visit) return;
    end = twins.pageInfo.hasNextPage ? twins.pageInfo.endCursor : undefined;
    byId("twins-more").hidden = end === undefined;
    list.ariaBusy = null;
    const before = after ? [...list.children] : [];
    arrange(list, [...before, ...twins.nodes.map(itemOf)]);
    const none = filter ? "No twin is like that." : "No twins yet. Make one, then send what is measured of it.";
    showState(state, twins.totalCount === 0 ? none : undefined);
  } catch (error) {
    if (turn !== visit) return;
    if (items.size === 0) list.replaceChildren();
    showState(state, error.message, () => read());
  }
};

const readTypes = async () => {
  const { twinsAggregate: groups } = await request(typesDocument).catch(() => ({ twinsAggregate: [] }));
  setOptions(type, [["", "any"], ...groups.map(({ group, count }) => [group.type, `${group.type} (${count})`])]);
};

const readSoon = () => {
  clearTimeout(timer);
  timer = setTimeout(read, gatherMs);
};

/** Those that are listed are shown as they are now; another one may belong among them. */
const put = ({ twinId, twin }) => {
  if (twin && items.has(twinId)) itemOf(twin);
  else if (!twin || !looked.has(twinId)) readSoon();
  looked.add(twinId);
};

const itemOf = ({ id, name, type: kind, status: life, externalId, metrics }) => {
  const item = items.get(id) ?? element("li", {}, element("a", { className: "choice", href: `#/twins/${id}` }));
  items.set(id, item);
  const lastAt = metrics.nodes[0]?.lastAt;
  item.firstChild.replaceChildren(
    element("strong", {}, name),
    element(
      "span",
      { className: "meta" },
      element("span", {}, [kind, externalId].filter(Boolean).join(" · ")),
      element("span", { className: "badge", data: { status: life } }, inWords(life)),
      lastAt
        ? element("span", {}, "measured ", element("time", { dateTime: lastAt, title: exactTime(lastAt) }, ago(lastAt)))
        : element("span", {}, "nothing measured yet"),
    ),
  );
  return item;
};

const showForm = (isShown) => {
  form.hidden = !isShown;
  byId("twin-new").ariaExpanded = String(isShown);
  if (!isShown) return;
  fillTwinForm(form, { name: "", type: type.value, status: "ACTIVE", externalId: null, location: null, metadata: {} });
  form.elements.name.focus();
};

form.append(...twinFields("Create"));
setOptions(status, [["", "any"], ...twinStatuses]);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clearErrors(form);
  try {
    const { twin } = await request(createDocument, { input: twinInput(form) });
    location.hash = `#/twins/${twin.id}`;
  } catch (error) {
    showErrors(form, error);
  }
});
search.addEventListener("input", () => {
  looked.clear();
  readSoon();
});
search.addEventListener("submit", (event) => {
  event.preventDefault();
  void read();
});
byId("twin-new").addEventListener("click", () => showForm(form.hidden));
byId("twins-more").addEventListener("click", () => read(end));

export const twinsView = { open, close };
