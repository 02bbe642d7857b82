// graphql-ws as its documentation shows it: each subscriber has a queue of its own, and each event is executed for each.
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { useServer } from "graphql-ws/use/ws";
import { createPubSub, createSchema } from "graphql-yoga";
import { WebSocketServer } from "ws";
import { port } from "./settings.js";

const pubSub = createPubSub();
const schema = createSchema({
  typeDefs: /* GraphQL */ `
    scalar JSONObject
    type Event { cursor: String! kind: String! subjectId: ID! createdAt: String! data: JSONObject! }
    type Query { ready: Boolean! }
    type Subscription { events: Event! }
  `,
  resolvers: {
    Subscription: { events: { subscribe: () => pubSub.subscribe("events"), resolve: (event) => event } },
  },
});
const server = createServer(async (request, response) => {
  if (request.url !== "/burst") return response.end('{"data":{}}');
  for (const event of await json(request)) pubSub.publish("events", event);
  response.end();
});
useServer({ schema }, new WebSocketServer({ server, path: "/graphql" }));
server.listen(port, "127.0.0.1");
