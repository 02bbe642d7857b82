import { isDeepStrictEqual } from "node:util";
import { answerOf, countRows, cpuRatio, measure, ratio, verify } from "./compare.js";
import { queries } from "./queries.js";
import { serverNames, startServer } from "./servers.js";
import { spread } from "./statistics.js";

/** All queries on all servers, as ratios. What a server answers wrongly is said and left out. */
export const measureQueries = async ({ url, sample, rounds, seconds, only, chosen, say }) => {
  const servers = [];
  const results = {};
  try {
    for (const name of chosen ?? serverNames) {
      say(`starting ${name}`);
      servers.push(await startServer(name, { databaseUrl: url, ...sample }));
    }
    for (const name of only ?? Object.keys(queries)) {
      const wrong = {
        ...(await verify(servers, name, sample)),
        ...(await unlikeWrites(servers, name, { url, sample })),
      };
      for (const [server, why] of Object.entries(wrong)) say(`${name} is not measured on ${server}: ${why}`);
      const sound = servers.filter((server) => !(server.name in wrong));
      if (!sound.some((server) => server.name === "limit")) continue;
      say(`${name}: ${queries[name].title}`);
      results[name] = ratios(await measure(sound, name, sample, { rounds, seconds }));
    }
    return results;
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
};

/** The limit of a write is only one when it adds the same rows as Atrium does. */
const unlikeWrites = async (servers, name, { url, sample }) => {
  const [limit, atrium] = ["limit", "atrium"].map((wanted) => servers.find((server) => server.name === wanted));
  if (!queries[name].writes || limit === undefined || atrium === undefined) return {};
  const added = [];
  for (const server of [limit, atrium]) {
    const before = await countRows(url);
    await answerOf(server, name, sample);
    const after = await countRows(url);
    const changed = Object.keys(after).filter((table) => after[table] !== before[table]);
    added.push(Object.fromEntries(changed.map((table) => [table, after[table] - before[table]])));
  }
  const [ofLimit, ofAtrium] = added;
  if (isDeepStrictEqual(ofLimit, ofAtrium)) return {};
  return {
    limit: `it adds ${JSON.stringify(ofLimit)} where Atrium adds ${JSON.stringify(ofAtrium)}: bring servers/limit.js in line`,
  };
};

const ratios = (measured) => {
  const names = Object.keys(measured[0]);
  const against = (base, of) =>
    Object.fromEntries(names.filter((name) => name !== base).map((name) => [name, of(name)]));
  return {
    ofLimit: against("limit", (name) => ratio(measured, name, "limit")),
    atriumTimes: names.includes("atrium") ? against("atrium", (name) => ratio(measured, "atrium", name)) : {},
    processorTimeOfLimit: against("limit", (name) => cpuRatio(measured, name, "limit")),
    meaninglessElsewhere: Object.fromEntries(
      names.map((name) => [name, spread(measured.map((rates) => rates[name].perSecond))]),
    ),
  };
};
