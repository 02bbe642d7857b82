import { request } from "./api.js";
import { bar } from "./bar.js";
import { confirm } from "./confirm.js";
import { arrange, byId, element, setOptions, showLoading, showState } from "./dom.js";
import { clearErrors, showErrors } from "./form-errors.js";
import { bytes, exactTime, inWords, percent, timeZone } from "./format.js";
import { JobThread } from "./job-events.js";
import { metricChoice } from "./metric-choice.js";
import { spanChoices, spanOf } from "./spans.js";

const reportsDocument = `query Reports {
  reports(first: 50, orderBy: [{ field: CREATED_AT, direction: DESC }]) {
    nodes { id title format status rangeFrom rangeUntil errorMessage file { size url(expiresIn: "PT12H") } job { id progress } }
  }
}`;
const createDocument = "mutation CreateReport($input: CreateReportInput!) { job: createReport(input: $input) { id } }";
const deleteDocument = "mutation DeleteReport($id: ID!) { deleteReport(id: $id) { id } }";
const buckets = [
  ["PT1M", "minute"],
  ["PT10M", "10 minutes"],
  ["PT1H", "hour"],
  ["P1D", "day"],
];
const badges = { PENDING: "QUEUED", DONE: "SUCCEEDED" };

const list = byId("reports");
const state = byId("reports-state");
const form = byId("report-form");
let live;
let items = new Map();
let threads = new Map();
let choice;
let visit = 0;

const open = (socket) => {
  live = socket;
  items = new Map();
  threads = new Map();
  showLoading(list, 2);
  showState(state);
  clearErrors(form);
  let offered = "";
  choice = metricChoice({}, () => {
    if (form.elements.title.value === offered) form.elements.title.value = choice.title;
    offered = choice.title;
  });
  byId("report-metric").replaceChildren(...choice.nodes);
  void read();
};

const close = () => {
  visit++;
  for (const thread of threads.values()) thread.stop();
  threads = new Map();
};

const read = async () => {
  const turn = ++visit;
  try {
    const { nodes } = (await request(reportsDocument)).reports;
    if (turn !== visit) return;
    list.ariaBusy = null;
    arrange(list, nodes.map(itemOf));
    showState(state, nodes.length === 0 ? "No reports yet." : undefined);
  } catch (error) {
    if (turn !== visit) return;
    if (items.size === 0) list.replaceChildren();
    showState(state, error.message, read);
  }
};

/** What is still written is followed. */
const follow = (report) => {
  const { id, status, job } = report;
  if (!job || !["PENDING", "RUNNING"].includes(status) || threads.has(job.id)) return;
  const thread = new JobThread(live, job.id, ({ progress, job: ended }) => {
    items
      .get(id)
      ?.querySelector(".progress")
      ?.replaceChildren(progressOf(progress ?? 0));
    if (ended) void read();
  });
  threads.set(job.id, thread);
  thread.follow();
};

const progressOf = (progress) => bar("Progress", percent(progress), { spent: progress });

const itemOf = (report) => {
  const { id, title, format, status, rangeFrom, rangeUntil, errorMessage, file, job } = report;
  const item = items.get(id) ?? element("li");
  items.set(id, item);
  const isWritten = ["PENDING", "RUNNING"].includes(status);
  const key = JSON.stringify([title, status, errorMessage, Boolean(file)]);
  if (item.dataset.shows !== key) {
    item.dataset.shows = key;
    item.replaceChildren(
      element("h2", {}, title),
      element(
        "p",
        { className: "meta" },
        element("span", { className: "badge", data: { status: badges[status] ?? status } }, inWords(status)),
        element("span", {}, file ? `${format}, ${bytes(file.size)}` : format),
        element("span", {}, `${exactTime(rangeFrom)} to ${exactTime(rangeUntil)}`),
      ),
      ...(isWritten ? [element("div", { className: "progress" }, progressOf(job?.progress ?? 0))] : []),
      ...(errorMessage ? [element("p", { className: "trouble" }, errorMessage)] : []),
      element(
        "div",
        { className: "tools" },
        ...(file ? [downloadOf(title, file)] : []),
        element(
          "button",
          {
            type: "button",
            data: { least: "EDITOR" },
            ariaLabel: `Delete ${title}`,
            onclick: () => askDelete(id, title),
          },
          "Delete",
        ),
      ),
    );
  }
  follow(report);
  return item;
};

const downloadOf = (title, { url }) => {
  const { pathname, search } = new URL(url, location);
  return element(
    "a",
    { className: "button", href: pathname + search, download: "", ariaLabel: `Download ${title}` },
    "Download",
  );
};

const askDelete = (id, text) =>
  confirm({ title: "Delete this report?", text }, async () => {
    try {
      await request(deleteDocument, { id });
      await read();
    } catch (error) {
      showState(state, error.message);
    }
  });

setOptions(byId("report-bucket"), buckets);
setOptions(byId("report-last"), spanChoices);
byId("report-last").value = "P1D";
byId("report-bucket").value = "PT1H";
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clearErrors(form);
  const until = Date.now();
  const { title, format, bucket, last } = form.elements;
  const input = {
    title: title.value.trim(),
    format: format.value,
    timeZone,
    range: { from: new Date(until - spanOf(last.value).ms), until: new Date(until) },
    sections: [
      {
        title: choice.title || title.value.trim(),
        series: { twinIds: [choice.twinId].filter(Boolean), metric: choice.metric, bucket: bucket.value },
      },
    ],
  };
  try {
    await request(createDocument, { input });
    await read();
  } catch (error) {
    showErrors(form, error);
  }
});

const refresh = (kinds) => {
  if ([...kinds].some((kind) => kind.startsWith("report."))) void read();
};

export const reportsView = { open, close, refresh };
