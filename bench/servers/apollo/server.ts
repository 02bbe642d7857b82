// Plain Apollo Server 5 with type-graphql, MikroORM's entities and DataLoader, as their documentations write it.
import "reflect-metadata";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { type EntityManager, MikroORM } from "@mikro-orm/postgresql";
import { buildSchema } from "type-graphql";
import { Quote, QuoteFavourite, User } from "./entities.js";
import { Context, QuoteFavouriteResolver, QuoteResolver } from "./resolvers.js";

const { DATABASE_URL = "", BENCH_WORKSPACE = "", BENCH_USER = "", BENCH_POOL, PORT } = process.env;
const orm = await MikroORM.init({
  entities: [User, Quote, QuoteFavourite],
  clientUrl: DATABASE_URL,
  pool: { min: 0, max: Number(BENCH_POOL) },
});
const server = new ApolloServer<Context>({
  schema: await buildSchema({ resolvers: [QuoteResolver, QuoteFavouriteResolver] }),
});
await startStandaloneServer(server, {
  context: async () => new Context(orm.em.fork() as EntityManager, BENCH_WORKSPACE, BENCH_USER),
  listen: { port: Number(PORT), host: "127.0.0.1" },
});
