import { request } from "./api.js";
import { bar } from "./bar.js";
import { confirm } from "./confirm.js";
import { arrange, byId, element, showLoading, showState } from "./dom.js";
import { clearErrors, showErrors } from "./form-errors.js";
import { dollars, percent } from "./format.js";
import { ApiError } from "./graphql.js";
import { openUsage } from "./usage-view.js";

const fields = "id scope subject period limitMicros spentMicros heldMicros remainingMicros resetsAt";
const budgetsDocument = `query Budgets {
  workspace { role }
  budgets(first: 100, orderBy: [{ field: CREATED_AT }]) { nodes { ${fields} } }
}`;
const subjectsDocument = `query Subjects {
  members(first: 100) { nodes { user { id username } } }
  apiKeys(first: 100) { nodes { id name } }
  providers { name models isOffline }
}`;
const changedDocument = `subscription BudgetChanged($after: String) {
  budgetChanged(after: $after) { cursor budget { ${fields} } }
}`;
const setDocument = `mutation SetBudget($input: SetBudgetInput!) { budget: setBudget(input: $input) { ${fields} } }`;
const deleteDocument = "mutation DeleteBudget($id: ID!) { budget: deleteBudget(id: $id) { id } }";
const periods = { DAY: "a day", MONTH: "a month", TOTAL: "once and for all" };

const list = byId("budgets");
const state = byId("budgets-state");
const form = byId("set-budget");
let budgets = new Map();
let items = new Map();
/** What a budget can be for, as `[value, name]` by its scope. */
let subjects = {};
let stop = () => {};
let visit = 0;

const open = (live) => {
  budgets = new Map();
  items = new Map();
  showLoading(list, 2);
  showState(state);
  form.reset();
  clearErrors(form);
  showSubjects();
  stop = live.subscribe(changedDocument, {}, { next: ({ budget }) => put(budget) });
  void read();
};

const close = () => {
  stop();
  visit++;
};

/** Those that somebody has deleted are told by nobody but the list. */
const read = async () => {
  const turn = ++visit;
  try {
    const { workspace, budgets: page } = await request(budgetsDocument);
    if (turn !== visit) return;
    const manages = ["ADMIN", "OWNER"].includes(workspace.role);
    budgets = new Map(page.nodes.map((budget) => [budget.id, budget]));
    show();
    if (!manages) return;
    void openUsage(nameOf);
    const found = await request(subjectsDocument);
    if (turn !== visit) return;
    subjects = {
      USER: found.members.nodes.map(({ user }) => [user.id, user.username]),
      API_KEY: found.apiKeys.nodes.map(({ id, name }) => [id, name]),
      MODEL: found.providers.flatMap(({ name, models, isOffline }) =>
        isOffline ? [] : models.map((model) => [`${name}/${model}`, `${name}/${model}`]),
      ),
    };
    show();
    showSubjects();
    void openUsage(nameOf);
  } catch (error) {
    if (turn !== visit) return;
    if (budgets.size === 0) list.replaceChildren();
    showState(state, error.message, read);
  }
};

const put = (budget) => {
  budgets.set(budget.id, budget);
  if (list.ariaBusy !== "true") show();
};

/** How a person calls it. */
const nameOf = (id) =>
  Object.values(subjects)
    .flat()
    .find(([value]) => value === id)?.[1] ?? id;

const show = () => {
  list.ariaBusy = null;
  arrange(list, [...budgets.values()].map(itemOf));
  showState(
    state,
    budgets.size === 0 ? "No budgets: nothing but the providers' own limits bounds what is spent." : undefined,
  );
};

const titleOf = ({ scope, subject, period }) =>
  `${scope === "WORKSPACE" ? "The workspace" : nameOf(subject)}, ${periods[period]}`;

