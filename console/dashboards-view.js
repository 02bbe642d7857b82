import { request } from "./api.js";
import { confirm } from "./confirm.js";
import { arrange, byId, element, showLoading, showState } from "./dom.js";
import { clearErrors, showErrors } from "./form-errors.js";
import { ago, exactTime } from "./format.js";
import { Widget, widgetFields } from "./widget.js";
import { placed, widgetForm } from "./widget-form.js";

const listDocument = `query Dashboards {
  dashboards(first: 100, orderBy: [{ field: NAME }]) { nodes { id name description updatedAt widgets { key } } }
}`;
const fields = `id name description revision widgets { ${widgetFields} }`;
const oneDocument = `query Dashboard($id: ID!) { dashboard(id: $id) { ${fields} } }`;
const changedDocument = `subscription DashboardChanged($id: ID!, $after: String) {
  dashboardChanged(id: $id, after: $after) { cursor dashboard { ${fields} } }
}`;
const queriesDocument = `query DashboardQueries($id: ID!) {
  dashboard(id: $id) {
    revision name
    widgets {
      key title kind place { x y width height }
      query {
        series { twinIds twinType metric last bucket aggregate percentile timeZone gaps }
        latest { twinIds metrics }
        events { names last bucket timeZone }
      }
    }
  }
}`;
const createDocument =
  "mutation CreateDashboard($input: CreateDashboardInput!) { dashboard: createDashboard(input: $input) { id } }";
const updateDocument = `mutation UpdateDashboard($id: ID!, $input: UpdateDashboardInput!) {
  dashboard: updateDashboard(id: $id, input: $input) { ${fields} }
}`;
const deleteDocument = "mutation DeleteDashboard($id: ID!) { deleteDashboard(id: $id) { id } }";

const list = byId("dashboards");
const state = byId("dashboard-state");
const draft = byId("dashboard-draft");
const form = byId("dashboard-form");
const toggles = [byId("dashboard-new"), byId("dashboard-edit")];
let shown;
let widgets = new Map();
let forms = [];
let number = 0;
let stop = () => {};
let visit = 0;

const open = (live, id) => {
  byId("dashboard-list").hidden = Boolean(id);
  byId("dashboard").hidden = !id;
  closeDraft();
  if (!id) {
    showLoading(list, 2);
    return readList();
  }
  shown = { id };
  byId("dashboard-title").textContent = "Dashboard";
  byId("dashboard-about").textContent = "";
  showState(state, "Loading …");
  stop = live.subscribe(changedDocument, { id }, { next: ({ dashboard }) => show(dashboard), error: showGone });
  void read(id);
};

const close = () => {
  visit++;
  stop();
  for (const widget of widgets.values()) widget.close();
  widgets = new Map();
  byId("widgets").replaceChildren();
  shown = undefined;
  closeDraft();
};

const readList = async () => {
  const turn = ++visit;
  try {
    const { nodes } = (await request(listDocument)).dashboards;
    if (turn !== visit) return;
    arrange(list, nodes.map(itemOf));
    showState(byId("dashboards-state"), nodes.length === 0 ? "No dashboards yet." : undefined);
  } catch (error) {
    if (turn !== visit) return;
    list.replaceChildren();
    showState(byId("dashboards-state"), error.message, readList);
  }
  list.ariaBusy = null;
};

const itemOf = ({ id, name, description, updatedAt, widgets: parts }) => {
  const time = element("time", { dateTime: updatedAt, title: exactTime(updatedAt) }, ago(updatedAt));
  const about = element(
    "span",
    { className: "hint" },
    parts.length === 1 ? "1 widget" : `${parts.length} widgets`,
    " · changed ",
    time,
  );
  const words = description ? [element("span", { className: "hint" }, description)] : [];
  return element(
    "li",
    {},
    element("a", { className: "choice", href: `#/dashboards/${id}` }, element("strong", {}, name), about, ...words),
  );
};

const read = async (id) => {
  const turn = ++visit;
  try {
    const { dashboard } = await request(oneDocument, { id });
    if (turn !== visit) return;
    if (dashboard === null) showGone();
    else show(dashboard);
  } catch (error) {
    if (turn === visit) showState(state, error.message, () => read(id));
  }
};

const showGone = () => {
  closeDraft();
  byId("widgets").replaceChildren();
  showState(state, "There is no such dashboard that you may see, or not any more.");
};

const show = (dashboard) => {
  shown = dashboard;
  byId("dashboard-title").textContent = dashboard.name;
  byId("dashboard-about").textContent = dashboard.description ?? "";
  const before = widgets;
  widgets = new Map(dashboard.widgets.map(({ key }) => [key, before.get(key) ?? new Widget()]));
  for (const [key, widget] of before) if (!widgets.has(key)) widget.close();
  arrange(
    byId("widgets"),
    [...widgets.values()].map(({ node }) => node),
  );
  for (const widget of dashboard.widgets) widgets.get(widget.key).show(widget);
  showState(state, dashboard.widgets.length === 0 ? "It has no widgets yet." : undefined);
};

const closeDraft = () => {
  draft.hidden = true;
  for (const button of toggles) button.ariaExpanded = "false";
};

const openDraft = (dashboard, button) => {
  clearErrors(form);
  form.dataset.revision = dashboard?.revision ?? "";
  form.elements.name.value = dashboard?.name ?? "";
  forms = [];
  number = 0;
  byId("widget-forms").replaceChildren();
  for (const widget of dashboard?.widgets ?? [undefined]) addForm(widget);
  draft.hidden = false;
  button.ariaExpanded = "true";
  form.elements.name.focus();
};

const addForm = (widget) => {
  const made = widgetForm(++number, widget, () => {
    forms = forms.filter((each) => each !== made);
    made.node.remove();
    byId("widget-add").focus();
  });
  forms.push(made);
  byId("widget-forms").append(made.node);
  return made;
};

byId("dashboard-new").addEventListener("click", ({ currentTarget }) =>
  draft.hidden ? openDraft(undefined, currentTarget) : closeDraft(),
);
byId("dashboard-edit").addEventListener("click", async ({ currentTarget }) => {
  if (!draft.hidden) return closeDraft();
  try {
    openDraft((await request(queriesDocument, { id: shown.id })).dashboard, currentTarget);
  } catch (error) {
    showState(state, error.message);
  }
});
byId("dashboard-close").addEventListener("click", () => {
  closeDraft();
  toggles.find((button) => button.checkVisibility())?.focus();
});
byId("widget-add").addEventListener("click", () => addForm().node.querySelector("input").focus());
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clearErrors(form);
  const input = { name: form.elements.name.value.trim(), widgets: placed(forms.map((each) => each.read())) };
  try {
    if (!shown) {
      const { dashboard } = await request(createDocument, { input });
      location.hash = `#/dashboards/${dashboard.id}`;
      return;
    }
    const revision = Number(form.dataset.revision);
    const { dashboard } = await request(updateDocument, { id: shown.id, input: { ...input, revision } });
    show(dashboard);
    closeDraft();
    byId("dashboard-edit").focus();
  } catch (error) {
    // Only the name has a field of its own; of widgets the message says which one.
    showErrors(
      form,
      error.field?.startsWith("input.widgets") ? { message: `${error.field.slice(6)}: ${error.message}` } : error,
    );
  }
});
byId("dashboard-delete").addEventListener("click", () =>
  confirm({ title: "Delete this dashboard?", text: shown.name }, async () => {
    try {
      await request(deleteDocument, { id: shown.id });
      location.hash = "#/dashboards";
    } catch (error) {
      showState(state, error.message);
    }
  }),
);

export const dashboardsView = { open, close };
