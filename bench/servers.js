import { fileURLToPath } from "node:url";
import { poolSize, startAtrium } from "./atrium.js";
import { startServerProcess } from "./process.js";

const script = (name) => fileURLToPath(new URL(`servers/${name}`, import.meta.url));

/** How each measured server is started, the base of all ratios first. */
const starters = {
  limit: own("limit", "limit.js"),
  "limit-pipelined": own("limit-pipelined", "limit-pipelined.js"),
  atrium: ({ databaseUrl }) => startAtrium({ databaseUrl }),
};

function own(name, file) {
  return ({ databaseUrl, workspace, user }) =>
    startServerProcess({
      name,
      script: script(file),
      env: {
        DATABASE_URL: databaseUrl,
        BENCH_WORKSPACE: workspace,
        BENCH_USER: user,
        BENCH_POOL: String(poolSize),
      },
    });
}

export const serverNames = Object.keys(starters);

export const startServer = (name, options) => starters[name](options);
