import type { AddressInfo } from "node:net";
import Fastify from "fastify";
import type { App } from "#src/app.js";
import { SettingError } from "#src/platform/errors.js";
import { registerHealth } from "./health-endpoints.js";
import { registerMetrics } from "./metrics-endpoint.js";

export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

/** What a worker answers beside its work: its metrics and its health, on a port of their own. */
export const startMetricsServer = async (app: App, port: number): Promise<MetricsServer> => {
  const server = Fastify({ bodyLimit: 1_024, forceCloseConnections: true, requestTimeout: 10_000, trustProxy: false });
  registerHealth(server, app);
  registerMetrics(server, app);
  const { host } = app.config.http;
  await server.listen({ port, host }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "EADDRINUSE" && cause.code !== "EACCES") throw cause;
    throw new SettingError(
      "ATRIUM_METRICS_PORT",
      `Port ${port} is taken or may not be opened: set ATRIUM_METRICS_PORT to a free one.`,
      { cause },
    );
  });
  const { port: opened } = server.server.address() as AddressInfo;
  const shownHost = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return { url: `http://${shownHost}:${opened}`, close: () => server.close() };
};
