import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Context } from "#resolvers/context.js";
import type { App } from "#src/app.js";
import { badInput, DomainError } from "#src/platform/errors.js";
import type { OtlpEncoding } from "#src/telemetry/otlp/otlp-messages.js";
import { isPacked } from "./body-lines.js";
import { intakeStatusOf } from "./refusal-status.js";
import { refuseIntake } from "./refuse-intake.js";

/** Most bytes of a request, as it is sent and unpacked. */
const mostBytes = 4 * 1024 * 1024;
const encodings: Readonly<Record<string, OtlpEncoding>> = {
  "application/x-protobuf": "protobuf",
  "application/json": "json",
};
const types = { protobuf: "application/x-protobuf", json: "application/json" } as const;
/** Of `google.rpc.Code`, by the status. */
const codes: Readonly<Record<number, number>> = { 401: 16, 403: 7, 404: 5, 409: 10, 413: 8, 429: 8, 500: 13, 503: 14 };
const invalidArgument = 3;

const unpack = promisify(gunzip) as (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

/** `POST /v1/metrics` of OTLP/HTTP: the answer is encoded as the request is, and says what could not be stored. */
export const answerOtlp = async (
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  sender: () => Promise<Context>,
): Promise<FastifyReply> => {
  const { raw, headers } = request;
  const encoding = encodings[headers["content-type"]?.split(";")[0]?.trim().toLowerCase() ?? ""];
  const send = async (name: string, content: object) =>
    reply.type(types[encoding ?? "json"]).send(await app.otlpMessages.encode(name, content, encoding ?? "json"));
  let context: Context | undefined;
  try {
    context = await sender();
    if (encoding === undefined)
      throw new DomainError("UNSUPPORTED_MEDIA_TYPE", `Send Content-Type: ${Object.keys(encodings).join(" or ")}.`);
    const message = await app.otlpMessages.decode(await bodyOf(raw), encoding);
    const rejected = await app.otlp.take(context.actor, message);
    const partialSuccess = { rejectedDataPoints: rejected.count, errorMessage: rejected.message };
    return await send("ExportMetricsServiceResponse", rejected.count === 0 ? {} : { partialSuccess });
  } catch (error) {
    if (raw.destroyed && !raw.complete) return reply.hijack();
    const tried = { caller: context?.caller, action: "ingestTelemetry" };
    const { shown, code } = await refuseIntake(app, request, reply, tried, error);
    const status = intakeStatusOf(code);
    reply.code(status);
    return send("Status", { code: codes[status] ?? invalidArgument, message: shown.message });
  }
};

const tooLarge = () =>
  new DomainError(
    "PAYLOAD_TOO_LARGE",
    `A request has at most ${mostBytes} bytes, also unpacked: send smaller batches.`,
  );

const bodyOf = async (message: IncomingMessage): Promise<Buffer> => {
  if (Number(message.headers["content-length"]) > mostBytes) throw tooLarge();
  const packed = isPacked(message);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) throw tooLarge();
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (!packed) return body;
  return unpack(body, { maxOutputLength: mostBytes }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
    throw badInput("The body is not packed with gzip, as it says.");
  });
};
