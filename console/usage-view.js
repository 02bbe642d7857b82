import { request } from "./api.js";
import { byId, drawn, showState } from "./dom.js";
import { count, dayBefore, dollars, inWords } from "./format.js";
import { table } from "./table.js";

const usageDocument = `query Usage($keys: [UsageKey!], $from: DateTimeISO) {
  usage(first: 1000, groupBy: $keys, range: { from: $from }) {
    provider model userId purpose day calls cachedCalls inputTokens outputTokens costMicros unpricedCalls
  }
  days: usage(first: 1000, groupBy: [DAY], range: { from: $from }) { day costMicros calls }
}`;
const keysOf = {
  PROVIDER: ["PROVIDER"],
  MODEL: ["PROVIDER", "MODEL"],
  USER: ["USER"],
  PURPOSE: ["PURPOSE"],
  DAY: ["DAY"],
};
const [height, gap] = [120, 0.25];

const [by, span] = [byId("usage-by"), byId("usage-days")];
const place = byId("usage");
let nameOf = (id) => id;
let reading = 0;

/** What was used, and what it has cost. `naming` knows how people are called. */
export const openUsage = async (naming = nameOf) => {
  nameOf = naming;
  const turn = ++reading;
  const days = Number(span.value);
  try {
    const variables = { keys: keysOf[by.value], from: dayBefore(days - 1).toISOString() };
    const { usage, days: costs } = await request(usageDocument, variables);
    if (turn !== reading) return;
    const isEmpty = usage.every(({ calls }) => calls === 0);
    showState(byId("usage-state"), isEmpty ? "Nothing was asked of a provider in this time." : undefined);
    place.replaceChildren(...(isEmpty ? [] : [table("Usage", columns, sorted(usage))]));
    byId("usage-chart").replaceChildren(...(isEmpty || days === 1 ? [] : [chartOf(costs, days)]));
  } catch (error) {
    if (turn === reading) showState(byId("usage-state"), error.message, () => openUsage());
  }
};

const sorted = (usage) =>
  usage.toSorted((a, b) =>
    a.day ? Date.parse(b.day) - Date.parse(a.day) : b.costMicros - a.costMicros || b.calls - a.calls,
  );

const groupOf = ({ provider, model, userId, purpose, day }) => {
  if (by.value === "DAY") return dayOf(day);
  if (by.value === "USER") return userId === null ? "somebody who has left" : nameOf(userId);
  if (by.value === "PURPOSE") return purpose;
  return [provider, model].filter(Boolean).join("/");
};
const dayOf = (iso) => new Date(iso).toLocaleDateString(undefined, { timeZone: "UTC", dateStyle: "medium" });
const columns = [
  ["Group", groupOf],
  ["Calls", ({ calls }) => count(calls), true],
  ["Cached", ({ cachedCalls }) => count(cachedCalls), true],
  ["Tokens in", ({ inputTokens }) => count(inputTokens), true],
  ["Tokens out", ({ outputTokens }) => count(outputTokens), true],
  [
    "Cost",
    ({ costMicros, unpricedCalls }) =>
      unpricedCalls > 0 ? `${dollars(costMicros)} + ${count(unpricedCalls)} without a price` : dollars(costMicros),
    true,
  ],
];

/** A column for each day: what it has cost, or how often was asked where nothing has cost anything. */
const chartOf = (usage, days) => {
  const isPaid = usage.some(({ costMicros }) => costMicros > 0);
  const measure = ({ costMicros, calls }) => (isPaid ? costMicros : calls);
  const written = (value) => (isPaid ? dollars(value) : `${count(value)} calls`);
  const byDay = new Map(usage.map((each) => [new Date(each.day).toISOString().slice(0, 10), measure(each)]));
  const values = Array.from({ length: days }, (_, index) => {
    const day = dayBefore(days - 1 - index).toISOString();
    return { day, value: byDay.get(day.slice(0, 10)) ?? 0 };
  });
  const most = Math.max(1, ...values.map(({ value }) => value));
  const columnsOf = values.map(({ day, value }, index) => {
    const high = value === 0 ? 0 : Math.max(2, (value / most) * height);
    const facts = { x: index + gap / 2, width: 1 - gap, y: height - high, height: high };
    return drawn("rect", facts, drawn("title", {}, `${dayOf(day)}: ${written(value)}`));
  });
  const label = `${inWords(isPaid ? "COST" : "CALLS")} of each day, ${written(most)} at most`;
  const frame = { viewBox: `0 0 ${days} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": label };
  const drawing = drawn("svg", frame, ...columnsOf);
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  caption.className = "hint";
  caption.textContent = `${label}.`;
  figure.append(drawing, caption);
  return figure;
};

byId("usage-choice").addEventListener("change", () => openUsage());
byId("usage-choice").addEventListener("submit", (event) => event.preventDefault());
