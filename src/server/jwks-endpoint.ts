import type { FastifyInstance } from "fastify";
import type { App } from "../app.js";

/** The public keys of access tokens (RFC 7517), for services that verify them without asking. */
export const registerJwks = (server: FastifyInstance, { signingKeys }: App): void => {
  server.get("/.well-known/jwks.json", async (_request, reply) => {
    const text = JSON.stringify({ keys: await signingKeys.published() });
    // A verifier that meets a new `kid` asks again; nobody believes a key for longer than that without.
    return reply.header("cache-control", "public, max-age=60").type("application/jwk-set+json").send(text);
  });
};
