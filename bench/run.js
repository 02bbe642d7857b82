import { parseArgs } from "node:util";
import { measure, ratio, readSample, verify } from "./compare.js";
import { openBenchDatabase } from "./database.js";
import { profile } from "./profile.js";
import { queries } from "./queries.js";
import { serverNames, startServer } from "./servers.js";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string" },
    only: { type: "string" },
    servers: { type: "string" },
    profile: { type: "string" },
  },
});
const say = (text) => process.stderr.write(`  ${text}\n`);

const database = await openBenchDatabase(say);
try {
  if (options.profile !== undefined) {
    await profile(options.profile, { url: database.url, seconds: Number(options.seconds ?? 5), say });
  } else {
    const sample = await readSample(database.url);
    const servers = [];
    for (const name of options.servers?.split(",") ?? serverNames)
      servers.push(await startServer(name, { databaseUrl: database.url, ...sample }));
    for (const name of options.only?.split(",") ?? Object.keys(queries)) {
      const wrong = await verify(servers, name, sample);
      for (const [server, why] of Object.entries(wrong)) say(`${name} ${server}: ${why}`);
      const sound = servers.filter((server) => !(server.name in wrong));
      const measured = await measure(sound, name, sample, {
        rounds: Number(options.rounds),
        seconds: Number(options.seconds ?? 1.2),
      });
      for (const { name: server } of sound) {
        const { median, min, max } = ratio(measured, server, "limit");
        console.log(
          name,
          server,
          median.toFixed(2),
          min.toFixed(2),
          max.toFixed(2),
          Math.round(measured[0][server].perSecond),
        );
      }
    }
    await Promise.all(servers.map((server) => server.stop()));
  }
} finally {
  await database.stop();
}
