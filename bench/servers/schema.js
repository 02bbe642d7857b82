/** What the hand-written peers serve: the part of Atrium's schema that the queries need. */
export const typeDefs = /* GraphQL */ `
  scalar DateTimeISO
  enum QuoteSource { USER AI_GENERATED }
  enum QuoteOrderField { CREATED_AT UPDATED_AT AUTHOR }
  enum OrderDirection { ASC DESC }
  enum QuoteGroup { AUTHOR }
  enum AggregateOrder { COUNT_ASC COUNT_DESC }
  input QuoteOrder { field: QuoteOrderField! direction: OrderDirection! = ASC }
  input CreateQuoteInput { text: String! author: String! topic: String }
  type User { id: ID! username: String! }
  type Quote {
    id: ID!
    text: String!
    author: String!
    source: QuoteSource!
    topic: String
    tags: [String!]!
    createdAt: DateTimeISO!
    createdBy: User
    favourites(first: Int = 20): QuoteFavouriteConnection!
  }
  type QuoteFavourite { id: ID! createdAt: DateTimeISO! user: User }
  type QuoteFavouriteConnection { nodes: [QuoteFavourite!]! }
  type QuoteEdge { cursor: String! node: Quote! }
  type PageInfo { endCursor: String hasNextPage: Boolean! }
  type QuoteConnection { edges: [QuoteEdge!]! nodes: [Quote!]! pageInfo: PageInfo! }
  type QuoteGroupKey { author: String }
  type QuoteAggregate { group: QuoteGroupKey! count: Int! }
  type Query {
    quote(id: ID!): Quote
    quotes(first: Int = 20, orderBy: [QuoteOrder!]): QuoteConnection!
    quotesAggregate(groupBy: [QuoteGroup!]!, orderBy: AggregateOrder, first: Int): [QuoteAggregate!]!
  }
  type Mutation { createQuote(input: CreateQuoteInput!): Quote! }
`;
