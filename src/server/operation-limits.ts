import type { GraphQLSchema, OperationDefinitionNode } from "graphql";
import type { Context } from "#resolvers/context.js";
import type { Admitted } from "#resolvers/guards/admit-document.js";
import { boundsOf } from "#resolvers/guards/document-cost.js";
import type { App } from "#src/app.js";
import type { Caller } from "#src/identity/caller.js";
import type { NetworkLimit } from "#src/platform/field-bounds.js";
import { networkOf } from "#src/platform/network.js";
import { rootFieldsOf } from "./root-fields.js";

/** What an operation counts. */
interface Plan {
  /** Its root fields. */
  readonly points: number;
  readonly byLimit: ReadonlyMap<NetworkLimit, number>;
}

/**
 * Counts every operation of every transport once its document is admitted: to its user, or to its network while nobody has
 * signed in. Whatever is refused before counts one, so that refusals cannot be had without end either.
 */
export class OperationLimits {
  readonly #plans = new WeakMap<OperationDefinitionNode, Plan>();

  constructor(
    private readonly app: Pick<App, "limits" | "limitPolicies">,
    private readonly schema: GraphQLSchema,
  ) {}

  /** The operation that `check` admits, counted. Throws RATE_LIMITED, or what `check` throws. */
  async admit(context: Context, check: () => Admitted): Promise<Admitted> {
    let admitted: Admitted;
    try {
      admitted = check();
    } catch (error) {
      await this.#take(context, 1);
      throw error;
    }
    const { points, byLimit } = this.#planOf(admitted);
    const taken = this.#take(context, points);
    if (taken !== undefined) await taken;
    if (byLimit.size > 0) await this.#takeFromNetwork(context, byLimit);
    return admitted;
  }

  #take(context: Context, points: number): Promise<void> | undefined {
    const { caller, origin } = context;
    const { limits, limitPolicies } = this.app;
    const quota =
      caller === undefined
        ? limits.take(limitPolicies.stranger, networkOf(origin.address), points)
        : limits.take(limitPolicies.user, subjectOf(caller), points);
    if (quota instanceof Promise)
      return quota.then((counted) => {
        context.quota = counted;
      });
    context.quota = quota;
    return undefined;
  }

  async #takeFromNetwork({ origin }: Context, byLimit: Plan["byLimit"]): Promise<void> {
    const { limits, limitPolicies } = this.app;
    const network = networkOf(origin.address);
    for (const [limit, points] of byLimit) await limits.take(limitPolicies.network[limit], network, points);
  }

  #planOf({ operation, document }: Admitted): Plan {
    const known = this.#plans.get(operation);
    if (known !== undefined) return known;
    const fields = rootFieldsOf(document, operation);
    const declared = this.schema.getRootType(operation.operation)?.getFields() ?? {};
    const byLimit = new Map<NetworkLimit, number>();
    for (const name of fields.values()) {
      const field = declared[name];
      const limit = field && boundsOf(field).limitedBy;
      if (limit !== undefined) byLimit.set(limit, (byLimit.get(limit) ?? 0) + 1);
    }
    const plan = { points: Math.max(1, fields.size), byLimit };
    this.#plans.set(operation, plan);
    return plan;
  }
}

/** All sessions of a user count together, and each API key for itself. */
export const subjectOf = ({ credential, userId }: Caller): string =>
  credential.kind === "API_KEY" ? credential.id : userId;
