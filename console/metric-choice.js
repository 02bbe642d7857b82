import { request } from "./api.js";
import { field, setOptions } from "./dom.js";

const twinsDocument = "query ChoiceOfTwins { twins(first: 100, orderBy: [{ field: NAME }]) { nodes { id name } } }";
const metricsDocument = `query ChoiceOfMetrics($twinId: ID!) {
  metrics(first: 100, filter: { twin: { id: { eq: $twinId } } }, orderBy: [{ field: NAME }]) { nodes { name } }
}`;

/** Two fields that belong together: a twin, and a metric of it. `chosen` is `{ twinId, metric }`, as far as there is one. */
export const metricChoice = (chosen = {}, onMetric = () => {}) => {
  const nodes = [field("Twin", "twinIds", { tag: "select" }), field("Metric", "metric", { tag: "select" })];
  const [twin, metric] = nodes.map((node) => node.querySelector("select"));
  const readMetrics = async () => {
    const { value: twinId } = twin;
    const found = twinId ? await request(metricsDocument, { twinId }).catch(() => undefined) : undefined;
    if (twin.value !== twinId) return;
    const names = (found?.metrics.nodes ?? []).map(({ name }) => name);
    if (chosen.twinId === twinId && chosen.metric && !names.includes(chosen.metric)) names.push(chosen.metric);
    setOptions(metric, names.length === 0 ? [["", "nothing was measured yet"]] : names.map((name) => [name, name]));
    if (chosen.twinId === twinId && chosen.metric) metric.value = chosen.metric;
    onMetric();
  };
  const readTwins = async () => {
    const found = await request(twinsDocument).catch(() => undefined);
    const twins = (found?.twins.nodes ?? []).map(({ id, name }) => [id, name]);
    if (chosen.twinId && !twins.some(([id]) => id === chosen.twinId)) twins.push([chosen.twinId, "another twin"]);
    setOptions(twin, twins.length === 0 ? [["", "there is none yet"]] : twins);
    if (chosen.twinId) twin.value = chosen.twinId;
    await readMetrics();
  };
  twin.addEventListener("change", readMetrics);
  metric.addEventListener("change", () => onMetric());
  void readTwins();
  return {
    nodes,
    get twinId() {
      return twin.value;
    },
    get metric() {
      return metric.value;
    },
    get title() {
      return metric.value && `${twin.selectedOptions[0].textContent}: ${metric.value}`;
    },
  };
};
