import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { poolSize, startAtrium } from "./atrium.js";
import { startServerProcess } from "./process.js";

const script = (name) => fileURLToPath(new URL(`servers/${name}`, import.meta.url));

/** How each measured server is started, the base of all ratios first. */
const starters = {
  limit: own("limit", "limit.js"),
  "limit-pipelined": own("limit-pipelined", "limit-pipelined.js"),
  atrium: ({ databaseUrl }) => startAtrium({ databaseUrl }),
  postgraphile: own("postgraphile", "postgraphile.js"),
  mercurius: own("mercurius", "mercurius.js"),
  yoga: own("yoga", "yoga.js"),
  "live-bare": own("live-bare", "live-bare.js"),
  "live-plain": own("live-plain", "live-plain.js"),
  apollo: (options) => {
    compile(script("apollo/tsconfig.json"));
    return own("apollo", "apollo/dist/server.js")(options);
  },
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

/** Node runs no decorators, so the one peer that uses them is compiled. */
const compile = (project) => {
  const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", project], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${project} does not compile:\n${stdout}`);
};

export const serverNames = Object.keys(starters).filter((name) => !name.startsWith("live-"));

export const startServer = (name, options) => starters[name](options);
