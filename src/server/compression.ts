import { constants } from "node:zlib";
import fastifyCompress from "@fastify/compress";
import type { FastifyInstance, FastifyReply } from "fastify";

/** Smaller answers fit into one packet as they are, in bytes. */
const threshold = 1024;

/**
 * Lets single routes compress what they send. Nothing is compressed by itself: event streams must flow, and an answer
 * that holds a secret must not tell of it by its length (docs/decisions/008-compression.md).
 */
export const registerCompression = async (server: FastifyInstance): Promise<void> => {
  await server.register(fastifyCompress, {
    global: false,
    globalDecompression: false,
    threshold,
    encodings: ["br", "gzip", "identity"],
    // Answers are made once and read once. A smaller window than brotli's 4 MiB is quicker to lay out.
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_LGWIN]: 18 } },
    zlibOptions: { level: 1 },
  });
};

/** Sends JSON compressed to a client that takes it so, and as it is to any other. */
export const sendCompressed = (reply: FastifyReply, text: string): FastifyReply => {
  // As the plugin spells it, which adds its own beside any other spelling.
  reply.header("vary", "accept-encoding");
  if (reply.request.headers["accept-encoding"] === undefined || text.length < threshold) return reply.send(text);
  reply.compress(text);
  return reply;
};
