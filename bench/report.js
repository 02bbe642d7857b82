import Table from "cli-table3";
import { notMeasured } from "./goals.js";

const plain = {
  style: { head: [], border: [] },
  chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
};
const shown = (value) => (value < 10 ? value.toFixed(2) : String(Math.round(value)));
const withRange = ({ median, min, max }) => `${shown(median)} (${shown(min)}–${shown(max)})`;

/** One line a query: the rate of each server against the limit's, as median (least–most). */
export const printQueries = (queries) => {
  const servers = [...new Set(Object.values(queries).flatMap(({ ofLimit }) => Object.keys(ofLimit)))];
  const table = new Table({ ...plain, head: ["of the limit", ...servers] });
  for (const [name, { ofLimit }] of Object.entries(queries))
    table.push([name, ...servers.map((server) => (ofLimit[server] ? withRange(ofLimit[server]) : "–"))]);
  console.log(`\nAnswers a second, as a share of the physical limit's\n${table}`);
  if (!servers.some((server) => server !== "atrium")) return;
  const times = new Table({ ...plain, head: ["Atrium, times", ...servers.filter((server) => server !== "atrium")] });
  for (const [name, { atriumTimes }] of Object.entries(queries))
    times.push([
      name,
      ...servers
        .filter((server) => server !== "atrium")
        .map((server) => (atriumTimes[server] ? withRange(atriumTimes[server]) : "–")),
    ]);
  console.log(`\n${times}`);
};

/** A part's figures as they stand in the results, without the absolute ones that would mislead. */
export const printPart = (name, { meaninglessElsewhere, ...figures }) => {
  const table = new Table({ ...plain, head: [name, "measured"] });
  const add = (path, value) => {
    if (value !== null && typeof value === "object" && "median" in value) table.push([path, withRange(value)]);
    else if (value !== null && typeof value === "object")
      for (const [key, inner] of Object.entries(value)) add(path === "" ? key : `${path}.${key}`, inner);
    else table.push([path, String(value)]);
  };
  add("", figures);
  console.log(`\n${table}`);
};

export const printGoals = (goals) => {
  const table = new Table({ ...plain, head: ["goal", "wanted", "measured", ""] });
  for (const { name, goal, measured, met } of goals) table.push([name, goal, shown(measured), met ? "✔" : "✖"]);
  console.log(`\n${table}`);
  console.log(`${goals.filter(({ met }) => met).length} of ${goals.length} goals met`);
  for (const name of notMeasured) console.log(`not measured: ${name}`);
};
