import { startLimit } from "./limit.js";

await startLimit({ pipelined: true });
