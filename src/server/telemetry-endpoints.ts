import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ResolverData } from "type-graphql";
import type { Context } from "#resolvers/context.js";
import { authorize } from "#resolvers/guards/authorize.js";
import type { App } from "#src/app.js";
import { DomainError } from "#src/platform/errors.js";
import { newScope, runInScope } from "#src/platform/scope.js";
import type { LinesReceipt } from "#src/telemetry/line-intake.js";
import { linesOf } from "./body-lines.js";
import { subjectOf } from "./operation-limits.js";
import { answerOtlp } from "./otlp-endpoint.js";
import { intakeStatusOf } from "./refusal-status.js";
import { refuseIntake } from "./refuse-intake.js";
import { createContext, credentialsOf } from "./request-context.js";

const lineTypes: ReadonlySet<string> = new Set(["application/x-ndjson", "application/ndjson", "application/jsonl"]);

/**
 * Telemetry from programs that speak no GraphQL: JSON lines at `/telemetry`, as many as there are, and metrics of
 * OpenTelemetry at `/v1/metrics`.
 */
export const registerTelemetry = (server: FastifyInstance, app: App): void => {
  void server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    const inScope = (request: FastifyRequest, work: () => Promise<FastifyReply>) => {
      const { requestId, trace } = request.raw.arrival;
      return runInScope(newScope(requestId, undefined, trace), work);
    };
    scope.post("/telemetry", (request, reply) => inScope(request, () => takeLines(app, request, reply)));
    scope.post("/v1/metrics", (request, reply) =>
      inScope(request, () => answerOtlp(app, request, reply, () => senderOf(app, request))),
    );
  });
};

/** Who sends, counted against their limit. Asked again for each batch, so that a lost right ends a stream. */
const senderOf = async (app: App, request: FastifyRequest): Promise<Context> => {
  const context = await createContext(app, credentialsOf(request), request.raw.arrival.requestId);
  await app.limits.take(app.limitPolicies.user, subjectOf(context.actor), 1);
  authorize({ context } as ResolverData<Context>, ["telemetry:write"]);
  return context;
};

const takeLines = async (app: App, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
  const { raw } = request;
  // How long it takes says how fast its sender is.
  raw.arrival.isStream = true;
  raw.setTimeout(app.config.http.arrivalMs, () => raw.destroy());
  const stored: LinesReceipt = { accepted: 0, duplicates: 0, conflicts: 0, lines: 0 };
  let context: Context | undefined;
  try {
    context = await senderOf(app, request);
    requireLines(request.headers["content-type"]);
    await app.telemetryLines.take(linesOf(raw), async () => (await senderOf(app, request)).actor, stored);
    return await reply.send(stored);
  } catch (error) {
    if (raw.destroyed && !raw.complete) return reply.hijack();
    const tried = { caller: context?.caller, action: "ingestTelemetry" };
    const { shown, code } = await refuseIntake(app, request, reply, tried, error);
    return reply.code(intakeStatusOf(code)).send({ errors: [shown], ...stored });
  }
};

const requireLines = (given = ""): void => {
  const type = given.split(";")[0]?.trim().toLowerCase() ?? "";
  if (!lineTypes.has(type))
    throw new DomainError(
      "UNSUPPORTED_MEDIA_TYPE",
      "Send `Content-Type: application/x-ndjson`: one JSON object a line.",
    );
};
