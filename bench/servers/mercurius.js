// Mercurius as its documentation recommends it: JIT, loaders, hand-written statements.
import Fastify from "fastify";
import { GraphQLDateTimeISO } from "graphql-scalars";
import mercurius from "mercurius";
import { createQuote, favouritesOf, findQuote, newestQuotes, topAuthors, usersByIds } from "./rows.js";
import { typeDefs } from "./schema.js";
import { port } from "./settings.js";

const server = Fastify();
await server.register(mercurius, {
  schema: typeDefs,
  jit: 1,
  resolvers: {
    DateTimeISO: GraphQLDateTimeISO,
    Query: {
      quote: (_, { id }) => findQuote(id),
      quotes: (_, { first }) => newestQuotes(first),
      quotesAggregate: (_, { first }) => topAuthors(first),
    },
    Mutation: { createQuote: (_, { input }) => createQuote(input) },
  },
  loaders: {
    Quote: {
      createdBy: (asked) => usersByIds(asked.map(({ obj }) => obj.createdById)),
      favourites: (asked) =>
        favouritesOf(
          asked.map(({ obj }) => obj.id),
          asked[0].params.first,
        ),
    },
    QuoteFavourite: { user: (asked) => usersByIds(asked.map(({ obj }) => obj.userId)) },
  },
});
await server.listen({ port, host: "127.0.0.1" });
