import { renderGraphiQL } from "@graphql-yoga/render-graphiql";
import type { FastifyInstance } from "fastify";
import { StaticFile } from "./static-file.js";

/** One document with all of them, so that headers and variables are filled in once. */
const examples = {
  query: `# Welcome. The ▶ button asks which of these operations to run.
#
# 1. SignIn: put the password from the start screen into "variables" below,
#    then the accessToken of the answer into "headers" below.
# 2. GenerateQuote: put the id of its job into "variables".
# 3. Watch: the words of the quote, from their beginning even if it has ended.
# 4. Quotes: the collection, filtered, ordered, by pages.

mutation SignIn($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password }) {
    accessToken
  }
}

mutation GenerateQuote {
  generateQuote(input: { topic: "courage", tone: "hopeful", audience: "young engineers" }) {
    id
    status
  }
}

subscription Watch($jobId: ID!) {
  jobEvents(jobId: $jobId) {
    __typename
    ... on TextChunk {
      text
      cursor
    }
    ... on JobEnded {
      job {
        status
        result {
          ... on Quote {
            text
            author
            qualityScore
          }
        }
      }
    }
  }
}

query Quotes {
  quotes(filter: { source: { eq: AI_GENERATED } }, orderBy: [{ field: CREATED_AT, direction: DESC }], first: 10) {
    totalCount
    nodes {
      text
      author
      generation {
        provider
        costMicros
        durationMs
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
  variables: `{
  "email": "admin@atrium.localhost",
  "password": "",
  "jobId": ""
}`,
  headers: `{
  "Authorization": "Bearer "
}`,
};

/** The explorer, from this server alone: nothing of it is loaded from elsewhere. */
export const registerGraphiql = (server: FastifyInstance): void => {
  const page = renderGraphiQL({
    title: "Atrium API",
    endpoint: "/graphql",
    subscriptionsEndpoint: "/graphql/stream",
    subscriptionsProtocol: "GRAPHQL_SSE",
    defaultTabs: [examples],
  } as never);
  const file = new StaticFile(page, "text/html; charset=utf-8", "no-cache");
  server.get("/graphiql", (request, reply) => {
    reply.header(
      "content-security-policy",
      "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' blob:; style-src 'self' 'unsafe-inline'",
    );
    return file.send(request, reply);
  });
};
