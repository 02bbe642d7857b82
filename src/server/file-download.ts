import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { App } from "#src/app.js";
import { networkOf } from "#src/platform/network.js";
import { attachment } from "./attachment.js";
import { rangeOf } from "./content-range.js";

/** Whatever the bytes are, no browser runs or shows them as a page of ours. */
const contentPolicy = "default-src 'none'; sandbox";

/** GET and HEAD /files/:id, the bytes of a stored file for whoever has its signed address. */
export const registerFiles = (server: FastifyInstance, app: App): void => {
  server.route({
    method: ["GET", "HEAD"],
    url: "/files/:id",
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const { id } = request.params as { id: string };
      // How long it takes is up to its reader.
      request.raw.arrival.isStream = true;
      reply.header("cache-control", "private, no-cache").header("content-security-policy", contentPolicy);
      // Wrong for a file that is there and one that is not: nothing is looked up.
      if (!app.signedAddresses.opens("GET", `/files/${id}`, request.query as Record<string, unknown>)) {
        await app.limits.take(app.limitPolicies.stranger, networkOf(request.ip));
        return reply.code(403).send({ error: "This address is not valid, or its time is over: ask for a new `url`." });
      }
      return sendFile(app, id, request, reply);
    },
  });
};

const sendFile = async (app: App, id: string, request: FastifyRequest, reply: FastifyReply) => {
  const file = await app.files.find(id);
  if (file === undefined) return reply.code(404).send({ error: "There is no such file any more." });
  const etag = `"${file.sha256}"`;
  reply.headers({ etag, "accept-ranges": "bytes" });
  if (isNamed(request.headers["if-none-match"], etag)) return reply.code(304).send();
  // Of a HEAD, ranges have no meaning.
  const range = request.method === "GET" ? rangeOf(request.headers, file.size, etag) : undefined;
  if (range === "unsatisfiable") {
    reply.code(416).header("content-range", `bytes */${file.size}`);
    return reply.send({ error: `The file has ${file.size} bytes.` });
  }
  const length = range === undefined ? file.size : range.end - range.start + 1;
  const content = request.method === "HEAD" ? undefined : await file.open(range);
  content?.on("error", (error) => app.logger.error({ err: error, file: id }, "a file could not be read to its end"));
  reply.headers({
    "content-type": file.contentType,
    "content-disposition": attachment(file.name),
    "content-length": length,
  });
  if (range !== undefined) reply.code(206).header("content-range", `bytes ${range.start}-${range.end}/${file.size}`);
  return reply.send(content);
};

const isNamed = (asked: string | undefined, etag: string): boolean =>
  asked !== undefined &&
  (asked.trim() === "*" || asked.split(",").some((each) => each.trim().replace(/^W\//, "") === etag));
