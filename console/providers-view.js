import { request } from "./api.js";
import { bar } from "./bar.js";
import { arrange, byId, describing, element, showLoading, showState } from "./dom.js";
import { ago, count, dayBefore, dollars, exactTime, inWords, milliseconds, percent } from "./format.js";

const healthDocument = `subscription ProviderHealth($after: String) {
  providerHealth(after: $after) {
    cursor name isOffline isDefault models circuitState share
    circuit { failures retryAt }
    health { state since checkedAt latency fault }
    factors { headroom successRate }
  }
}`;
const roleDocument = "query Role { workspace { role } }";
const usageDocument = `query UsageToday($from: DateTimeISO) {
  usage(groupBy: [PROVIDER], range: { from: $from }) { provider calls costMicros unpricedCalls }
}`;

const list = byId("providers");
let stop = () => {};
let providers = new Map();
let items = new Map();
/** By provider; nothing for those who may not see it. */
let spent;
let visit = 0;

const open = (live) => {
  providers = new Map();
  items = new Map();
  spent = undefined;
  showLoading(list, 3);
  showState(byId("providers-state"));
  stop = live.subscribe(healthDocument, {}, { next: heard, error: ({ message }) => fail(message, live) });
  void readUsage();
};

const close = () => {
  stop();
  visit++;
};

const fail = (message, live) => {
  if (providers.size === 0) list.replaceChildren();
  showState(byId("providers-state"), message, () => open(live));
};

const heard = (provider) => {
  providers.set(provider.name, provider);
  show();
};

const readUsage = async () => {
  const turn = ++visit;
  try {
    const { workspace } = await request(roleDocument);
    if (!["ADMIN", "OWNER"].includes(workspace.role)) return;
    const { usage } = await request(usageDocument, { from: dayBefore(0).toISOString() });
    if (turn !== visit) return;
    spent = new Map(usage.map((each) => [each.provider, each]));
    if (providers.size > 0) show();
  } catch (error) {
    if (turn === visit) showState(byId("providers-state"), error.message, readUsage);
  }
};

const show = () => {
  list.ariaBusy = null;
  arrange(list, [...providers.values()].map(itemOf));
};

const itemOf = (provider) => {
  const { name, isOffline, isDefault, models } = provider;
  const item = items.get(name) ?? element("li", { data: { provider: name } });
  items.set(name, item);
  item.replaceChildren(
    element("div", { className: "title-bar spread" }, element("h2", {}, name), badgeOf(provider)),
    element(
      "p",
      { className: "hint" },
      [isDefault && "asked first", isOffline ? "on this machine, no model" : models.join(", ")]
        .filter(Boolean)
        .join(" · "),
    ),
    ...troubleOf(provider),
    element("dl", { className: "pairs" }, ...describing(factsOf(provider))),
    ...headroomOf(provider),
  );
  return item;
};

const badgeOf = ({ isOffline, circuitState, health }) => {
  const state = circuitState === "OPEN" ? "DOWN" : isOffline ? "UP" : health?.state;
  return element(
    "span",
    { className: "badge", data: { status: state ?? "UNKNOWN" } },
    inWords(state ?? "not probed yet"),
  );
};

const troubleOf = ({ circuitState, circuit, health }) => {
  const words = [
    circuitState === "OPEN" &&
      `Not asked until ${new Date(circuit.retryAt).toLocaleTimeString()}: too many requests failed.`,
    health?.fault && `The last probe found: ${inWords(health.fault).toLowerCase()}.`,
  ].filter(Boolean);
  return words.length === 0 ? [] : [element("p", { className: "trouble" }, words.join(" "))];
};

const timeOf = (iso) => element("time", { dateTime: iso, title: exactTime(iso) }, ago(iso));

const factsOf = ({ name, isOffline, circuitState, circuit, health, factors, share }) => {
  const today = spent?.get(name);
  return {
    Circuit: isOffline
      ? "has none"
      : `${inWords(circuitState)}${circuit?.failures > 0 ? `, ${count(circuit.failures)} failed` : ""}`,
    "Last probe": isOffline ? "needs none" : health?.checkedAt ? timeOf(health.checkedAt) : "none yet",
    Latency: isOffline ? undefined : milliseconds(health?.latency),
    Successes: factors ? percent(factors.successRate) : undefined,
    Share: share === null ? undefined : percent(share),
    Today: spent && (today ? `${dollars(today.costMicros)}, ${count(today.calls)} calls` : "no calls"),
  };
};

const headroomOf = ({ isOffline, factors }) => {
  if (isOffline || !factors) return [];
  const words = `${percent(factors.headroom)} of its rate limit is left`;
  return [bar("Headroom", words, { spent: factors.headroom }), element("p", { className: "hint" }, words)];
};

export const providersView = { open, close, refresh: () => void readUsage() };
