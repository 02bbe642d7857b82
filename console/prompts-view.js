import { request } from "./api.js";
import { arrange, byId, element, showLoading, showState } from "./dom.js";
import { ago, exactTime } from "./format.js";
import { lineDifference } from "./line-difference.js";
import { closeDraft, openDraft } from "./prompt-draft.js";
import { closePreview, openPreview } from "./prompt-preview.js";

const promptsDocument = `query Prompts {
  prompts(first: 50, orderBy: [{ field: NAME }]) {
    nodes { id name description labels(first: 5) { nodes { name version { number } } } versions(first: 1) { totalCount } }
  }
}`;
const promptDocument = `query Prompt($id: ID!) {
  prompt(id: $id) {
    id name description
    versions(first: 30, orderBy: [{ field: NUMBER, direction: DESC }]) {
      totalCount
      nodes {
        id number system template note createdAt contentHash modelClass temperature maxTokens
        variables { name required default description maxLength }
        createdBy { username }
        labels(first: 5) { nodes { name } }
      }
    }
  }
}`;
const labelDocument = `mutation Label($id: ID!, $label: String!) {
  version: labelPromptVersion(id: $id, label: $label) { id }
}`;

const list = byId("prompts");
const state = byId("prompts-state");
const versionList = byId("versions");
const [older, newer] = [byId("compare-old"), byId("compare-new")];
let items = new Map();
let chosenId;
let versions = [];
let reading = 0;

const open = () => {
  items = new Map();
  choose(undefined);
  showLoading(list, 3);
  showState(state);
  void read();
};

const read = async () => {
  const turn = ++reading;
  try {
    const { prompts } = await request(promptsDocument);
    if (turn !== reading) return;
    list.ariaBusy = null;
    arrange(list, prompts.nodes.map(itemOf));
    const none = "No prompts yet. What Atrium brings along stands here once it was used; a quote is enough.";
    showState(state, prompts.nodes.length === 0 ? none : undefined);
  } catch (error) {
    if (turn !== reading) return;
    if (items.size === 0) list.replaceChildren();
    showState(state, error.message, read);
  }
};

const itemOf = ({ id, name, description, labels, versions: { totalCount } }) => {
  const item = items.get(id) ?? element("li", {}, element("button", { type: "button", onclick: () => choose(id) }));
  items.set(id, item);
  const pointers = labels.nodes.map(({ name: label, version }) => `${label} → ${version?.number ?? "?"}`);
  item.firstChild.replaceChildren(
    element("strong", {}, name),
    element(
      "span",
      { className: "hint" },
      [totalCount === 1 ? "1 version" : `${totalCount} versions`, ...pointers].join(" · "),
    ),
    ...(description ? [element("span", { className: "hint" }, description)] : []),
  );
  markChosen();
  return item;
};

const markChosen = () => {
  for (const [id, item] of items) item.firstChild.ariaPressed = String(id === chosenId);
};

const choose = (id) => {
  chosenId = id;
  versions = [];
  labelForms.clear();
  markChosen();
  closeDraft();
  closePreview();
  byId("prompt").hidden = id === undefined;
  byId("compare").hidden = true;
  versionList.replaceChildren();
  if (id !== undefined) void readPrompt().then(() => byId("prompt-title").focus());
};

const readPrompt = async () => {
  const id = chosenId;
  try {
    const { prompt } = await request(promptDocument, { id });
    if (id !== chosenId) return;
    if (prompt === null) return choose(undefined);
    versions = prompt.versions.nodes;
    byId("prompt-title").textContent = prompt.name;
    byId("prompt-about").textContent = prompt.description ?? "";
    versionList.replaceChildren(...versions.map((version) => versionOf(prompt, version)));
    showState(byId("versions-state"));
    showComparison();
  } catch (error) {
    if (id === chosenId) showState(byId("versions-state"), error.message, readPrompt);
  }
};

