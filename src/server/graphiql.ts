import { renderGraphiQL } from "@graphql-yoga/render-graphiql";
import type { FastifyInstance } from "fastify";

const examples = [
  {
    query: `# 1. Sign in (or use signUp). Copy the accessToken into the Headers tab of the other examples.
mutation SignIn {
  signIn(input: { email: "admin@atrium.localhost", password: "see the start screen" }) {
    accessToken
    user {
      email
    }
  }
}
`,
  },
  {
    query: `# 2. Have a quote written. Copy the id into example 3.
mutation GenerateQuote {
  generateQuote(input: { topic: "courage", tone: "hopeful", audience: "young engineers" }) {
    id
    status
  }
}
`,
    headers: `{ "Authorization": "Bearer …" }`,
  },
  {
    query: `# 3. Watch it being written, from its beginning even if it has ended.
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
`,
    variables: `{ "jobId": "job_…" }`,
    headers: `{ "Authorization": "Bearer …" }`,
  },
  {
    query: `# 4. The collection: filtered, ordered, by pages.
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
    headers: `{ "Authorization": "Bearer …" }`,
  },
];

/** The explorer, from this server alone: nothing of it is loaded from elsewhere. */
export const registerGraphiql = (server: FastifyInstance): void => {
  const page = renderGraphiQL({
    title: "Atrium API",
    endpoint: "/graphql",
    subscriptionsEndpoint: "/graphql/stream",
    subscriptionsProtocol: "GRAPHQL_SSE",
    defaultTabs: examples,
  } as never);
  server.get("/graphiql", async (_request, reply) =>
    reply
      .header(
        "content-security-policy",
        "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' blob:; style-src 'self' 'unsafe-inline'",
      )
      .type("text/html; charset=utf-8")
      .send(page),
  );
};
