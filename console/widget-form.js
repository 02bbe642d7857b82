import { element, field, setOptions } from "./dom.js";
import { metricChoice } from "./metric-choice.js";
import { aggregates, spanChoices, spanOf } from "./spans.js";

const kinds = [
  ["LINE", "lines"],
  ["AREA", "areas"],
  ["BAR", "bars"],
  ["STAT", "numbers"],
  ["GAUGE", "gauges"],
  ["TABLE", "a table"],
];
const widths = [
  ["3", "a quarter"],
  ["4", "a third"],
  ["6", "a half"],
  ["12", "the whole"],
];
const eventSpans = [
  ["P1D/PT1H", "24 h, by hours"],
  ["P7D/P1D", "7 d, by days"],
  ["P30D/P1D", "30 d, by days"],
  ["P365D/P1M", "a year, by months"],
];
const [columns, rows] = [12, 5];

const chooser = (label, name, options, chosen, nameOf = (value) => value) => {
  const node = field(label, name, { tag: "select" });
  const select = node.querySelector("select");
  setOptions(
    select,
    options.some(([value]) => value === chosen) || chosen === undefined
      ? options
      : [...options, [chosen, nameOf(chosen)]],
  );
  if (chosen !== undefined) select.value = chosen;
  return { node, select };
};

/** What a query looks at when it is one that the form can show: one twin and one metric, or events. */
const simple = ({ series, latest, events }) => {
  if (events) return {};
  const { twinIds, metrics = [series?.metric] } = series ?? latest;
  return twinIds?.length === 1 && metrics.length === 1 ? { twinId: twinIds[0], metric: metrics[0] } : undefined;
};

/** The form of one widget; `widget` is the one that is there already, whose query stays when the form cannot show it. */
export const widgetForm = (number, widget, onRemove) => {
  const { series, latest, events } = widget?.query ?? {};
  const kept = widget && !simple(widget.query);
  const title = field("Title", `title-${number}`, { value: widget?.title ?? "" });
  const input = title.querySelector("input");
  let offered = "";
  const offer = (text) => {
    if (input.value === offered) input.value = text;
    offered = text;
  };
  const choice = kept
    ? undefined
    : metricChoice(widget && simple(widget.query), () => {
        if (shows.select.value !== "events") offer(choice.title);
      });
  const shows = chooser(
    "Shows",
    "shows",
    [
      ["series", "values over time"],
      ["latest", "latest values"],
      ["events", "product events"],
    ],
    (latest && "latest") ?? (events && "events") ?? "series",
  );
  const kind = chooser("Drawn as", "kind", kinds, widget?.kind ?? "LINE");
  const last = chooser("Time", "last", spanChoices, series?.last ?? "PT1H");
  const aggregate = chooser("Each value is", "aggregate", aggregates, series?.aggregate ?? "AVG");
  const names = field("Events named", "names", {
    optional: "all when empty",
    placeholder: "signed_up, report_opened",
    value: events?.names?.join(", ") ?? "",
  });
  const counted = events ? `${events.last}/${events.bucket}` : "P7D/P1D";
  const eventSpan = chooser("Counted over", "span", eventSpans, counted, (span) => span.replace("/", ", by "));
  const ofAll = (count) => `${count} of ${columns} columns`;
  const width = chooser("Width", "width", widths, String(widget?.place.width ?? 6), ofAll);
  const look = () => {
    const { value } = shows.select;
    for (const { node } of [last, aggregate]) node.hidden = value !== "series";
    for (const node of [names, eventSpan.node]) node.hidden = value !== "events";
    for (const node of choice?.nodes ?? []) node.hidden = value === "events";
    for (const option of kind.select.options)
      option.disabled = value === "latest" && ["LINE", "AREA"].includes(option.value);
    if (kind.select.selectedOptions[0].disabled) kind.select.value = "STAT";
  };
  shows.select.addEventListener("change", () => {
    look();
    offer(shows.select.value === "events" ? "Product events" : choice.title);
  });
  look();
  const node = element(
    "fieldset",
    { className: "sunken-form" },
    element("legend", {}, `Widget ${number}`),
    element(
      "div",
      { className: "field-row" },
      title,
      ...(choice?.nodes ?? []),
      ...(kept
        ? [element("p", { className: "hint" }, "It looks at several twins or metrics, and goes on to.")]
        : [shows.node]),
      kind.node,
      ...(kept ? [] : [last.node, aggregate.node, names, eventSpan.node]),
      width.node,
    ),
    element(
      "div",
      { className: "actions" },
      element("button", { type: "button", onclick: onRemove, ariaLabel: `Remove widget ${number}` }, "Remove"),
    ),
  );
  const query = () => {
    if (kept) return widget.query;
    if (shows.select.value === "events") {
      const [last, bucket] = eventSpan.select.value.split("/");
      const given = names
        .querySelector("input")
        .value.split(",")
        .map((name) => name.trim());
      const named = given.filter((name) => name !== "");
      return { events: { ...events, last, bucket, names: named.length > 0 ? named : null } };
    }
    const { twinId, metric } = choice;
    if (shows.select.value === "latest") return { latest: { twinIds: [twinId], metrics: [metric] } };
    const span = { last: last.select.value, aggregate: aggregate.select.value };
    const isSame = series?.last === span.last;
    const bucket = isSame ? series.bucket : spanOf(span.last).bucket;
    return { series: { ...series, twinIds: [twinId], metric, ...span, bucket } };
  };
  return {
    node,
    read: () => ({
      key: widget?.key ?? `widget-${Date.now().toString(36)}-${number}`,
      title: input.value.trim(),
      kind: kind.select.value,
      place: { x: 0, y: 0, height: rows, ...widget?.place, width: Number(width.select.value) },
      query: query(),
      isPlaced: widget?.place.width === Number(width.select.value),
    }),
  };
};

/** Places that are there stay, as long as no width is another one; new widgets come below. Else all flow from the left. */
export const placed = (widgets) => {
  const stays = widgets.filter(({ isPlaced }) => isPlaced);
  const isNew = ({ isPlaced, place: { x, y } }) => !isPlaced && x === 0 && y === 0;
  const keeps = widgets.every((widget) => widget.isPlaced || isNew(widget));
  let x = 0;
  let y = keeps ? Math.max(0, ...stays.map(({ place }) => place.y + place.height)) : 0;
  let tallest = 0;
  return widgets.map(({ isPlaced, ...widget }) => {
    if (keeps && isPlaced) return widget;
    const { width, height } = widget.place;
    if (x + width > columns) [x, y, tallest] = [0, y + tallest, 0];
    const place = { x, y, width, height };
    x += width;
    tallest = Math.max(tallest, height);
    return { ...widget, place };
  });
};