const versionOf = (prompt, version) => {
  const { number, note, createdAt, createdBy, labels, contentHash } = version;
  const button = (name, onclick, least) =>
    element(
      "button",
      { type: "button", onclick, ariaLabel: `${name}, version ${number}`, data: least ? { least } : {} },
      name,
    );
  const time = element("time", { dateTime: createdAt, title: exactTime(createdAt) }, ago(createdAt));
  return element(
    "li",
    {},
    element(
      "div",
      {},
      element("strong", {}, `Version ${number}`),
      ...labels.nodes.map(({ name }) => element("span", { className: "tag" }, name)),
      ...(note ? [element("p", {}, note)] : []),
      element(
        "p",
        { className: "meta" },
        element("span", {}, createdBy?.username ?? "built in"),
        time,
        element("code", { title: contentHash }, contentHash.slice(0, 12)),
      ),
    ),
    element(
      "div",
      { className: "actions" },
      button("Preview", () => openPreview(version)),
      button("Build on", () => openDraft(prompt, version, saved), "EDITOR"),
      labelForm(version),
    ),
  );
};

/** By version: what is typed into one outlives that the list is drawn anew. */
const labelForms = new Map();
const labelForm = (version) => {
  const form = labelForms.get(version.id) ?? newLabelForm(version);
  labelForms.set(version.id, form);
  return form;
};

/** A label is moved by naming it; a new name makes a new one. */
const newLabelForm = ({ id, number }) => {
  const input = element("input", {
    required: true,
    ariaLabel: `Label for version ${number}`,
    placeholder: "production",
    autocomplete: "off",
    spellcheck: false,
  });
  const form = element(
    "form",
    { className: "inline-form", data: { least: "EDITOR" }, ariaLabel: `Move a label to version ${number}` },
    input,
    element("button", { type: "submit" }, "Label"),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await request(labelDocument, { id, label: input.value.trim() });
      input.value = "";
      await Promise.all([readPrompt(), read()]);
    } catch (error) {
      showState(byId("versions-state"), error.message);
    }
  });
  return form;
};

const saved = async (promptId) => {
  await read();
  choose(promptId);
};

const showComparison = () => {
  byId("compare").hidden = versions.length < 2;
  if (versions.length < 2) return;
  const kept = [older.value, newer.value];
  for (const [index, select] of [older, newer].entries()) {
    select.replaceChildren(...versions.map(({ id, number }) => element("option", { value: id }, `version ${number}`)));
    const known = versions.some(({ id }) => id === kept[index]);
    select.value = known ? kept[index] : versions[index === 0 ? 1 : 0].id;
  }
  compare();
};

const compare = () => {
  const [old, young] = [older, newer].map((select) => versions.find(({ id }) => id === select.value));
  const rows = lineDifference(wordsOf(old), wordsOf(young)).map(([before, after]) => {
    const isSame = before === after;
    const cell = (line, kind) =>
      element("td", { data: { kind: isSame || line === undefined ? "same" : kind } }, mark(line, isSame, kind));
    return element("tr", {}, cell(before, "gone"), cell(after, "come"));
  });
  byId("difference").replaceChildren(
    element(
      "table",
      { className: "difference" },
      element("caption", { className: "only-heard" }, `Version ${old.number} beside version ${young.number}`),
      element("thead", {}, element("tr", {}, headOf(old), headOf(young))),
      element("tbody", {}, ...rows),
    ),
  );
};

const headOf = ({ number }) => element("th", { scope: "col" }, `Version ${number}`);
const mark = (line, isSame, kind) =>
  line === undefined || isSame ? (line ?? "") : `${kind === "gone" ? "− " : "+ "}${line}`;

const wordsOf = ({ system, template, modelClass, temperature, maxTokens, variables }) =>
  [
    ...(system === null ? [] : [`Instructions:`, system, ""]),
    "Message:",
    template,
    "",
    ...variables.map(({ name, required }) => `Variable ${name}${required ? "" : ", may be left out"}`),
    ...Object.entries({ modelClass, temperature, maxTokens }).flatMap(([name, value]) =>
      value === null ? [] : [`${name}: ${value}`],
    ),
  ].join("\n");

for (const select of [older, newer]) select.addEventListener("change", compare);
byId("prompt-new").addEventListener("click", () => {
  choose(undefined);
  openDraft(undefined, undefined, saved);
});

const refresh = (kinds) => {
  if (![...kinds].some((kind) => kind.startsWith("prompt"))) return;
  void read();
  // What is being typed into a label's field would be lost.
  if (chosenId && !versionList.contains(document.activeElement)) void readPrompt();
};

export const promptsView = { open, refresh };
