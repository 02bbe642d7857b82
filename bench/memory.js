import { setTimeout as sleep } from "node:timers/promises";
import { owner, signIn, startAtrium } from "./atrium.js";
import { subscription } from "./fan-out.js";
import { connectInspector, inspected } from "./inspector.js";
import { openLiveClient } from "./live-client.js";
import { residentBytes } from "./process.js";
import { rounded } from "./statistics.js";

const before = 100;
const subscriptions = 1_000;

/** Memory of one process that serves and works, idle; and what each open subscription adds to it. */
export const measureMemory = async ({ url, say }) => {
  say("memory: waiting until an idle server has settled");
  const idle = await startAtrium({ databaseUrl: url, role: "start" });
  await sleep(5_000);
  const idleMb = residentBytes(idle.pid) / 2 ** 20;
  await idle.stop();
  return { idleMb: rounded(idleMb), subscriptions, kbPerSubscription: rounded(await perSubscription(url)) };
};

/** Garbage is collected before each look. The first hundred only bring the server to its working size. */
const perSubscription = async (url) => {
  const server = await startAtrium({ databaseUrl: url, nodeArgs: inspected });
  const inspector = await connectInspector("atrium");
  const connectionParams = await signIn(server, owner);
  const clients = [];
  const lost = [];
  const open = async (count) => {
    for (let opened = 0; opened < count; opened += 50) {
      const onLost = (error) => lost.push(error);
      const client = () =>
        openLiveClient({ port: server.port, connectionParams, query: subscription, onNext() {}, onLost });
      clients.push(...(await Promise.all(Array.from({ length: 50 }, client))));
    }
    await sleep(3_000);
    await inspector.send("HeapProfiler.collectGarbage");
    await sleep(1_000);
    if (lost.length > 0) throw lost[0];
    return residentBytes(server.pid);
  };
  try {
    const few = await open(before);
    return ((await open(subscriptions)) - few) / subscriptions / 1024;
  } finally {
    for (const client of clients) client.close();
    inspector.close();
    await server.stop();
  }
};
