import { Server as TusServer } from "@tus/server";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ResolverData } from "type-graphql";
import type { Context } from "#resolvers/context.js";
import { authorize } from "#resolvers/guards/authorize.js";
import { presentError } from "#resolvers/guards/present-error.js";
import type { App } from "#src/app.js";
import { UploadPurpose } from "#src/files/upload.js";
import { noSuchUpload } from "#src/files/upload-intake.js";
import { badInput, DomainError } from "#src/platform/errors.js";
import { Visibility } from "#src/platform/owned-row.js";
import { newScope, runInScope } from "#src/platform/scope.js";
import type { Cors } from "./cors.js";
import { subjectOf } from "./operation-limits.js";
import { putUpload } from "./put-upload.js";
import { recordDenials } from "./record-denials.js";
import { routeStatusOf } from "./refusal-status.js";
import { refuseIntake } from "./refuse-intake.js";
import { createContext, credentialsOf } from "./request-context.js";
import { TusStore } from "./tus-store.js";
import { isLong } from "./unread-body.js";

/** How long a request may go on that another one wants to take over from, in milliseconds. */
const drainMs = 1_000;

const methods = "POST, HEAD, PATCH, PUT, DELETE, OPTIONS";
const tusHeaders =
  "authorization, x-workspace-id, x-request-id, content-type, content-range, tus-resumable, upload-length, upload-offset, upload-metadata, upload-defer-length";
const exposed =
  "location, tus-resumable, tus-version, tus-extension, tus-max-size, upload-length, upload-offset, upload-metadata, upload-expires, upload-defer-length, x-request-id";

/**
 * The bytes of uploads: POST /uploads of the tus protocol for whoever is signed in, and HEAD, PATCH, DELETE and PUT at the
 * signed address. Bodies are streams here, as long as an upload may be and as slow as its network is.
 */
export const registerUploads = (server: FastifyInstance, app: App, cors: Cors): void => {
  void server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    const endpoints = new UploadEndpoints(app, cors);
    scope.route({ method: "OPTIONS", url: "/uploads", handler: (request, reply) => endpoints.options(request, reply) });
    scope.route({
      method: "OPTIONS",
      url: "/uploads/:id",
      handler: (request, reply) => endpoints.options(request, reply),
    });
    scope.route({
      method: "POST",
      url: "/uploads",
      handler: (request, reply) => endpoints.serve(request, reply, "create"),
    });
    scope.route({
      method: ["HEAD", "PATCH", "DELETE"],
      url: "/uploads/:id",
      handler: (request, reply) => endpoints.serve(request, reply, "tus"),
    });
    scope.route({
      method: "PUT",
      url: "/uploads/:id",
      handler: (request, reply) => endpoints.serve(request, reply, "put"),
    });
  });
};

class UploadEndpoints {
  constructor(
    private readonly app: App,
    private readonly cors: Cors,
  ) {}

  options(request: FastifyRequest, reply: FastifyReply) {
    const { extensions } = this.#store("");
    reply.headers({
      "tus-resumable": "1.0.0",
      "tus-version": "1.0.0",
      "tus-extension": extensions.join(","),
      "tus-max-size": this.app.uploadIntake.maxBytes,
      allow: methods,
    });
    if (this.cors.headers(request.headers.origin) !== undefined)
      reply.headers({ "access-control-allow-methods": methods, "access-control-allow-headers": tusHeaders });
    return reply.code(204).send();
  }

  serve(request: FastifyRequest, reply: FastifyReply, kind: "create" | "tus" | "put") {
    const { arrival } = request.raw;
    // How long it takes says how fast its sender is.
    arrival.isStream = true;
    // What has come stays.
    request.raw.setTimeout(this.app.config.http.arrivalMs, () => request.raw.destroy());
    return runInScope(newScope(arrival.requestId, undefined, arrival.trace), async () => {
      let context: Context | undefined;
      try {
        requirePlain(request.headers["content-encoding"]);
        if (kind !== "create" && this.#idOf(request.raw.url) === undefined) throw noSuchUpload();
        if (kind === "put") return await this.#put(request, reply);
        if (kind === "create") {
          context = await createContext(this.app, credentialsOf(request), arrival.requestId);
          const { actor } = context;
          await this.app.limits.take(this.app.limitPolicies.user, subjectOf(actor), 1);
          authorize({ context } as ResolverData<Context>, ["file:write"]);
        }
        return await this.#tus(request, reply, context);
      } catch (error) {
        const tried = { caller: context?.caller, action: "createUpload" };
        const { shown } = await refuseIntake(this.app, request, reply, tried, error);
        return reply.code(statusOf(error)).send({ errors: [shown] });
      }
    });
  }

  async #put(request: FastifyRequest, reply: FastifyReply) {
    const { id } = request.params as { id: string };
    const { status, received, size } = await putUpload(
      this.app.uploadIntake,
      id,
      request.raw,
      request.raw.arrival.requestId,
    );
    if (!request.raw.complete) reply.header("connection", "close");
    return reply.send({ id, status, received, size });
  }