const itemOf = (budget) => {
  const { id, limitMicros, spentMicros, heldMicros, resetsAt } = budget;
  const item = items.get(id) ?? element("li");
  const focused = item.contains(document.activeElement) ? document.activeElement.dataset.does : undefined;
  items.set(id, item);
  const shares = limitMicros > 0 ? { spent: spentMicros / limitMicros, held: heldMicros / limitMicros } : { spent: 1 };
  const words = [
    `${moneyOf(spentMicros)} spent`,
    heldMicros > 0 && `${moneyOf(heldMicros)} reserved`,
    `of ${moneyOf(limitMicros)}`,
  ];
  const isFull = spentMicros + heldMicros >= limitMicros;
  item.replaceChildren(
    element("h2", {}, titleOf(budget)),
    bar(titleOf(budget), words.filter(Boolean).join(", "), shares),
    element(
      "p",
      { className: "meta" },
      element("span", {}, words.filter(Boolean).join(" · ")),
      ...(limitMicros > 0 ? [element("span", {}, percent(spentMicros / limitMicros))] : []),
      ...(resetsAt ? [element("span", {}, `anew on ${new Date(resetsAt).toLocaleString()}`)] : []),
    ),
    ...(isFull ? [element("p", { className: "trouble" }, "Used up: what would go beyond is refused.")] : []),
    element(
      "div",
      { className: "tools", data: { least: "ADMIN" } },
      element("button", { type: "button", data: { does: "change" }, onclick: () => change(budget) }, "Change"),
      element("button", { type: "button", data: { does: "remove" }, onclick: () => askRemove(budget) }, "Remove"),
    ),
  );
  if (focused) item.querySelector(`[data-does=${focused}]`)?.focus();
  return item;
};

const moneyOf = (micros) => (micros === 0 ? "$0" : dollars(micros));

const showSubjects = () => {
  const { scope, subject } = form.elements;
  byId("budget-subject-field").hidden = scope.value === "WORKSPACE";
  const options = subjects[scope.value] ?? [];
  subject.replaceChildren(
    ...(options.length === 0 ? [["", "there is none yet"]] : options).map(([value, name]) =>
      element("option", { value }, name),
    ),
  );
};

const change = ({ scope, subject, period, limitMicros }) => {
  clearErrors(form);
  form.elements.scope.value = scope;
  showSubjects();
  // Somebody who has left, or a model that is no longer offered, can keep a budget.
  if (subject !== null && ![...form.elements.subject.options].some(({ value }) => value === subject))
    form.elements.subject.append(element("option", { value: subject }, nameOf(subject)));
  form.elements.subject.value = subject ?? "";
  form.elements.period.value = period;
  form.elements.limitMicros.value = String(limitMicros / 1_000_000);
  form.elements.limitMicros.focus();
  form.elements.limitMicros.select();
};

const askRemove = (budget) =>
  confirm(
    {
      title: "Remove this budget?",
      text: titleOf(budget),
      hint: "Nothing bounds this spending any more. What was spent stays in the records.",
    },
    () => remove(budget.id),
  );

const remove = async (id) => {
  try {
    await request(deleteDocument, { id });
  } catch (error) {
    if (error.code !== "NOT_FOUND") return showState(state, error.message);
  }
  budgets.delete(id);
  show();
  byId("budgets-title").focus();
};

const submit = async () => {
  const { scope, subject, period, limitMicros } = Object.fromEntries(new FormData(form));
  clearErrors(form);
  try {
    const text = limitMicros.trim().replace(",", ".");
    if (!/^\d+(\.\d{1,6})?$/.test(text))
      throw new ApiError("BAD_USER_INPUT", "Enter dollars, such as 20 or 0.5.", { field: "limitMicros" });
    const input = { scope, period, limitMicros: Math.round(Number(text) * 1_000_000) };
    if (scope !== "WORKSPACE") input.subject = subject;
    const { budget } = await request(setDocument, { input });
    form.elements.limitMicros.value = "";
    put(budget);
  } catch (error) {
    showErrors(form, error);
  }
};

form.elements.scope.addEventListener("change", showSubjects);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void submit();
});

const refresh = (kinds) => {
  if ([...kinds].some((kind) => /^(budget|job|generation|quote)\./.test(kind))) void read();
};

export const budgetsView = { open, close, refresh };
