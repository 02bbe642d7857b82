import { ModuleMocker } from "jest-mock";

/** What Jest asks of an environment, over the globals of the process: no file runs in a context of its own. */
export default class NativeEnvironment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  #exit = process.exit;

  exportConditions() {
    return ["node", "node-addons"];
  }

  getVmContext() {
    return null;
  }

  async setup() {}

  async teardown() {
    // Jest wraps it anew for each file.
    process.exit = this.#exit;
  }
}
