import type { DocumentNode, GraphQLSchema } from "graphql";
import type { App } from "#src/app.js";
import type { Actor } from "#src/platform/actor.js";
import { errorCodes } from "#src/platform/errors.js";
import { currentScope } from "#src/platform/scope.js";
import { currentSpan } from "#src/platform/span.js";
import { type OperationShape, shapeOf } from "./root-fields.js";

type Transport = "http" | "websocket" | "sse";
type ShownErrors = readonly { readonly extensions?: Readonly<Record<string, unknown>> | undefined }[] | undefined;

interface Operation {
  readonly transport: Transport;
  /** Left out when it could not be read. */
  readonly document?: DocumentNode | undefined;
  readonly operationName?: string | null | undefined;
  readonly caller?: Pick<Actor, "userId" | "workspaceId"> | undefined;
  /** `performance.now()` at its arrival. */
  readonly startedAt: number;
}

const unread: OperationShape = { type: "unknown", name: undefined, fields: [] };
const knownCodes: ReadonlySet<unknown> = new Set(errorCodes);

/**
 * Counts every operation and writes one line for it, whatever brought it. To be called inside the operation's scope.
 * Nothing that a client wrote is told, but for the name of its operation.
 */
export class OperationLog {
  readonly #shapes = new WeakMap<DocumentNode, Map<string | null, OperationShape>>();

  constructor(
    private readonly app: Pick<App, "metrics" | "logger">,
    private readonly schema: GraphQLSchema,
  ) {}

  /** A query, a mutation, or a refusal has been answered, with these errors as the client sees them. */
  ended(operation: Operation, errors: ShownErrors): void {
    const { metrics } = this.app;
    const shape = this.#shapeOf(operation);
    const labels = labelsOf(shape);
    const ms = performance.now() - operation.startedAt;
    const codes = this.#count(labels, errors);
    metrics.operationDuration.observe(labels, ms / 1000);
    const scope = currentScope();
    if (scope !== undefined) metrics.operationStatements.observe(scope.statements);
    const span = currentSpan();
    span?.rename(`${shape.type} ${shape.fields.join(" ")}`.trim());
    span?.set({
      "graphql.operation.type": shape.type,
      "graphql.operation.name": shape.name,
      "atrium.graphql.fields": [...shape.fields],
      "atrium.graphql.error_codes": codes,
      "atrium.graphql.sql_statements": scope?.statements,
    });
    this.app.logger.info(this.#line(operation, shape, ms, codes), "operation");
  }

  /** A subscription has begun; to be called with its last errors, if any, when it is over. Later calls do nothing. */
  streamStarted(operation: Operation): (errors?: ShownErrors) => void {
    const { metrics, logger } = this.app;
    const shape = this.#shapeOf(operation);
    metrics.subscriptions.inc();
    logger.debug(this.#line(operation, shape, performance.now() - operation.startedAt, []), "subscription started");
    let open = true;
    return (errors) => {
      if (!open) return;
      open = false;
      metrics.subscriptions.dec();
      const codes = this.#count(labelsOf(shape), errors);
      const ms = performance.now() - operation.startedAt;
      logger.debug(this.#line(operation, shape, ms, codes), "subscription ended");
    };
  }

  /** One event of a subscription came with errors. */
  errored(errors: ShownErrors = []): string[] {
    const codes = errors.map(({ extensions }) =>
      knownCodes.has(extensions?.code) ? `${extensions?.code}` : "INTERNAL",
    );
    for (const code of codes) this.app.metrics.errors.inc({ code });
    return codes;
  }

  #count(labels: ReturnType<typeof labelsOf>, errors: ShownErrors): string[] {
    const { metrics } = this.app;
    const codes = this.errored(errors);
    metrics.operations.inc({ ...labels, outcome: codes.length === 0 ? "ok" : "error" });
    metrics.operationRate.add();
    return codes;
  }

  #line({ transport, caller }: Operation, { type, name, fields }: OperationShape, ms: number, codes: string[]) {
    const { statements = 0, sqlMs = 0 } = currentScope() ?? {};
    return {
      transport,
      type,
      operation: name,
      fields,
      outcome: codes.length === 0 ? "ok" : "error",
      ...(codes.length === 0 ? {} : { codes }),
      ms: tenths(ms),
      statements,
      sqlMs: tenths(sqlMs),
      userId: caller?.userId,
      workspaceId: caller?.workspaceId,
    };
  }

  #shapeOf({ document, operationName = null }: Operation): OperationShape {
    if (document === undefined) return unread;
    const known = this.#shapes.get(document) ?? new Map<string | null, OperationShape>();
    const shape = known.get(operationName) ?? shapeOf(this.schema, document, operationName);
    this.#shapes.set(document, known.set(operationName, shape));
    return shape;
  }
}

const labelsOf = ({ type, fields }: OperationShape) => ({
  type,
  field: fields.length > 1 ? "several" : (fields[0] ?? "none"),
});

const tenths = (ms: number) => Math.round(ms * 10) / 10;
