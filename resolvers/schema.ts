import type { GraphQLSchema } from "graphql";
import { buildSchemaSync } from "type-graphql";
import { type App, entities } from "#src/app.js";
import { grantList } from "#src/identity/grant-service.js";
import { jobList } from "#src/platform/job-service.js";
import { favouriteList, quoteList } from "#src/quotes/quote-service.js";
import { AccountResolver } from "./account-resolver.js";
import { attachReads, unwrapFields } from "./attach-reads.js";
import { CacheResolver } from "./cache-resolver.js";
import { EventResolver } from "./event-resolver.js";
import { GrantResolver } from "./grant-resolver.js";
import { authorize } from "./guards/authorize.js";
import { JobResolver } from "./job-resolver.js";
import { listResolver, type RootRead } from "./list-resolver.js";
import { NodeResolver } from "./node-resolver.js";
import { QuoteResolver } from "./quote-resolver.js";
import { SystemMetricsResolver } from "./system-metrics-resolver.js";
import { SystemResolver } from "./system-resolver.js";

const classes = [
  AccountResolver,
  CacheResolver,
  EventResolver,
  GrantResolver,
  JobResolver,
  NodeResolver,
  QuoteResolver,
  SystemMetricsResolver,
  SystemResolver,
] as const;

const lists = [
  listResolver(grantList, "workspace:read"),
  listResolver(favouriteList, "quote:read"),
  listResolver(quoteList, "quote:read"),
  listResolver(jobList, "job:read"),
];

/** Root fields that lists answer, by name. */
export const rootReads: ReadonlyMap<string, RootRead> = new Map(lists.flatMap(({ reads }) => [...reads]));

const createResolvers = (app: App): object[] => [
  new AccountResolver(app.accounts, app.sessions),
  new CacheResolver(app.cache),
  new EventResolver(app.events),
  new GrantResolver(app.grants),
  new JobResolver(app.jobs),
  new NodeResolver(),
  new QuoteResolver(app.quotes),
  new SystemMetricsResolver(app.systemMetrics),
  new SystemResolver(app.engines, app.generations),
];

/** Every subscription brings its own stream of stored rows; type-graphql's topics are not used, but asked for. */
const unused = (): never => {
  throw new Error("Subscriptions read stored rows: give `subscribe`, not topics.");
};
const noTopics = { publish: unused, subscribe: unused };

/** The executable schema over an app; without one only its shape, for printing. */
export const createSchema = (app?: App): GraphQLSchema => {
  const resolvers = new Map(
    (app === undefined ? [] : createResolvers(app)).map((resolver) => [resolver.constructor, resolver]),
  );
  const schema = buildSchemaSync({
    resolvers: [...classes, ...lists.map(({ resolver }) => resolver)],
    container: { get: (someClass) => resolvers.get(someClass) ?? new (someClass as new () => object)() },
    authChecker: authorize,
    pubSub: noTopics,
    validate: { forbidUnknownValues: false, stopAtFirstError: true },
  });
  unwrapFields(schema);
  attachReads(schema, entities);
  return schema;
};
