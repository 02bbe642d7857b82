import type { IncomingHttpHeaders } from "node:http";
import { type ExecutionResult, OperationTypeNode } from "graphql";
import type { Context } from "#resolvers/context.js";
import type { Admitted } from "#resolvers/guards/admit-document.js";
import type { Actor } from "#src/platform/actor.js";
import { badInput } from "#src/platform/errors.js";
import { stranger } from "#src/platform/idempotency-key.js";
import { currentScope, newScope, runInScope } from "#src/platform/scope.js";

/** How a mutation is to be run, other than simply. */
export type MutationWish = { readonly dryRun: true } | { readonly dryRun: false; key: string; body: unknown };

interface MutationAnswer {
  readonly text: string;
  /** True when this is what the mutation answered when it was sent before. */
  readonly replayed: boolean;
}

/** 1 to 255 visible ASCII characters. */
const keyPattern = /^[\x21-\x7e]{1,255}$/;

/**
 * Reads `Idempotency-Key` and `Dry-Run` from headers, or `idempotencyKey` and `dryRun` from the extensions of an operation.
 * Nothing when there are none, or when the operation is no mutation: then they have no meaning.
 */
export const mutationWish = (
  { operation, source, operationName, variables }: Admitted,
  extensions: unknown,
  headers: IncomingHttpHeaders = {},
): MutationWish | undefined => {
  if (operation.operation !== OperationTypeNode.MUTATION) return undefined;
  const extended = (typeof extensions === "object" && extensions !== null ? extensions : {}) as Record<string, unknown>;
  const keys = [headers["idempotency-key"], extended.idempotencyKey].filter(isGiven);
  const dryRuns = [headers["dry-run"], extended.dryRun].filter(isGiven).map(String);
  const [key] = keys;
  if (keys.some((each) => typeof each !== "string" || !keyPattern.test(each) || each !== key)) {
    throw badInput("`Idempotency-Key` must be one text of 1 to 255 visible ASCII characters.", "idempotencyKey");
  }
  const [dryRun] = dryRuns;
  if (dryRuns.some((each) => (each !== "true" && each !== "false") || each !== dryRun)) {
    throw badInput("`Dry-Run` must be `true` or `false`.", "dryRun");
  }
  // A dry run leaves nothing that could be done twice.
  if (dryRun === "true") return { dryRun: true };
  return typeof key === "string"
    ? { dryRun: false, key, body: { query: source, name: operationName ?? null, variables: variables ?? {} } }
    : undefined;
};

/** Runs a mutation as it is wished, on any transport. `execute` gives the answer's text, and may be called again. */
export const runMutation = (
  { app, caller, origin }: Context,
  wish: MutationWish,
  execute: () => Promise<string>,
): Promise<MutationAnswer> => {
  const run = async () => {
    if (wish.dryRun) return { text: await app.database.rehearse(execute), replayed: false };
    return app.idempotency.run({ actor: caller ?? strangerActor(origin.requestId), ...wish }, execute);
  };
  return currentScope() === undefined ? runInScope(newScope(origin.requestId), run) : run();
};

/** The same where answers are no texts: what headers would say of the answer stands in its extensions. */
export const runMutationResult = async (
  context: Context,
  wish: MutationWish,
  execute: () => Promise<ExecutionResult>,
): Promise<ExecutionResult> => {
  const { text, replayed } = await runMutation(context, wish, async () => JSON.stringify(await execute()));
  const result = JSON.parse(text) as ExecutionResult;
  if (wish.dryRun) return { ...result, extensions: { ...result.extensions, dryRun: true } };
  return replayed ? { ...result, extensions: { ...result.extensions, idempotencyReplayed: true } } : result;
};

/** What an answer says of itself over HTTP. */
export const mutationHeaders = (wish: MutationWish, { replayed }: MutationAnswer): Record<string, string> => ({
  ...(wish.dryRun ? { "dry-run": "true" } : {}),
  ...(replayed ? { "idempotency-replayed": "true" } : {}),
});

const isGiven = (value: unknown) => value !== undefined && value !== null;

const strangerActor = (requestId: string): Actor => ({
  workspaceId: stranger,
  userId: stranger,
  permissions: new Set(),
  requestId,
});
