import type { GraphQLSchema } from "graphql";
import { buildSchemaSync } from "type-graphql";
import type { App } from "#src/app.js";
import { AccountResolver } from "./account-resolver.js";
import { CacheResolver } from "./cache-resolver.js";
import { EventResolver } from "./event-resolver.js";
import { authorize } from "./guards/authorize.js";
import { JobResolver } from "./job-resolver.js";
import { NodeResolver } from "./node-resolver.js";
import { QuoteResolver } from "./quote-resolver.js";
import { SystemResolver } from "./system-resolver.js";

const classes = [
  AccountResolver,
  CacheResolver,
  EventResolver,
  JobResolver,
  NodeResolver,
  QuoteResolver,
  SystemResolver,
] as const;

const createResolvers = (app: App): object[] => [
  new AccountResolver(app.accounts, app.sessions),
  new CacheResolver(app.cache),
  new EventResolver(app.events),
  new JobResolver(app.jobs),
  new NodeResolver(),
  new QuoteResolver(app.quotes),
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
  return buildSchemaSync({
    resolvers: [...classes],
    container: { get: (someClass) => resolvers.get(someClass) },
    authChecker: authorize,
    pubSub: noTopics,
    validate: { forbidUnknownValues: false, stopAtFirstError: true },
  });
};
