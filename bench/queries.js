import { randomBytes } from "node:crypto";

/**
 * The measured operations. `document` is understood by every server but PostGraphile, which names things by its tables;
 * `data` brings an answer into one form, so that all servers can be held against each other.
 */
export const queries = {
  T0: {
    title: "__typename, no database",
    document: "query T0 { __typename }",
    postgraphile: "query T0 { __typename }",
    data: ({ __typename }) => __typename,
  },
  Q1: {
    title: "one quote by id, six fields",
    document: "query Q1($id: ID!) { quote(id: $id) { id text author source topic createdAt } }",
    postgraphile: "query Q1($id: String!) { quoteByRowId(rowId: $id) { rowId text author source topic createdAt } }",
    variables: ({ ids }) => ids.map((id) => ({ id })),
    data: ({ quote, quoteByRowId }) => quoteOf(quote ?? quoteByRowId),
  },
  Q2: {
    title: "page of the 20 newest with author and cursors",
    document: `query Q2($first: Int!, $order: [QuoteOrder!]) {
      quotes(first: $first, orderBy: $order) {
        edges { cursor node { id text author createdAt createdBy { id username } } }
        pageInfo { endCursor hasNextPage }
      }
    }`,
    postgraphile: `query Q2($first: Int!, $workspace: String!) {
      allQuotes(first: $first, orderBy: [CREATED_AT_DESC, ROW_ID_DESC], condition: { workspaceId: $workspace }) {
        edges { cursor node { rowId text author createdAt userByCreatedById { rowId username } } }
        pageInfo { endCursor hasNextPage }
      }
    }`,
    variables: ({ workspace }) => [{ first: 20, order: newestFirst, workspace }],
    data: ({ quotes, allQuotes }) => {
      const { edges, pageInfo } = quotes ?? allQuotes;
      if (edges.some(({ cursor }) => !cursor) || pageInfo.endCursor !== edges.at(-1).cursor)
        throw new Error("the cursors are missing or do not fit");
      return { hasNextPage: pageInfo.hasNextPage, nodes: edges.map(({ node }) => quoteOf(node)) };
    },
  },
  Q3: {
    // PostGraphile orders favourites by their ids, which sort by time: it offers no order without an index.
    title: "page of 50, each with its user, tags and 5 newest favourites with their users",
    document: `query Q3($first: Int!, $order: [QuoteOrder!], $favourites: Int!) {
      quotes(first: $first, orderBy: $order) {
        nodes {
          id text tags createdBy { id username }
          favourites(first: $favourites) { nodes { id createdAt user { id username } } }
        }
      }
    }`,
    postgraphile: `query Q3($first: Int!, $workspace: String!, $favourites: Int!) {
      allQuotes(first: $first, orderBy: [CREATED_AT_DESC, ROW_ID_DESC], condition: { workspaceId: $workspace }) {
        nodes {
          rowId text tags userByCreatedById { rowId username }
          quoteFavouritesByQuoteId(first: $favourites, orderBy: [ROW_ID_DESC]) {
            nodes { rowId createdAt userByUserId { rowId username } }
          }
        }
      }
    }`,
    variables: ({ workspace }) => [{ first: 50, order: newestFirst, favourites: 5, workspace }],
    data: ({ quotes, allQuotes }) =>
      (quotes ?? allQuotes).nodes.map((node) => ({
        ...quoteOf(node),
        favourites: (node.favourites ?? node.quoteFavouritesByQuoteId).nodes.map((favourite) => ({
          id: favourite.id ?? favourite.rowId,
          createdAt: Date.parse(favourite.createdAt),
          user: userOf(favourite.user ?? favourite.userByUserId),
        })),
      })),
  },
  Q4: {
    title: "top 10 authors by count",
    document: `query Q4($first: Int!) {
      quotesAggregate(groupBy: [AUTHOR], orderBy: COUNT_DESC, first: $first) { group { author } count }
    }`,
    postgraphile: `query Q4($first: Int!, $workspace: String!) {
      topAuthors(first: $first, inWorkspace: $workspace) { nodes { author count } }
    }`,
    variables: ({ workspace }) => [{ first: 10, workspace }],
    data: ({ quotesAggregate, topAuthors }) =>
      (quotesAggregate ?? topAuthors.nodes).map(({ group, author, count }) => ({
        author: group?.author ?? author,
        count: Number(count),
      })),
  },
  M1: {
    title: "create a quote and return it with its user",
    document: `mutation M1($input: CreateQuoteInput!) {
      createQuote(input: $input) { id text author createdAt createdBy { id username } }
    }`,
    postgraphile: `mutation M1($quote: QuoteInput!) {
      createQuote(input: { quote: $quote }) { quote { rowId text author createdAt userByCreatedById { rowId username } } }
    }`,
    variables: () => newQuotes,
    postgraphileVariables: ({ text, author, topic }, { user, workspace }) => {
      const now = new Date().toISOString();
      const row = { rowId: newQuoteId(), workspaceId: workspace, createdById: user, createdAt: now, updatedAt: now };
      return { quote: { ...row, text, author, topic, source: "USER" } };
    },
    writes: true,
    data: ({ createQuote }) => {
      const { id, createdAt, ...quote } = quoteOf(createQuote.quote ?? createQuote);
      if (!/^quote_[0-9a-z]{26}$/.test(id) || Math.abs(createdAt - Date.now()) > 60_000)
        throw new Error("the id or the time of the new quote is not right");
      return quote;
    },
  },
};

const newestFirst = [{ field: "CREATED_AT", direction: "DESC" }];

const userOf = (user) => ({ id: user.id ?? user.rowId, username: user.username });

const quoteOf = ({
  id,
  rowId,
  createdAt,
  createdBy,
  userByCreatedById,
  favourites,
  quoteFavouritesByQuoteId,
  ...rest
}) => ({
  ...rest,
  id: id ?? rowId,
  ...(createdAt === undefined ? {} : { createdAt: Date.parse(createdAt) }),
  ...((createdBy ?? userByCreatedById) ? { createdBy: userOf(createdBy ?? userByCreatedById) } : {}),
});

const newQuotes = Array.from({ length: 500 }, (_, n) => ({
  input: {
    text: `New quote ${n}: `.padEnd(119, "a word or two of it, ").padEnd(120, "."),
    author: `Author ${(n * 37) % 1_000}`,
    topic: `topic ${n % 97}`,
  },
}));

/** For the server that takes ids from its clients: a TypeID of now. */
export const newQuoteId = () => {
  const hex = Date.now().toString(16).padStart(12, "0");
  const random = randomBytes(10);
  random[0] = (random[0] & 0x0f) | 0x70;
  random[2] = (random[2] & 0x3f) | 0x80;
  const bits = BigInt(`0x${hex}${random.toString("hex")}`);
  return `quote_${base32(bits)}`;
};

const letters = "0123456789abcdefghjkmnpqrstvwxyz";
const base32 = (bits) => {
  let text = "";
  for (let shift = 125n; shift >= 0n; shift -= 5n) text += letters[Number((bits >> shift) & 31n)];
  return text;
};
