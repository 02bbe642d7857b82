import { request } from "./api.js";
import { arrange, byId, element, showLoading, showState } from "./dom.js";
import { ago, exactTime, sentenceCase } from "./format.js";

const statuses = ["QUEUED", "RUNNING", "WAITING", "SUCCEEDED", "FAILED", "CANCELLED"];
const jobsDocument = `query Jobs($first: Int!) {
  jobCounts { status count }
  jobs(first: $first) { nodes { id kind status createdAt attempts } }
}`;
/** Rows: beside something else, and when there is nothing else. */
const [few, many] = [8, 50];

const list = byId("jobs");
const counts = new Map(statuses.map((status) => [status, element("dd", {}, "–")]));
let items = new Map();
let latest = few;
let reading = 0;

export const openJobs = () => {
  items = new Map();
  for (const value of counts.values()) value.textContent = "–";
  showLoading(list, 3);
  showState(byId("jobs-state"));
  return refreshJobs();
};

export const refreshJobs = async () => {
  const turn = ++reading;
  try {
    const { jobCounts, jobs } = await request(jobsDocument, { first: latest });
    if (turn !== reading) return;
    const byStatus = new Map(jobCounts.map(({ status, count }) => [status, count]));
    for (const [status, value] of counts) value.textContent = byStatus.get(status) ?? 0;
    list.ariaBusy = null;
    arrange(list, jobs.nodes.map(itemOf));
    showState(byId("jobs-state"), jobs.nodes.length === 0 ? "No jobs yet. Generating a quote makes one." : undefined);
  } catch (error) {
    if (turn !== reading) return;
    if (items.size === 0) list.replaceChildren();
    showState(byId("jobs-state"), error.message, refreshJobs);
  }
};

const showLatest = (rows) => {
  latest = rows;
  if (items.size > 0) void refreshJobs();
};

/** All the room for the jobs: more of them. */
export const jobsView = { open: () => showLatest(many), close: () => showLatest(few) };

const itemOf = ({ id, kind, status, createdAt, attempts }) => {
  const item = items.get(id) ?? element("li", { title: id });
  items.set(id, item);
  const words = attempts > 1 ? `${sentenceCase(status)} (${attempts})` : sentenceCase(status);
  const badge = element("span", { className: "badge", title: `${attempts} attempts`, data: { status } }, words);
  const time = element("time", { dateTime: createdAt, title: exactTime(createdAt) }, ago(createdAt));
  item.replaceChildren(element("span", { className: "kind" }, kind), badge, time);
  return item;
};

byId("job-counts").append(
  ...statuses.map((status) =>
    element("div", { data: { status } }, element("dt", {}, sentenceCase(status)), counts.get(status)),
  ),
);
