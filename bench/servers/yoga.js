// GraphQL Yoga on Node's own server, with DataLoader and hand-written statements.
import { createServer } from "node:http";
import DataLoader from "dataloader";
import { GraphQLDateTimeISO } from "graphql-scalars";
import { createSchema, createYoga } from "graphql-yoga";
import { createQuote, favouritesOf, findQuote, newestQuotes, topAuthors, usersByIds } from "./rows.js";
import { typeDefs } from "./schema.js";
import { port } from "./settings.js";

const yoga = createYoga({
  schema: createSchema({
    typeDefs,
    resolvers: {
      DateTimeISO: GraphQLDateTimeISO,
      Query: {
        quote: (_, { id }) => findQuote(id),
        quotes: (_, { first }) => newestQuotes(first),
        quotesAggregate: (_, { first }) => topAuthors(first),
      },
      Mutation: { createQuote: (_, { input }) => createQuote(input) },
      Quote: {
        createdBy: ({ createdById }, _, { users }) => users.load(createdById),
        favourites: ({ id }, { first }, { favourites }) => favourites(first).load(id),
      },
      QuoteFavourite: { user: ({ userId }, _, { users }) => users.load(userId) },
    },
  }),
  context: () => {
    const byFirst = new Map();
    return {
      users: new DataLoader(usersByIds),
      favourites: (first) => {
        if (!byFirst.has(first)) byFirst.set(first, new DataLoader((ids) => favouritesOf(ids, first)));
        return byFirst.get(first);
      },
    };
  },
  graphiql: false,
  logging: false,
});
createServer(yoga).listen(port, "127.0.0.1");
