import { existsSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import circus from "jest-circus/runner";
import "reflect-metadata";

const require = createRequire(import.meta.url);
const tests = new URL("..", import.meta.url).href;

/**
 * Jest's runner of a test file, with Node's loader in place of Jest's: the product and its packages are loaded, and made fast
 * by V8, once for all files of a process, as they are in production.
 */
export default function run(globalConfig, config, environment, _runtime, testPath, send) {
  // Jest numbers its processes from 1; with a single one it runs the files itself.
  process.env.TEST_POSTGRES_URL = process.env[`TEST_POSTGRES_URL_${process.env.JEST_WORKER_ID ?? 1}`];
  forgetLastFile();
  return circus.default(globalConfig, config, environment, nativeRuntime(), testPath, send);
}

/** What the runner asks of a runtime. */
const nativeRuntime = () => {
  runs += 1;
  return {
    requireInternalModule(path) {
      delete require.cache[path];
      return require(path);
    },
    requireModule: require,
    setGlobalsForRuntime() {},
    enterTestCode() {},
    leaveTestCode() {},
    unstable_shouldLoadAsEsm: () => true,
    unstable_importModule: (path) => import(`${pathToFileURL(path).href}?run=${runs}`),
  };
};

let runs = 0;

// A test file and what supports it keep state in their modules and declare hooks: each run has its own.
registerHooks({
  resolve(specifier, context, next) {
    const run = new URLSearchParams(context.parentURL?.split("?")[1]).get("run");
    if (!run || !specifier.startsWith(".")) return next(specifier, context);
    const url = new URL(specifier, context.parentURL);
    if (!url.href.startsWith(tests)) return next(specifier, context);
    const source = new URL(url.href.replace(/\.js$/, ".ts"));
    const { href } = existsSync(source) ? source : url;
    return next(`${href}?run=${run}`, context);
  },
});

/** Hooks and tests are kept in globals, which a context of its own would have taken with it. */
const forgetLastFile = () => {
  for (const symbol of Object.getOwnPropertySymbols(globalThis))
    if (["EVENT_HANDLERS", "JEST_STATE_SYMBOL"].includes(symbol.description)) delete globalThis[symbol];
};