  async #tus({ raw }: FastifyRequest, reply: FastifyReply, context: Context | undefined): Promise<void> {
    const { uploadIntake, logger } = this.app;
    const { requestId } = raw.arrival;
    const store = this.#store(requestId);
    const tus = new TusServer({
      path: "/uploads",
      datastore: store,
      locker: store,
      lockDrainTimeout: drainMs,
      maxSize: uploadIntake.maxBytes,
      allowedOrigins: (origin) => this.cors.headers(origin) !== undefined,
      exposedHeaders: [exposed],
      namingFunction: ({ headers }, metadata) => this.#create(context, headers.get("upload-length"), metadata),
      generateUrl: (_request, { id }) => uploadIntake.addressOf(id),
      getFileIdFromRequest: () => this.#idOf(raw.url),
      onResponseError: async (_request, error) => {
        if (isLong(raw)) reply.raw.setHeader("connection", "close");
        if (!(error instanceof Error) && "status_code" in error) return error;
        const known = error as Error & { status_code?: number; body?: string };
        if (known.status_code !== undefined) return { status_code: known.status_code, body: known.body ?? "" };
        const { message } = presentError(error, requestId, logger);
        await recordDenials(this.app, { requestId, caller: context?.caller, action: "createUpload" });
        return { status_code: statusOf(error), body: `${message}\n` };
      },
    });
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value);
    await tus.handle(raw, reply.raw);
  }

  /** Announces what a tus client is about to send, and says under which id. */
  async #create(
    context: Context | undefined,
    length: string | null,
    { filename, name, purpose, visibility }: Readonly<Record<string, string | null>> = {},
  ): Promise<string> {
    if (context === undefined) throw noSuchUpload();
    const input = {
      fileName: filename ?? name ?? "recording",
      purpose: oneOf(UploadPurpose, purpose, "purpose"),
      visibility: oneOf(Visibility, visibility, "visibility"),
      size: length === null ? null : Number(length),
    };
    return (await this.app.uploads.create(context.actor, input)).id;
  }

  #store(requestId: string): TusStore {
    return new TusStore(this.app.uploadIntake, this.app.config.files.unfinishedMs, requestId);
  }

  /** The upload that a signed address names. */
  #idOf(url = ""): string | undefined {
    const [, id = "", signature = ""] = /^\/uploads\/([a-z0-9_]{1,100})\?signature=([\w-]{1,100})$/.exec(url) ?? [];
    return this.app.uploadIntake.isSigned(id, signature) ? id : undefined;
  }
}

/** Nothing is unpacked here, so nothing can be packed that grows. */
const requirePlain = (encoding: string | undefined): void => {
  if (encoding === undefined || encoding.toLowerCase() === "identity") return;
  throw new DomainError("UNSUPPORTED_MEDIA_TYPE", "Send the bytes as they are, without `Content-Encoding`.");
};

const oneOf = <T extends string>(
  values: Readonly<Record<string, T>>,
  given: string | null | undefined,
  what: string,
) => {
  if (given == null) return null;
  const found = Object.values(values).find((value) => value === given);
  if (found === undefined)
    throw badInput(`The ${what} in Upload-Metadata must be one of ${Object.values(values).join(", ")}.`);
  return found;
};

/** Locked (RFC 4918) is what tus clients try again by themselves. */
const statusOf = (error: unknown): number => {
  if (!(error instanceof DomainError)) return 500;
  const isHeld = error.code === "CONFLICT" && error.details.retryAfter !== undefined;
  return isHeld ? 423 : routeStatusOf(error);
};
