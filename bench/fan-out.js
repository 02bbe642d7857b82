import { setTimeout as sleep } from "node:timers/promises";
import { createApp } from "../dist/src/app.js";
import { readConfig } from "../dist/src/platform/config.js";
import { newId } from "../dist/src/platform/ids.js";
import { createLogger } from "../dist/src/platform/logger.js";
import { owner, signIn, startAtrium } from "./atrium.js";
import { openLiveClient } from "./live-client.js";
import { cpuMs } from "./process.js";
import { startServer } from "./servers.js";
import { spread } from "./statistics.js";

const subscribers = 1_000;
const burst = 10;
/** Events that nobody could send faster end the run: a lost one would be waited for for ever. */
const stallMs = 20_000;
export const subscription = "subscription { events { cursor kind subjectId createdAt data } }";

/**
 * A thousand sockets on one topic, and bursts of ten events, each sent when the last one has reached everybody. Compared is
 * the processor time of the server a delivery: the clients share the other core and would decide the wall clock.
 */
export const measureFanOut = async ({ url, sample, rounds, seconds, say }) => {
  const writer = await openWriter(url, sample);
  const contenders = [];
  try {
    for (const name of ["live-bare", "live-plain"]) {
      const server = await startServer(name, { databaseUrl: url, ...sample });
      contenders.push(await gather(server, {}, (events) => post(server, events)));
    }
    const server = await startAtrium({ databaseUrl: url });
    contenders.push(await gather(server, await signIn(server, owner), writer.write));
    const measured = [];
    for (let round = -1; round < rounds; round += 1) {
      const costs = {};
      const order = round % 2 === 0 ? contenders : [...contenders].reverse();
      for (const contender of order) costs[contender.name] = await deliver(contender, seconds);
      // The first one warms up.
      if (round >= 0) measured.push(costs);
    }
    const than = (base) => spread(measured.map((costs) => costs[base].cpuMicros / costs.atrium.cpuMicros));
    return {
      subscribers,
      burst,
      ofBareBroadcast: than("live-bare"),
      timesPlainGraphqlWs: than("live-plain"),
      plainOfBare: spread(measured.map((costs) => costs["live-bare"].cpuMicros / costs["live-plain"].cpuMicros)),
      meaninglessElsewhere: Object.fromEntries(
        contenders.map(({ name }) => [name, spread(measured.map((costs) => costs[name].cpuMicros))]),
      ),
    };
  } finally {
    say("closing the sockets");
    for (const contender of contenders) await contender.stop();
    await writer.close();
  }
};

/** Opens the sockets of one server. */
const gather = async (server, connectionParams, send) => {
  const contender = { name: server.name, pid: server.pid, send, delivered: 0, first: [] };
  const clients = [];
  for (let opened = 0; opened < subscribers; opened += 50) {
    clients.push(
      ...(await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          openLiveClient({
            port: server.port,
            connectionParams,
            query: subscription,
            onLost: (error) => {
              contender.lost = error;
            },
            onNext: (payload) => {
              contender.delivered += 1;
              if (opened + index === 0) contender.first.push(payload.toString());
            },
          }),
        ),
      )),
    );
  }
  // Nothing tells that a subscription has begun: the slowest gets time until it has.
  await sleep(2_000);
  contender.stop = async () => {
    for (const client of clients) client.close();
    await server.stop();
  };
  return contender;
};

const deliver = async (contender, seconds) => {
  const cpuBefore = cpuMs(contender.pid);
  const begun = performance.now();
  let deliveries = 0;
  while (performance.now() - begun < seconds * 1000) {
    contender.delivered = 0;
    contender.first = [];
    const events = Array.from({ length: burst }, (_, index) => ({
      cursor: `cursor ${index}`,
      kind: "bench.ticked",
      subjectId: newId("quote"),
      createdAt: new Date().toISOString(),
      data: { index, text: "As much as the event of a new quote carries along, more or less, in its data." },
    }));
    await contender.send(events);
    const sentAt = performance.now();
    while (contender.delivered < subscribers * burst) {
      if (contender.lost !== undefined) throw contender.lost;
      if (performance.now() - sentAt > stallMs)
        throw new Error(`${contender.name} has delivered ${contender.delivered} of ${subscribers * burst} events.`);
      await sleep(1);
    }
    checkOrder(contender);
    deliveries += contender.delivered;
  }
  return { cpuMicros: ((cpuMs(contender.pid) - cpuBefore) * 1000) / deliveries };
};

/** What one of the clients got: every event, in its order, with its data. */
const checkOrder = ({ name, first }) => {
  const indexes = first.map((text) => JSON.parse(text).payload.data.events.data.index);
  if (indexes.join() !== Array.from({ length: burst }, (_, index) => index).join())
    throw new Error(`${name} delivered events ${indexes.join()}, not all ${burst} in their order.`);
};

const post = async ({ port }, events) => {
  await fetch(`http://127.0.0.1:${port}/burst`, { method: "POST", body: JSON.stringify(events) });
};

/** Writes bursts as another process of the same installation: one commit, and one word on the bus. */
const openWriter = async (databaseUrl, { workspace, user }) => {
  const config = readConfig({ DATABASE_URL: databaseUrl, ATRIUM_SECRET: "a secret of the bench that is long enough" });
  const app = await createApp(config, { databaseUrl, logger: createLogger({ level: "silent", pretty: false }) });
  const actor = { workspaceId: workspace, userId: user, permissions: new Set(), requestId: newId("request") };
  return {
    write: (events) =>
      app.database.write(actor, async (change) => {
        for (const { kind, subjectId, data } of events)
          change.announce(kind, { id: subjectId, visibility: "WORKSPACE", createdById: user }, data);
      }),
    close: () => app.close(),
  };
};
