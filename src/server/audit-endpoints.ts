import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import type { ResolverData } from "type-graphql";
import type { Context } from "#resolvers/context.js";
import { authorize } from "#resolvers/guards/authorize.js";
import { presentError } from "#resolvers/guards/present-error.js";
import type { App } from "#src/app.js";
import { newScope, runInScope } from "#src/platform/scope.js";
import { recordDenials } from "./record-denials.js";
import { routeStatusOf } from "./refusal-status.js";
import { createContext, credentialsOf } from "./request-context.js";

/** The audit log as a file of JSON lines for its owners, and the key by which everybody can check its checkpoints. */
export const registerAudit = (server: FastifyInstance, app: App): void => {
  server.get("/audit/public-key", async (_request, reply) => {
    const { keyId, publicKey } = app.audit.service.publicKey;
    return reply.header("x-key-id", keyId).type("application/x-pem-file").send(publicKey);
  });

  server.get("/audit/export", (request, reply) =>
    runInScope(newScope(request.raw.arrival.requestId, undefined, request.raw.arrival.trace), async () => {
      const { requestId } = request.raw.arrival;
      let context: Context | undefined;
      try {
        context = await createContext(app, credentialsOf(request), requestId);
        authorize({ context } as ResolverData<Context>, ["audit:export"]);
        const lines = await app.audit.service.export(context.actor);
        return reply
          .type("application/jsonl; charset=utf-8")
          .header("cache-control", "no-store")
          .header("content-disposition", `attachment; filename="audit-${context.actor.workspaceId}.jsonl"`)
          .send(Readable.from(withNewlines(lines)));
      } catch (error) {
        const shown = presentError(error, requestId, app.logger);
        await recordDenials(app, { requestId, caller: context?.caller, action: "exportAuditLog" });
        return reply.code(routeStatusOf(error)).send({ errors: [shown] });
      }
    }),
  );
};

async function* withNewlines(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}
