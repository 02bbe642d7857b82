/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentNode } from 'graphql';
/** Which quote is to be analysed, and by whom. */
export type AnalyzeQuoteInput = {
  /** Whether what a model said of the same text before will do; BYPASS when left out. */
  cache?: CacheMode | null | undefined;
  /** The quote. */
  id: string | number;
  /** One of the provider's models; its default when left out. */
  model?: string | null | undefined;
  /** A class of models, such as `fast`. Not together with a provider or a model; `default` when all are left out, and the lexicon where that has no model. */
  modelClass?: string | null | undefined;
  /** Name of a configured provider: then only that one is asked. With `offline` the lexicon analyses it. */
  provider?: string | null | undefined;
};

/** Which rows of the type ApiKey; all given conditions must hold. */
export type ApiKeyFilter = {
  /** All of these hold. */
  and?: Array<ApiKeyFilter> | null | undefined;
  /** Condition on `createdAt`. */
  createdAt?: DateTimeFilter | null | undefined;
  /** Has a `createdBy` that you may see, of which this holds. */
  createdBy?: UserFilter | null | undefined;
  /** Condition on `expiresAt`. */
  expiresAt?: DateTimeFilter | null | undefined;
  /** Condition on `id`. */
  id?: IdFilter | null | undefined;
  /** Condition on `lastUsedAt`. */
  lastUsedAt?: DateTimeFilter | null | undefined;
  /** Condition on `name`. */
  name?: StringFilter | null | undefined;
  /** This does not hold. */
  not?: ApiKeyFilter | null | undefined;
  /** At least one of these holds. */
  or?: Array<ApiKeyFilter> | null | undefined;
  /** Condition on `prefix`. */
  prefix?: StringFilter | null | undefined;
  /** Condition on `revokedAt`. */
  revokedAt?: DateTimeFilter | null | undefined;
  /** Condition on `scopes`. */
  scopes?: StringListFilter | null | undefined;
};

/** Conditions on a value of the type Boolean; all given ones must hold. */
export type BooleanFilter = {
  /** Is this value. */
  eq?: boolean | null | undefined;
  /** True: has no value. False: has one. */
  isNull?: boolean | null | undefined;
  /** Is not this value; rows without a value count. */
  ne?: boolean | null | undefined;
};

/** How an answer of the cache was found. */
export type CacheHitKind =
  /** The same was asked before, to the letter. */
  | 'EXACT'
  /** The same was asked before in a slightly different wording. */
  | 'SIMILAR';

/** Conditions on a value of the type CacheHitKind; all given ones must hold. */
export type CacheHitKindFilter = {
  /** Is this value. */
  eq?: CacheHitKind | null | undefined;
  /** Is one of these values, at most 1,000. */
  in?: Array<CacheHitKind> | null | undefined;
  /** True: has no value. False: has one. */
  isNull?: boolean | null | undefined;
  /** Is not this value; rows without a value count. */
  ne?: CacheHitKind | null | undefined;
  /** Is none of these values, at most 1,000; rows without a value count. */
  notIn?: Array<CacheHitKind> | null | undefined;
};

/** Where answers are kept. */
export type CacheLevelName =
  /** In the memory of the process that answers. */
  | 'PROCESS'
  /** In Redis, shared by all processes. */
  | 'REDIS';

/** Whether a level of the cache is used. */
export type CacheLevelState =
  /** Its connection is gone; queries are answered past it until that is back. */
  | 'BYPASSED'
  /** A setting has turned it off. */
  | 'OFF'
  /** It is used. */
  | 'READY';

/** What a request has to do with answers that were given before. */
export type CacheMode =
  /** Asks a provider, and keeps nothing. */
  | 'BYPASS'
  /** Asks a provider, and keeps the answer for those that come. */
  | 'REFRESH'
  /** Takes one of the last hour when it fits, else asks a provider and keeps the answer. */
  | 'USE';

/** Conditions on a value of the type CacheMode; all given ones must hold. */
export type CacheModeFilter = {
  /** Is this value. */
  eq?: CacheMode | null | undefined;
  /** Is one of these values, at most 1,000. */
  in?: Array<CacheMode> | null | undefined;
  /** True: has no value. False: has one. */
  isNull?: boolean | null | undefined;
  /** Is not this value; rows without a value count. */
  ne?: CacheMode | null | undefined;
  /** Is none of these values, at most 1,000; rows without a value count. */
  notIn?: Array<CacheMode> | null | undefined;
};

/** Whether a provider may be asked. */
export type CircuitState =
  /** It may. */
  | 'CLOSED'
  /** One request at a time may try it, by default; when that went well the circuit closes. */
  | 'HALF_OPEN'
  /** It has failed too often: it is asked nothing for a while, by no process. */
  | 'OPEN';

/** A new API key. */
export type CreateApiKeyInput = {
  /** When it ends by itself; never when left out. */
  expiresAt?: string | null | undefined;
  /** What it is for, 1 to 100 characters. */
  name: string;
  /** Permissions, 1 to 50, such as `quote:read`: of your own, and of those that are not kept to people. */
  scopes: Array<string>;
};

/** A quote that a person enters. */
export type CreateQuoteInput = {
  /** Who said or wrote it, 1 to 255 characters. */
  author: string;
  /** Words under which it is filed: at most 20 of 1 to 50 characters each; stored in lower case. */
  tags?: Array<string> | null | undefined;
  /** The quote itself, 1 to 2,000 characters. */
  text: string;
  /** What it is about, 1 to 200 characters. */
  topic?: string | null | undefined;
  /** Who sees it; WORKSPACE when left out. */
  visibility?: Visibility | null | undefined;
};

/** A new workspace. */
export type CreateWorkspaceInput = {
  /** Name for people, 1 to 100 characters on one line. */
  name: string;
};

/** Conditions on a value of the type DateTime; all given ones must hold. */
export type DateTimeFilter = {
  /** Is this value. */
  eq?: string | null | undefined;
  /** Is greater, later or further down the alphabet. */
  gt?: string | null | undefined;
  /** Is this value or greater. */
  gte?: string | null | undefined;
  /** Is one of these values, at most 1,000. */
  in?: Array<string> | null | undefined;
  /** True: has no value. False: has one. */
  isNull?: boolean | null | undefined;
  /** Is less, earlier or further up the alphabet. */
  lt?: string | null | undefined;
  /** Is this value or less. */
  lte?: string | null | undefined;
  /** Is not this value; rows without a value count. */
  ne?: string | null | undefined;
  /** Is none of these values, at most 1,000; rows without a value count. */
  notIn?: Array<string> | null | undefined;
};

/** Conditions on a value of the type Float; all given ones must hold. */
export type FloatFilter = {
  /** Is this value. */
  eq?: number | null | undefined;
  /** Is greater, later or further down the alphabet. */
  gt?: number | null | undefined;
  /** Is this value or greater. */
  gte?: number | null | undefined;
  /** Is one of these values, at most 1,000. */
  in?: Array<number> | null | undefined;
  /** True: has no value. False: has one. */
  isNull?: boolean | null | undefined;
  /** Is less, earlier or further up the alphabet. */
  lt?: number | null | undefined;
  /** Is this value or less. */
  lte?: number | null | undefined;
  /** Is not this value; rows without a value count. */
  ne?: number | null | undefined;
  /** Is none of these values, at most 1,000; rows without a value count. */
  notIn?: Array<number> | null | undefined;
};

/** What a new quote shall be like. */
export type GenerateQuoteInput = {
  /** For whom it is, such as `young engineers`: 1 to 200 characters. */
  audience?: string | null | undefined;
  /** Whether a quote that was written before will do; BYPASS when left out: a new one each time. */
  cache?: CacheMode | null | undefined;
  /** True to have a model judge the text as well, which costs a second request; false when left out. */
  judge?: boolean | null | undefined;
  /** One of the provider's models; its default when left out. */
  model?: string | null | undefined;
  /** A class of models, such as `fast`: one of them is chosen by how they do. Not together with a provider or a model; `default` when all are left out. */
  modelClass?: string | null | undefined;
  /** Name of a configured provider: then only that one is asked. */
  provider?: string | null | undefined;
  /** How it sounds, such as `hopeful` or `humorous`: 1 to 50 characters. */
  tone?: string | null | undefined;
  /** What it is about: a word or a phrase of 1 to 200 characters. */
  topic: string;
  /** Who sees the job, the generation and the quote; WORKSPACE when left out. */
  visibility?: Visibility | null | undefined;
};

/** Which rows of the type Generation; all given conditions must hold. */
export type GenerationFilter = {
  /** All of these hold. */
  and?: Array<GenerationFilter> | null | undefined;
  /** Condition on `batchPosition`. */
  batchPosition?: IntFilter | null | undefined;
  /** Condition on `cacheHit`. */
  cacheHit?: CacheHitKindFilter | null | undefined;
  /** Condition on `cacheMode`. */
  cacheMode?: CacheModeFilter | null | undefined;
  /** Has a `cachedFrom` that you may see, of which this holds. */
  cachedFrom?: GenerationFilter | null | undefined;
  /** Condition on `costMicros`. */
  costMicros?: SafeIntFilter | null | undefined;
  /** Condition on `createdAt`. */
  createdAt?: DateTimeFilter | null | undefined;
  /** Condition on `id`. */
  id?: IdFilter | null | undefined;
  /** Condition on `isComplete`. */
  isComplete?: BooleanFilter | null | undefined;
  /** Condition on `isDegraded`. */
  isDegraded?: BooleanFilter | null | undefined;
  /** Has a `job` that you may see, of which this holds. */
  job?: JobFilter | null | undefined;
  /** Condition on `model`. */
  model?: StringFilter | null | undefined;
  /** This does not hold. */
  not?: GenerationFilter | null | undefined;
  /** At least one of these holds. */
  or?: Array<GenerationFilter> | null | undefined;
  /** Has a `promptVersion` that you may see, of which this holds. */
  promptVersion?: PromptVersionFilter | null | undefined;
  /** Condition on `provider`. */
  provider?: StringFilter | null | undefined;
  /** Condition on `purpose`. */
  purpose?: StringFilter | null | undefined;
  /** Condition on `qualityScore`. */
  qualityScore?: FloatFilter | null | undefined;
  /** Condition on `status`. */
  status?: GenerationStatusFilter | null | undefined;
  /** Condition on `visibility`. */
  visibility?: VisibilityFilter | null | undefined;
};

/** Where a generation stands. */
export type GenerationStatus =
  /** Ended because it was cancelled; `text` is what came until then. */
  | 'CANCELLED'
  /** Ended without a text; `errorCode` says why, and `attempts` what was tried. */
  | 'FAILED'
  /** Asked for, and what it may cost is set aside; its job says how far it is. */
  | 'OPEN'
  /** Ended with its whole text. */
  | 'SUCCEEDED';

/** Conditions on a value of the type GenerationStatus; all given ones must hold. */
export type GenerationStatusFilter = {
  /** Is this value. */
  eq?: GenerationStatus | null | undefined;
  /** Is one of these values, at most 1,000. */
  in?: Array<GenerationStatus> | null | undefined;
  /** True: has no value. False: has one. */
  isNull?: boolean | null | undefined;
  /** Is not this value; rows without a value count. */
  ne?: GenerationStatus | null | undefined;
  /** Is none of these values, at most 1,000; rows without a value count. */
  notIn?: Array<GenerationStatus> | null | undefined;
};

/** What the last probe of a provider found. */
export type HealthState =
  /** It answers, but slower than 2 seconds or only to ask to slow down. */
  | 'DEGRADED'
  /** It does not answer, or refuses the configured credentials. */
  | 'DOWN'
  /** It answers. */
  | 'UP';

/** Conditions on a value of the type ID; all given ones must hold. */
export type IdFilter = {
  /** Is this value. */
  eq?: string | number | null | undefined;
  /** Is one of these values, at most 1,000. */
  in?: Array<string | number> | null | undefined;
  /** True: has no value. False: has one. */
  isNull?: boolean | null | undefined;
  /** Is not this value; rows without a value count. */
  ne?: string | number | null | undefined;
  /** Is none of these values, at most 1,000; rows without a value count. */
  notIn?: Array<string | number> | null | undefined;
};

/** Conditions on a value of the type Int; all given ones must hold. */
export type IntFilter = {
  /** Is this value. */
  eq?: number | null | undefined;
  /** Is greater, later or further down the alphabet. */
  gt?: number | null | undefined;
  /** Is this value or greater. */
  gte?: number | null | undefined;
  /** Is one of these values, at most 1,000. */
  in?: Array<number> | null | undefined;
  /** True: has no value. False: has one. */
  isNull?: boolean | null | undefined;
  /** Is less, earlier or further up the alphabet. */
  lt?: number | null | undefined;
  /** Is this value or less. */
  lte?: number | null | undefined;
  /** Is not this value; rows without a value count. */
  ne?: number | null | undefined;
  /** Is none of these values, at most 1,000; rows without a value count. */
  notIn?: Array<number> | null | undefined;
};

/** Which rows of the type Invitation; all given conditions must hold. */
export type InvitationFilter = {
  /** Condition on `acceptedAt`. */
  acceptedAt?: DateTimeFilter | null | undefined;
  /** All of these hold. */
  and?: Array<InvitationFilter> | null | undefined;
  /** Condition on `createdAt`. */
  createdAt?: DateTimeFilter | null | undefined;
  /** Condition on `email`. */
  email?: StringFilter | null | undefined;
  /** Condition on `expiresAt`. */
  expiresAt?: DateTimeFilter | null | undefined;
  /** Condition on `id`. */
  id?: IdFilter | null | undefined;
  /** Has a `invitedBy` that you may see, of which this holds. */
  invitedBy?: UserFilter | null | undefined;
  /** This does not hold. */
  not?: InvitationFilter | null | undefined;
  /** At least one of these holds. */
  or?: Array<InvitationFilter> | null | undefined;
  /** Condition on `revokedAt`. */
  revokedAt?: DateTimeFilter | null | undefined;
  /** Condition on `role`. */
  role?: RoleFilter | null | undefined;
  /** Condition on `sentAt`. */
  sentAt?: DateTimeFilter | null | undefined;
};

/** Whom to invite. */
export type InviteMemberInput = {
  /** E-mail address, at most 255 characters; the case does not matter. */
  email: string;
  /** What the person may do here; at most what you may. */
  role: Role;
};

/** Conditions on the value at a path inside a JSON object; all given ones must hold. Of an array at the path any item counts. */
export type JsonFilter = {
  /** Has this text in it, whatever the case. */
  contains?: unknown;
  /** Is this value. */
  eq?: unknown;
  /** Is greater, later or further down the alphabet. */
  gt?: unknown;
  /** Is this value or greater. */
  gte?: unknown;
  /** Is one of these values, at most 1,000. */
  in?: Array<unknown> | null | undefined;
  /** True: has no value. False: has one. */
  isNull?: boolean | null | undefined;
  /** Is less, earlier or further up the alphabet. */
  lt?: unknown;
  /** Is this value or less. */
  lte?: unknown;
  /** Is not this value; rows without a value count. */
  ne?: unknown;
  /** Is none of these values, at most 1,000; rows without a value count. */
  notIn?: Array<unknown> | null | undefined;
  /** Keys and positions from the outside in, such as `size.width` or `tags.0`: at most 20. */
  path: string;
  /** Begins with this text, whatever the case. */
  startsWith?: unknown;
};

/** Which rows of the type Job; all given conditions must hold. */
export type JobFilter = {
  /** All of these hold. */
  and?: Array<JobFilter> | null | undefined;
  /** Condition on `createdAt`. */
  createdAt?: DateTimeFilter | null | undefined;
  /** Condition on `finishedAt`. */
  finishedAt?: DateTimeFilter | null | undefined;
  /** Condition on `id`. */
  id?: IdFilter | null | undefined;
  /** Condition on `kind`. */
  kind?: StringFilter | null | undefined;
  /** This does not hold. */
  not?: JobFilter | null | undefined;
  /** At least one of these holds. */
  or?: Array<JobFilter> | null | undefined;
  /** Condition on `status`. */
  status?: JobStatusFilter | null | undefined;
  /** Condition on `visibility`. */
  visibility?: VisibilityFilter | null | undefined;
};

/** Where a job stands. */
export type JobStatus =
  /** Ended because it was cancelled; what was made until then is kept as its result. */
  | 'CANCELLED'
  /** Ended with an error; `retryJob` starts it again. */
  | 'FAILED'
  /** Stored and about to run, or waiting for its next attempt. */
  | 'QUEUED'
  /** A worker is at it. */
  | 'RUNNING'
  /** Ended with its result. */
  | 'SUCCEEDED'
  /** Stopped until something outside answers, such as a person's approval. */
  | 'WAITING';

/** Conditions on a value of the type JobStatus; all given ones must hold. */
export type JobStatusFilter = {
  /** Is this value. */
  eq?: JobStatus | null | undefined;
  /** Is one of these values, at most 1,000. */
  in?: Array<JobStatus> | null | undefined;
  /** True: has no value. False: has one. */
  isNull?: boolean | null | undefined;
  /** Is not this value; rows without a value count. */
  ne?: JobStatus | null | undefined;
  /** Is none of these values, at most 1,000; rows without a value count. */
  notIn?: Array<JobStatus> | null | undefined;
};

/** Which rows of the type Membership; all given conditions must hold. */
export type MembershipFilter = {
  /** All of these hold. */
  and?: Array<MembershipFilter> | null | undefined;
  /** Condition on `createdAt`. */
  createdAt?: DateTimeFilter | null | undefined;
  /** Condition on `id`. */
  id?: IdFilter | null | undefined;
  /** This does not hold. */
  not?: MembershipFilter | null | undefined;
  /** At least one of these holds. */
  or?: Array<MembershipFilter> | null | undefined;
  /** Condition on `role`. */
  role?: RoleFilter | null | undefined;
  /** Has a `user` that you may see, of which this holds. */
  user?: UserFilter | null | undefined;
};

/** Which end comes first. */
export type OrderDirection =
  /** Smallest, earliest first. */
  | 'ASC'
  /** Greatest, latest first. */
  | 'DESC';

/** Which rows of the type Prompt; all given conditions must hold. */
export type PromptFilter = {
  /** All of these hold. */
  and?: Array<PromptFilter> | null | undefined;
  /** Condition on `createdAt`. */
  createdAt?: DateTimeFilter | null | undefined;
  /** Has a `createdBy` that you may see, of which this holds. */
  createdBy?: UserFilter | null | undefined;
  /** Condition on `id`. */
  id?: IdFilter | null | undefined;
  /** Condition on `labels`. */
  labels?: PromptLabelCollectionFilter | null | undefined;
  /** Condition on `name`. */
  name?: StringFilter | null | undefined;
  /** This does not hold. */
  not?: PromptFilter | null | undefined;
  /** At least one of these holds. */
  or?: Array<PromptFilter> | null | undefined;
  /** Condition on `updatedAt`. */
  updatedAt?: DateTimeFilter | null | undefined;
  /** Condition on `versions`. */
  versions?: PromptVersionCollectionFilter | null | undefined;
};

/** Conditions on rows of the type PromptLabel; all given ones must hold. */
export type PromptLabelCollectionFilter = {
  /** Holds for none that you may see. */
  none?: PromptLabelFilter | null | undefined;
  /** Holds for at least one that you may see. */
  some?: PromptLabelFilter | null | undefined;
};

/** Which rows of the type PromptLabel; all given conditions must hold. */
export type PromptLabelFilter = {
  /** All of these hold. */
  and?: Array<PromptLabelFilter> | null | undefined;
  /** Condition on `createdAt`. */
  createdAt?: DateTimeFilter | null | undefined;
  /** Condition on `id`. */
  id?: IdFilter | null | undefined;
  /** Condition on `name`. */
  name?: StringFilter | null | undefined;
  /** This does not hold. */
  not?: PromptLabelFilter | null | undefined;
  /** At least one of these holds. */
  or?: Array<PromptLabelFilter> | null | undefined;
  /** Has a `prompt` that you may see, of which this holds. */
  prompt?: PromptFilter | null | undefined;
  /** Has a `version` that you may see, of which this holds. */
  version?: PromptVersionFilter | null | undefined;
};

/** Conditions on rows of the type PromptVersion; all given ones must hold. */
export type PromptVersionCollectionFilter = {
  /** Holds for none that you may see. */
  none?: PromptVersionFilter | null | undefined;
  /** Holds for at least one that you may see. */
  some?: PromptVersionFilter | null | undefined;
};

/** Which rows of the type PromptVersion; all given conditions must hold. */
export type PromptVersionFilter = {
  /** All of these hold. */
  and?: Array<PromptVersionFilter> | null | undefined;
  /** Condition on `contentHash`. */
  contentHash?: StringFilter | null | undefined;
  /** Condition on `createdAt`. */
  createdAt?: DateTimeFilter | null | undefined;
  /** Has a `createdBy` that you may see, of which this holds. */
  createdBy?: UserFilter | null | undefined;
  /** Condition on `id`. */
  id?: IdFilter | null | undefined;
  /** Condition on `labels`. */
  labels?: PromptLabelCollectionFilter | null | undefined;
  /** This does not hold. */
  not?: PromptVersionFilter | null | undefined;
  /** Condition on `number`. */
  number?: IntFilter | null | undefined;
  /** At least one of these holds. */
  or?: Array<PromptVersionFilter> | null | undefined;
  /** Has a `prompt` that you may see, of which this holds. */
  prompt?: PromptFilter | null | undefined;
};

/** How a request to a provider ended. */
export type ProviderOutcome =
  /** Answered from the cache, without a request. */
  | 'CACHED'
  /** The provider withheld the answer. */
  | 'CONTENT_FILTER'
  /** The provider refused the configured credentials. */
  | 'CREDENTIALS'
  /** The answer stopped in its middle. */
  | 'CUT'
  /** The answer was empty, could not be read, or was not of the form that was asked for. */
  | 'INVALID_ANSWER'
  /** The answer reached the limit of its length. */
  | 'LENGTH'
  /** The process ended while it was under way: nobody saw its end, and its cost is estimated. */
  | 'LOST'
  /** With a whole answer. */
  | 'OK'
  /** The provider asked to slow down. */
  | 'RATE_LIMITED'
  /** The provider refused the request. */
  | 'REJECTED'
  /** Cancelled on its way. */
  | 'STOPPED'
  /** No answer, or no further token, in time. */
  | 'TIMEOUT'
  /** The provider could not be reached, or failed. */
  | 'UNAVAILABLE';

/** Conditions on rows of the type QuoteFavourite; all given ones must hold. */
export type QuoteFavouriteCollectionFilter = {
  /** Holds for none that you may see. */
  none?: QuoteFavouriteFilter | null | undefined;
  /** Holds for at least one that you may see. */
  some?: QuoteFavouriteFilter | null | undefined;
};

/** Which rows of the type QuoteFavourite; all given conditions must hold. */
export type QuoteFavouriteFilter = {
  /** All of these hold. */
  and?: Array<QuoteFavouriteFilter> | null | undefined;
  /** Condition on `createdAt`. */
  createdAt?: DateTimeFilter | null | undefined;
  /** Condition on `id`. */
  id?: IdFilter | null | undefined;
  /** This does not hold. */
  not?: QuoteFavouriteFilter | null | undefined;
  /** At least one of these holds. */
  or?: Array<QuoteFavouriteFilter> | null | undefined;
  /** Has a `quote` that you may see, of which this holds. */
  quote?: QuoteFilter | null | undefined;
  /** Has a `user` that you may see, of which this holds. */
  user?: UserFilter | null | undefined;
};

/** Which rows of the type Quote; all given conditions must hold. */
export type QuoteFilter = {
  /** Condition on `aiModel`. */
  aiModel?: StringFilter | null | undefined;
  /** Condition on `analyzedBy`. */
  analyzedBy?: StringFilter | null | undefined;
  /** All of these hold. */
  and?: Array<QuoteFilter> | null | undefined;
  /** Condition on `audience`. */
  audience?: StringFilter | null | undefined;
  /** Condition on `author`. */
  author?: StringFilter | null | undefined;
  /** Condition on `createdAt`. */
  createdAt?: DateTimeFilter | null | undefined;
  /** Has a `createdBy` that you may see, of which this holds. */
  createdBy?: UserFilter | null | undefined;
  /** Condition on `emotionalTone`. */
  emotionalTone?: StringFilter | null | undefined;
  /** Condition on `favourites`. */
  favourites?: QuoteFavouriteCollectionFilter | null | undefined;
  /** Has a `generation` that you may see, of which this holds. */
  generation?: GenerationFilter | null | undefined;
  /** Condition on `id`. */
  id?: IdFilter | null | undefined;
  /** Condition on `isFavourite`. */
  isFavourite?: BooleanFilter | null | undefined;
  /** This does not hold. */
  not?: QuoteFilter | null | undefined;
  /** At least one of these holds. */
  or?: Array<QuoteFilter> | null | undefined;
  /** Condition on `psychologicalProfile`. */
  psychologicalProfile?: JsonFilter | null | undefined;
  /** Condition on `qualityScore`. */
  qualityScore?: FloatFilter | null | undefined;
  /** Condition on `sentimentScore`. */
  sentimentScore?: FloatFilter | null | undefined;
  /** Condition on `source`. */
  source?: QuoteSourceFilter | null | undefined;
  /** Condition on `tags`. */
  tags?: StringListFilter | null | undefined;
  /** Condition on `text`. */
  text?: StringFilter | null | undefined;
  /** Condition on `tone`. */
  tone?: StringFilter | null | undefined;
  /** Condition on `topic`. */
  topic?: StringFilter | null | undefined;
  /** Condition on `updatedAt`. */
  updatedAt?: DateTimeFilter | null | undefined;
  /** Condition on `visibility`. */
  visibility?: VisibilityFilter | null | undefined;
};

/** One criterion by which quotes are ordered. */
export type QuoteOrder = {
  /** Which end comes first. */
  direction?: OrderDirection;
  /** What to compare. */
  field: QuoteOrderField;
};

/** What quotes can be ordered by. */
export type QuoteOrderField =
  /** By `author`. */
  | 'AUTHOR'
  /** By `createdAt`. */
  | 'CREATED_AT'
  /** By `updatedAt`. */
  | 'UPDATED_AT';

/** Where a quote came from. */
export type QuoteSource =
  /** A provider wrote it; `generation` says which and how. */
  | 'AI_GENERATED'
  /** A person entered it. */
  | 'USER';

/** Conditions on a value of the type QuoteSource; all given ones must hold. */
export type QuoteSourceFilter = {
  /** Is this value. */
  eq?: QuoteSource | null | undefined;
  /** Is one of these values, at most 1,000. */
  in?: Array<QuoteSource> | null | undefined;
  /** True: has no value. False: has one. */
  isNull?: boolean | null | undefined;
  /** Is not this value; rows without a value count. */
  ne?: QuoteSource | null | undefined;
  /** Is none of these values, at most 1,000; rows without a value count. */
  notIn?: Array<QuoteSource> | null | undefined;
};

/** What a member may do in a workspace; each role may all that the ones below it may. */
export type Role =
  /** People, keys and settings. */
  | 'ADMIN'
  /** Make and change things. */
  | 'EDITOR'
  /** Everything, the workspace itself included. */
  | 'OWNER'
  /** Look. */
  | 'VIEWER';

/** Conditions on a value of the type Role; all given ones must hold. */
export type RoleFilter = {
  /** Is this value. */
  eq?: Role | null | undefined;
  /** Is one of these values, at most 1,000. */
  in?: Array<Role> | null | undefined;
  /** True: has no value. False: has one. */
  isNull?: boolean | null | undefined;
  /** Is not this value; rows without a value count. */
  ne?: Role | null | undefined;
  /** Is none of these values, at most 1,000; rows without a value count. */
  notIn?: Array<Role> | null | undefined;
};

/** Conditions on a value of the type SafeInt; all given ones must hold. */
export type SafeIntFilter = {
  /** Is this value. */
  eq?: number | null | undefined;
  /** Is greater, later or further down the alphabet. */
  gt?: number | null | undefined;
  /** Is this value or greater. */
  gte?: number | null | undefined;
  /** Is one of these values, at most 1,000. */
  in?: Array<number> | null | undefined;
  /** True: has no value. False: has one. */
  isNull?: boolean | null | undefined;
  /** Is less, earlier or further up the alphabet. */
  lt?: number | null | undefined;
  /** Is this value or less. */
  lte?: number | null | undefined;
  /** Is not this value; rows without a value count. */
  ne?: number | null | undefined;
  /** Is none of these values, at most 1,000; rows without a value count. */
  notIn?: Array<number> | null | undefined;
};

/** Who signs in. */
export type SignInInput = {
  /** Code of the second factor, where the account has one: 6 digits of the app, or a recovery code. Once the password is right, an error with `secondFactor` asks for it. */
  code?: string | null | undefined;
  /** E-mail address of the account. */
  email: string;
  /** Its password. */
  password: string;
};

/** A new account. */
export type SignUpInput = {
  /** E-mail address, at most 255 characters; the case does not matter. */
  email: string;
  /** 8 to 256 characters; not one that everybody guesses first, nor one made of your name or address. */
  password: string;
  /** Unique, 1 to 100 characters; follows from the part of the address before @ when left out. */
  username?: string | null | undefined;
};

/** Conditions on a value of the type String; all given ones must hold. */
export type StringFilter = {
  /** Has this text in it, whatever the case. */
  contains?: string | null | undefined;
  /** Is this value. */
  eq?: string | null | undefined;
  /** Is greater, later or further down the alphabet. */
  gt?: string | null | undefined;
  /** Is this value or greater. */
  gte?: string | null | undefined;
  /** Is one of these values, at most 1,000. */
  in?: Array<string> | null | undefined;
  /** True: has no value. False: has one. */
  isNull?: boolean | null | undefined;
  /** Is less, earlier or further up the alphabet. */
  lt?: string | null | undefined;
  /** Is this value or less. */
  lte?: string | null | undefined;
  /** Is not this value; rows without a value count. */
  ne?: string | null | undefined;
  /** Is none of these values, at most 1,000; rows without a value count. */
  notIn?: Array<string> | null | undefined;
  /** Begins with this text, whatever the case. */
  startsWith?: string | null | undefined;
};

/** Conditions on a list of texts; all given ones must hold. */
export type StringListFilter = {
  /** Has this text as one of its items. */
  has?: string | null | undefined;
  /** Has all of these, at most 1,000. */
  hasAll?: Array<string> | null | undefined;
  /** Has at least one of these, at most 1,000. */
  hasAny?: Array<string> | null | undefined;
  /** True: has no items. False: has some. */
  isEmpty?: boolean | null | undefined;
};

/** What to change; what is left out stays. */
export type UpdateQuoteInput = {
  /** Who said or wrote it, 1 to 255 characters. */
  author?: string | null | undefined;
  /** Words under which it is filed: at most 20 of 1 to 50 characters each; stored in lower case. */
  tags?: Array<string> | null | undefined;
  /** The quote itself, 1 to 2,000 characters. */
  text?: string | null | undefined;
  /** What it is about, 1 to 200 characters; null takes it away. */
  topic?: string | null | undefined;
  /** Who sees it from now on, with its generation, its job and what was told of them: for who made it, and for those who manage it. */
  visibility?: Visibility | null | undefined;
};

/** What to change of a workspace; what is left out stays. */
export type UpdateWorkspaceInput = {
  /** Name for people, 1 to 100 characters on one line. */
  name?: string | null | undefined;
};

/** Which rows of the type User; all given conditions must hold. */
export type UserFilter = {
  /** All of these hold. */
  and?: Array<UserFilter> | null | undefined;
  /** Condition on `id`. */
  id?: IdFilter | null | undefined;
  /** This does not hold. */
  not?: UserFilter | null | undefined;
  /** At least one of these holds. */
  or?: Array<UserFilter> | null | undefined;
  /** Condition on `username`. */
  username?: StringFilter | null | undefined;
};

/** Who sees a thing that a person owns. */
export type Visibility =
  /** Whoever made it, and those whom `grantAccess` has given a level. No role sees more. */
  | 'PRIVATE'
  /** All members of its workspace. */
  | 'WORKSPACE';

/** Conditions on a value of the type Visibility; all given ones must hold. */
export type VisibilityFilter = {
  /** Is this value. */
  eq?: Visibility | null | undefined;
  /** Is one of these values, at most 1,000. */
  in?: Array<Visibility> | null | undefined;
  /** True: has no value. False: has one. */
  isNull?: boolean | null | undefined;
  /** Is not this value; rows without a value count. */
  ne?: Visibility | null | undefined;
  /** Is none of these values, at most 1,000; rows without a value count. */
  notIn?: Array<Visibility> | null | undefined;
};

export type TokensFragment = { accessToken: string, accessTokenExpiresAt: string, refreshToken: string, user: { id: string, email: string, username: string } };

export type SignUpMutationVariables = Exact<{
  input: SignUpInput;
}>;


export type SignUpMutation = { signUp: { accessToken: string, accessTokenExpiresAt: string, refreshToken: string, user: { id: string, email: string, username: string } } };

export type SignInMutationVariables = Exact<{
  input: SignInInput;
}>;


export type SignInMutation = { signIn: { accessToken: string, accessTokenExpiresAt: string, refreshToken: string, user: { id: string, email: string, username: string } } };

export type RefreshSessionMutationVariables = Exact<{
  refreshToken: string;
}>;


export type RefreshSessionMutation = { refreshSession: { accessToken: string, accessTokenExpiresAt: string, refreshToken: string, user: { id: string, email: string, username: string } } };

export type SignOutMutationVariables = Exact<{ [key: string]: never; }>;


export type SignOutMutation = { signOut: { id: string } };

export type RevokeSessionMutationVariables = Exact<{
  id: string | number;
}>;


export type RevokeSessionMutation = { revokeSession: { id: string } };

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { me: { id: string, email: string, username: string, isOperator: boolean | null, isActive: boolean, isVerified: boolean, createdAt: string } };

export type SessionsQueryVariables = Exact<{ [key: string]: never; }>;


export type SessionsQuery = { sessions: Array<{ id: string, userAgent: string | null, createdAt: string, refreshedAt: string }> };

export type WorkspaceQueryVariables = Exact<{ [key: string]: never; }>;


export type WorkspaceQuery = { workspace: { id: string, name: string } };

export type KeyFieldsFragment = { id: string, name: string, prefix: string, scopes: Array<string>, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null, overlapEndsAt: string | null, createdAt: string };

export type CreateApiKeyMutationVariables = Exact<{
  input: CreateApiKeyInput;
}>;


export type CreateApiKeyMutation = { createApiKey: { secret: string, apiKey: { id: string, name: string, prefix: string, scopes: Array<string>, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null, overlapEndsAt: string | null, createdAt: string } } };

export type RotateApiKeyMutationVariables = Exact<{
  id: string | number;
  overlap?: string;
}>;


export type RotateApiKeyMutation = { rotateApiKey: { secret: string, apiKey: { id: string, name: string, prefix: string, scopes: Array<string>, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null, overlapEndsAt: string | null, createdAt: string } } };

export type RevokeApiKeyMutationVariables = Exact<{
  id: string | number;
}>;


export type RevokeApiKeyMutation = { revokeApiKey: { id: string, name: string, prefix: string, scopes: Array<string>, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null, overlapEndsAt: string | null, createdAt: string } };

export type ApiKeysQueryVariables = Exact<{
  filter?: ApiKeyFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ApiKeysQuery = { apiKeys: { nodes: Array<{ id: string, name: string, prefix: string, scopes: Array<string>, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null, overlapEndsAt: string | null, createdAt: string, createdBy: { id: string, username: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type JobFieldsFragment = { id: string, kind: string, status: JobStatus, progress: number, attempts: number, createdAt: string, startedAt: string | null, finishedAt: string | null, cancelRequestedAt: string | null, error: { code: string, message: string } | null, result:
    | { __typename: 'DataExport' }
    | { __typename: 'Generation', id: string, text: string, isComplete: boolean }
    | { __typename: 'GenerationBatch' }
    | { __typename: 'Quote', id: string, text: string }
    | { __typename: 'Replay' }
    | { __typename: 'Report' }
    | { __typename: 'Transcript', id: string, text: string }
    | { __typename: 'Upload' }
   | null };

export type JobQueryVariables = Exact<{
  id: string | number;
}>;


export type JobQuery = { job: { id: string, kind: string, status: JobStatus, progress: number, attempts: number, createdAt: string, startedAt: string | null, finishedAt: string | null, cancelRequestedAt: string | null, error: { code: string, message: string } | null, result:
      | { __typename: 'DataExport' }
      | { __typename: 'Generation', id: string, text: string, isComplete: boolean }
      | { __typename: 'GenerationBatch' }
      | { __typename: 'Quote', id: string, text: string }
      | { __typename: 'Replay' }
      | { __typename: 'Report' }
      | { __typename: 'Transcript', id: string, text: string }
      | { __typename: 'Upload' }
     | null } | null };

export type JobsQueryVariables = Exact<{
  filter?: JobFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type JobsQuery = { jobs: { totalCount: number, nodes: Array<{ id: string, kind: string, status: JobStatus, progress: number, attempts: number, createdAt: string, startedAt: string | null, finishedAt: string | null, cancelRequestedAt: string | null, error: { code: string, message: string } | null, result:
        | { __typename: 'DataExport' }
        | { __typename: 'Generation', id: string, text: string, isComplete: boolean }
        | { __typename: 'GenerationBatch' }
        | { __typename: 'Quote', id: string, text: string }
        | { __typename: 'Replay' }
        | { __typename: 'Report' }
        | { __typename: 'Transcript', id: string, text: string }
        | { __typename: 'Upload' }
       | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type JobCountsQueryVariables = Exact<{ [key: string]: never; }>;


export type JobCountsQuery = { jobCounts: Array<{ status: JobStatus, count: number }> };

export type CancelJobMutationVariables = Exact<{
  id: string | number;
}>;


export type CancelJobMutation = { cancelJob: { id: string, kind: string, status: JobStatus, progress: number, attempts: number, createdAt: string, startedAt: string | null, finishedAt: string | null, cancelRequestedAt: string | null, error: { code: string, message: string } | null, result:
      | { __typename: 'DataExport' }
      | { __typename: 'Generation', id: string, text: string, isComplete: boolean }
      | { __typename: 'GenerationBatch' }
      | { __typename: 'Quote', id: string, text: string }
      | { __typename: 'Replay' }
      | { __typename: 'Report' }
      | { __typename: 'Transcript', id: string, text: string }
      | { __typename: 'Upload' }
     | null } };

export type RetryJobMutationVariables = Exact<{
  id: string | number;
}>;


export type RetryJobMutation = { retryJob: { id: string, kind: string, status: JobStatus, progress: number, attempts: number, createdAt: string, startedAt: string | null, finishedAt: string | null, cancelRequestedAt: string | null, error: { code: string, message: string } | null, result:
      | { __typename: 'DataExport' }
      | { __typename: 'Generation', id: string, text: string, isComplete: boolean }
      | { __typename: 'GenerationBatch' }
      | { __typename: 'Quote', id: string, text: string }
      | { __typename: 'Replay' }
      | { __typename: 'Report' }
      | { __typename: 'Transcript', id: string, text: string }
      | { __typename: 'Upload' }
     | null } };

export type JobEventsSubscriptionVariables = Exact<{
  jobId: string | number;
  after?: string | null | undefined;
}>;


export type JobEventsSubscription = { jobEvents:
    | { __typename: 'AttemptFailed', cursor: string, attempt: number, retryAt: string, error: { code: string, message: string } }
    | { __typename: 'JobEnded', cursor: string, job: { id: string, kind: string, status: JobStatus, progress: number, attempts: number, createdAt: string, startedAt: string | null, finishedAt: string | null, cancelRequestedAt: string | null, error: { code: string, message: string } | null, result:
          | { __typename: 'DataExport' }
          | { __typename: 'Generation', id: string, text: string, isComplete: boolean }
          | { __typename: 'GenerationBatch' }
          | { __typename: 'Quote', id: string, text: string }
          | { __typename: 'Replay' }
          | { __typename: 'Report' }
          | { __typename: 'Transcript', id: string, text: string }
          | { __typename: 'Upload' }
         | null } }
    | { __typename: 'JobProgressed', cursor: string, progress: number }
    | { __typename: 'JobStarted', cursor: string, attempt: number }
    | { __typename: 'StepFinished', cursor: string, step: string }
    | { __typename: 'TextChunk', cursor: string, attempt: number, text: string }
   };

export type QuoteFieldsFragment = { id: string, text: string, author: string, source: QuoteSource, topic: string | null, tone: string | null, audience: string | null, aiModel: string | null, emotionalTone: string | null, sentimentScore: number | null, qualityScore: number | null, psychologicalProfile: Record<string, unknown> | null, analyzedBy: string | null, tags: Array<string>, isFavourite: boolean, createdAt: string, updatedAt: string };

export type GenerateQuoteMutationVariables = Exact<{
  input: GenerateQuoteInput;
}>;


export type GenerateQuoteMutation = { generateQuote: { id: string, status: JobStatus } };

export type AnalyzeQuoteMutationVariables = Exact<{
  input: AnalyzeQuoteInput;
}>;


export type AnalyzeQuoteMutation = { analyzeQuote: { id: string, status: JobStatus } };

export type CreateQuoteMutationVariables = Exact<{
  input: CreateQuoteInput;
}>;


export type CreateQuoteMutation = { createQuote: { id: string, text: string, author: string, source: QuoteSource, topic: string | null, tone: string | null, audience: string | null, aiModel: string | null, emotionalTone: string | null, sentimentScore: number | null, qualityScore: number | null, psychologicalProfile: Record<string, unknown> | null, analyzedBy: string | null, tags: Array<string>, isFavourite: boolean, createdAt: string, updatedAt: string } };

export type UpdateQuoteMutationVariables = Exact<{
  id: string | number;
  input: UpdateQuoteInput;
}>;


export type UpdateQuoteMutation = { updateQuote: { id: string, text: string, author: string, source: QuoteSource, topic: string | null, tone: string | null, audience: string | null, aiModel: string | null, emotionalTone: string | null, sentimentScore: number | null, qualityScore: number | null, psychologicalProfile: Record<string, unknown> | null, analyzedBy: string | null, tags: Array<string>, isFavourite: boolean, createdAt: string, updatedAt: string } };

export type DeleteQuoteMutationVariables = Exact<{
  id: string | number;
}>;


export type DeleteQuoteMutation = { deleteQuote: { id: string, text: string, author: string, source: QuoteSource, topic: string | null, tone: string | null, audience: string | null, aiModel: string | null, emotionalTone: string | null, sentimentScore: number | null, qualityScore: number | null, psychologicalProfile: Record<string, unknown> | null, analyzedBy: string | null, tags: Array<string>, isFavourite: boolean, createdAt: string, updatedAt: string } };

export type FavouriteQuoteMutationVariables = Exact<{
  id: string | number;
}>;


export type FavouriteQuoteMutation = { favouriteQuote: { id: string, text: string, author: string, source: QuoteSource, topic: string | null, tone: string | null, audience: string | null, aiModel: string | null, emotionalTone: string | null, sentimentScore: number | null, qualityScore: number | null, psychologicalProfile: Record<string, unknown> | null, analyzedBy: string | null, tags: Array<string>, isFavourite: boolean, createdAt: string, updatedAt: string } };

export type UnfavouriteQuoteMutationVariables = Exact<{
  id: string | number;
}>;


export type UnfavouriteQuoteMutation = { unfavouriteQuote: { id: string, text: string, author: string, source: QuoteSource, topic: string | null, tone: string | null, audience: string | null, aiModel: string | null, emotionalTone: string | null, sentimentScore: number | null, qualityScore: number | null, psychologicalProfile: Record<string, unknown> | null, analyzedBy: string | null, tags: Array<string>, isFavourite: boolean, createdAt: string, updatedAt: string } };

export type QuoteQueryVariables = Exact<{
  id: string | number;
}>;


export type QuoteQuery = { quote: { id: string, text: string, author: string, source: QuoteSource, topic: string | null, tone: string | null, audience: string | null, aiModel: string | null, emotionalTone: string | null, sentimentScore: number | null, qualityScore: number | null, psychologicalProfile: Record<string, unknown> | null, analyzedBy: string | null, tags: Array<string>, isFavourite: boolean, createdAt: string, updatedAt: string, createdBy: { id: string, username: string } | null, generation: { id: string, provider: string | null, model: string | null, text: string, isComplete: boolean, inputTokens: number | null, outputTokens: number | null, costMicros: number | null, firstTokenMs: number | null, durationMs: number | null } | null } | null };

export type QuotesQueryVariables = Exact<{
  filter?: QuoteFilter | null | undefined;
  orderBy?: Array<QuoteOrder> | QuoteOrder | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type QuotesQuery = { quotes: { totalCount: number, edges: Array<{ cursor: string, node: { id: string, text: string, author: string, source: QuoteSource, topic: string | null, tone: string | null, audience: string | null, aiModel: string | null, emotionalTone: string | null, sentimentScore: number | null, qualityScore: number | null, psychologicalProfile: Record<string, unknown> | null, analyzedBy: string | null, tags: Array<string>, isFavourite: boolean, createdAt: string, updatedAt: string } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type ResourceUsageSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type ResourceUsageSubscription = { resourceUsage: { cursor: string, twinId: string, host: string, at: string, cpu: { share: number, busiestCoreShare: number | null, cores: number, load1: number | null }, memory: { total: number, used: number, available: number } | null, disks: Array<{ mount: string, total: number, used: number, readPerSecond: number | null, writePerSecond: number | null }>, network: Array<{ interface: string, rxPerSecond: number, txPerSecond: number }>, gpus: Array<{ model: string, share: number, memoryUsed: number | null, memoryTotal: number | null }> | null, processes: Array<{ twinId: string, role: string, pid: number | null, cpuShare: number | null, residentBytes: number, heapUsedBytes: number, eventLoopLagP99Seconds: number | null, operationsPerSecond: number | null, openSockets: number }> } };

export type SystemMetricsQueryVariables = Exact<{ [key: string]: never; }>;


export type SystemMetricsQuery = { systemMetrics: { httpRequests: number, operationsPerSecond: number, process: { startedAt: string, residentBytes: number, heapUsedBytes: number, cpuSeconds: number, eventLoopLagP99Seconds: number, websockets: number, eventStreams: number, subscriptions: number }, operations: Array<{ type: string, field: string, count: number, failed: number, p50Seconds: number | null, p95Seconds: number | null }>, errors: Array<{ code: string, count: number }>, sql: { statements: number, failed: number, slow: number, p50Seconds: number | null, p95Seconds: number | null }, pool: { isUp: boolean, size: number, active: number, idle: number, waiting: number }, cache: { hits: number, misses: number, ratio: number | null }, queues: Array<{ lane: string, queued: number, running: number, oldestQueuedSeconds: number }>, jobAttempts: Array<{ kind: string, outcome: string, count: number }>, ai: Array<{ provider: string, model: string, requests: number, failed: number, inputTokens: number, outputTokens: number, costMicros: number, p50Seconds: number | null, p95Seconds: number | null }>, telemetry: { accepted: number, duplicates: number, conflicts: number }, disk: { total: number, available: number } | null, entities: Array<{ type: string, count: number }> } };

export type EventsQueryVariables = Exact<{
  after?: string | null | undefined;
  first?: number | null | undefined;
}>;


export type EventsQuery = { events: Array<{ id: string, cursor: string, kind: string, subjectId: string, data: Record<string, unknown> }> };

export type FollowEventsSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type FollowEventsSubscription = { events: { id: string, cursor: string, kind: string, subjectId: string, data: Record<string, unknown> } };

export type EnginesQueryVariables = Exact<{ [key: string]: never; }>;


export type EnginesQuery = { engines: Array<{ part: string, engine: string, setting: string, configured: boolean }> };

export type ProviderFieldsFragment = { name: string, isOffline: boolean, isDefault: boolean, models: Array<string>, embeddingModels: Array<string>, circuitState: CircuitState, cursor: string, circuit: { failures: number, openedAt: string | null, retryAt: string | null } | null, health: { state: HealthState, latency: number | null, checkedAt: string | null, since: string | null, fault: ProviderOutcome | null } | null };

export type ProvidersQueryVariables = Exact<{ [key: string]: never; }>;


export type ProvidersQuery = { providers: Array<{ name: string, isOffline: boolean, isDefault: boolean, models: Array<string>, embeddingModels: Array<string>, circuitState: CircuitState, cursor: string, circuit: { failures: number, openedAt: string | null, retryAt: string | null } | null, health: { state: HealthState, latency: number | null, checkedAt: string | null, since: string | null, fault: ProviderOutcome | null } | null }> };

export type ProviderQueryVariables = Exact<{
  name: string;
}>;


export type ProviderQuery = { provider: { name: string, isOffline: boolean, isDefault: boolean, models: Array<string>, embeddingModels: Array<string>, circuitState: CircuitState, cursor: string, circuit: { failures: number, openedAt: string | null, retryAt: string | null } | null, health: { state: HealthState, latency: number | null, checkedAt: string | null, since: string | null, fault: ProviderOutcome | null } | null } | null };

export type ProviderHealthSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type ProviderHealthSubscription = { providerHealth: { name: string, isOffline: boolean, isDefault: boolean, models: Array<string>, embeddingModels: Array<string>, circuitState: CircuitState, cursor: string, circuit: { failures: number, openedAt: string | null, retryAt: string | null } | null, health: { state: HealthState, latency: number | null, checkedAt: string | null, since: string | null, fault: ProviderOutcome | null } | null } };

export type ResetCircuitMutationVariables = Exact<{
  provider: string;
}>;


export type ResetCircuitMutation = { resetCircuit: { name: string, isOffline: boolean, isDefault: boolean, models: Array<string>, embeddingModels: Array<string>, circuitState: CircuitState, cursor: string, circuit: { failures: number, openedAt: string | null, retryAt: string | null } | null, health: { state: HealthState, latency: number | null, checkedAt: string | null, since: string | null, fault: ProviderOutcome | null } | null } };

export type NodeQueryVariables = Exact<{
  id: string | number;
}>;


export type NodeQuery = { node:
    | { __typename: 'AccessGrant', id: string }
    | { __typename: 'ApiKey', id: string }
    | { __typename: 'AuditCheckpoint', id: string }
    | { __typename: 'AuditEntry', id: string }
    | { __typename: 'Budget', id: string }
    | { __typename: 'Dashboard', id: string }
    | { __typename: 'DataExport', id: string }
    | { __typename: 'DataKey', id: string }
    | { __typename: 'Event', id: string }
    | { __typename: 'Generation', id: string }
    | { __typename: 'GenerationBatch', id: string }
    | { __typename: 'Invitation', id: string }
    | { __typename: 'Job', id: string }
    | { __typename: 'LinkedIdentity', id: string }
    | { __typename: 'Membership', id: string }
    | { __typename: 'Metric', id: string }
    | { __typename: 'Passkey', id: string }
    | { __typename: 'Prompt', id: string }
    | { __typename: 'PromptLabel', id: string }
    | { __typename: 'PromptVersion', id: string }
    | { __typename: 'ProviderCall', id: string }
    | { __typename: 'Quote', id: string }
    | { __typename: 'QuoteFavourite', id: string }
    | { __typename: 'Replay', id: string }
    | { __typename: 'ReplayPair', id: string }
    | { __typename: 'Report', id: string }
    | { __typename: 'Session', id: string }
    | { __typename: 'SigningKey', id: string }
    | { __typename: 'StoredFile', id: string }
    | { __typename: 'Transcript', id: string }
    | { __typename: 'TranscriptChunk', id: string }
    | { __typename: 'TranscriptSegment', id: string }
    | { __typename: 'Twin', id: string }
    | { __typename: 'TwinLink', id: string }
    | { __typename: 'Upload', id: string }
    | { __typename: 'User', id: string }
    | { __typename: 'VoiceQuote', id: string }
    | { __typename: 'VoiceRecording', id: string }
    | { __typename: 'Workspace', id: string }
   | null };

export type CacheStatsQueryVariables = Exact<{ [key: string]: never; }>;


export type CacheStatsQuery = { cacheStats: { hits: number, misses: number, bypasses: number, ratio: number | null, levels: Array<{ level: CacheLevelName, state: CacheLevelState, hits: number, misses: number, bypasses: number, ratio: number | null, entries: number | null, bytes: number | null, evictions: number }> } };

export type ClearCacheMutationVariables = Exact<{ [key: string]: never; }>;


export type ClearCacheMutation = { clearCache: { hits: number, misses: number, bypasses: number } };

export type MemberFieldsFragment = { id: string, role: Role, createdAt: string, user: { id: string, username: string, email: string } | null };

export type InvitationFieldsFragment = { id: string, email: string, role: Role, sentAt: string, expiresAt: string, acceptedAt: string | null, revokedAt: string | null };

export type WorkspacesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type WorkspacesQuery = { workspaces: { totalCount: number, nodes: Array<{ id: string, name: string, role: Role | null, createdAt: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CreateWorkspaceMutationVariables = Exact<{
  input: CreateWorkspaceInput;
}>;


export type CreateWorkspaceMutation = { createWorkspace: { id: string, name: string, role: Role | null } };

export type UpdateWorkspaceMutationVariables = Exact<{
  input: UpdateWorkspaceInput;
}>;


export type UpdateWorkspaceMutation = { updateWorkspace: { id: string, name: string } };

export type MembersQueryVariables = Exact<{
  filter?: MembershipFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type MembersQuery = { members: { totalCount: number, nodes: Array<{ id: string, role: Role, createdAt: string, user: { id: string, username: string, email: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type AssignRoleMutationVariables = Exact<{
  userId: string | number;
  role: Role;
}>;


export type AssignRoleMutation = { assignRole: { id: string, role: Role, createdAt: string, user: { id: string, username: string, email: string } | null } };

export type RemoveMemberMutationVariables = Exact<{
  userId: string | number;
}>;


export type RemoveMemberMutation = { removeMember: { id: string, role: Role } };

export type LeaveWorkspaceMutationVariables = Exact<{ [key: string]: never; }>;


export type LeaveWorkspaceMutation = { leaveWorkspace: { id: string, role: Role } };

export type InvitationsQueryVariables = Exact<{
  filter?: InvitationFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type InvitationsQuery = { invitations: { totalCount: number, nodes: Array<{ id: string, email: string, role: Role, sentAt: string, expiresAt: string, acceptedAt: string | null, revokedAt: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type InviteMemberMutationVariables = Exact<{
  input: InviteMemberInput;
}>;


export type InviteMemberMutation = { inviteMember: { id: string, email: string, role: Role, sentAt: string, expiresAt: string, acceptedAt: string | null, revokedAt: string | null } };

export type RevokeInvitationMutationVariables = Exact<{
  id: string | number;
}>;


export type RevokeInvitationMutation = { revokeInvitation: { id: string, email: string, role: Role, sentAt: string, expiresAt: string, acceptedAt: string | null, revokedAt: string | null } };

export type AcceptInvitationMutationVariables = Exact<{
  token: string;
}>;


export type AcceptInvitationMutation = { acceptInvitation: { id: string, role: Role, workspace: { id: string, name: string } | null } };

export type DeleteWorkspaceMutationVariables = Exact<{
  name: string;
}>;


export type DeleteWorkspaceMutation = { deleteWorkspace: { id: string, name: string } };

export const TokensFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Tokens"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TokenPair"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accessToken"}},{"kind":"Field","name":{"kind":"Name","value":"accessTokenExpiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"refreshToken"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"username"}}]}}]}}]} as unknown as DocumentNode;
export const KeyFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"KeyFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ApiKey"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"prefix"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"overlapEndsAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]} as unknown as DocumentNode;
export const JobFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"cancelRequestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Quote"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Generation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"isComplete"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Transcript"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}}]}}]}}]} as unknown as DocumentNode;
export const QuoteFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"QuoteFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Quote"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"author"}},{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"topic"}},{"kind":"Field","name":{"kind":"Name","value":"tone"}},{"kind":"Field","name":{"kind":"Name","value":"audience"}},{"kind":"Field","name":{"kind":"Name","value":"aiModel"}},{"kind":"Field","name":{"kind":"Name","value":"emotionalTone"}},{"kind":"Field","name":{"kind":"Name","value":"sentimentScore"}},{"kind":"Field","name":{"kind":"Name","value":"qualityScore"}},{"kind":"Field","name":{"kind":"Name","value":"psychologicalProfile"}},{"kind":"Field","name":{"kind":"Name","value":"analyzedBy"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}},{"kind":"Field","name":{"kind":"Name","value":"isFavourite"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}}]}}]} as unknown as DocumentNode;
export const ProviderFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProviderFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ProviderStatus"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"isOffline"}},{"kind":"Field","name":{"kind":"Name","value":"isDefault"}},{"kind":"Field","name":{"kind":"Name","value":"models"}},{"kind":"Field","name":{"kind":"Name","value":"embeddingModels"}},{"kind":"Field","name":{"kind":"Name","value":"circuitState"}},{"kind":"Field","name":{"kind":"Name","value":"circuit"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"failures"}},{"kind":"Field","name":{"kind":"Name","value":"openedAt"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"health"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"latency"}},{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"fault"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}}]}}]} as unknown as DocumentNode;
export const MemberFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MemberFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Membership"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}}]}}]} as unknown as DocumentNode;
export const InvitationFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvitationFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Invitation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"sentAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"acceptedAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}}]}}]} as unknown as DocumentNode;
export const SignUpDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SignUp"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SignUpInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"signUp"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Tokens"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Tokens"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TokenPair"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accessToken"}},{"kind":"Field","name":{"kind":"Name","value":"accessTokenExpiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"refreshToken"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"username"}}]}}]}}]} as unknown as DocumentNode;
export const SignInDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SignIn"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SignInInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"signIn"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Tokens"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Tokens"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TokenPair"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accessToken"}},{"kind":"Field","name":{"kind":"Name","value":"accessTokenExpiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"refreshToken"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"username"}}]}}]}}]} as unknown as DocumentNode;
export const RefreshSessionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RefreshSession"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"refreshToken"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"refreshSession"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"refreshToken"},"value":{"kind":"Variable","name":{"kind":"Name","value":"refreshToken"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Tokens"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Tokens"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TokenPair"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accessToken"}},{"kind":"Field","name":{"kind":"Name","value":"accessTokenExpiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"refreshToken"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"username"}}]}}]}}]} as unknown as DocumentNode;
export const SignOutDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SignOut"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"signOut"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]} as unknown as DocumentNode;
export const RevokeSessionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RevokeSession"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revokeSession"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]} as unknown as DocumentNode;
export const MeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Me"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"me"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"isOperator"}},{"kind":"Field","name":{"kind":"Name","value":"isActive"}},{"kind":"Field","name":{"kind":"Name","value":"isVerified"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]}}]} as unknown as DocumentNode;
export const SessionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Sessions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sessions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"userAgent"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"refreshedAt"}}]}}]}}]} as unknown as DocumentNode;
export const WorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Workspace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode;
export const CreateApiKeyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateApiKey"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateApiKeyInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createApiKey"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"secret"}},{"kind":"Field","name":{"kind":"Name","value":"apiKey"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"KeyFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"KeyFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ApiKey"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"prefix"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"overlapEndsAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]} as unknown as DocumentNode;
export const RotateApiKeyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RotateApiKey"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"overlap"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Duration"}}},"defaultValue":{"kind":"StringValue","value":"P1D","block":false}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rotateApiKey"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"overlap"},"value":{"kind":"Variable","name":{"kind":"Name","value":"overlap"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"secret"}},{"kind":"Field","name":{"kind":"Name","value":"apiKey"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"KeyFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"KeyFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ApiKey"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"prefix"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"overlapEndsAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]} as unknown as DocumentNode;
export const RevokeApiKeyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RevokeApiKey"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revokeApiKey"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"KeyFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"KeyFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ApiKey"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"prefix"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"overlapEndsAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]} as unknown as DocumentNode;
export const ApiKeysDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ApiKeys"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ApiKeyFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"apiKeys"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"KeyFields"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"username"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"KeyFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ApiKey"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"prefix"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"overlapEndsAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]} as unknown as DocumentNode;
export const JobDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Job"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"job"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"JobFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"cancelRequestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Quote"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Generation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"isComplete"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Transcript"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}}]}}]}}]} as unknown as DocumentNode;
export const JobsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Jobs"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"JobFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"JobFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"cancelRequestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Quote"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Generation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"isComplete"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Transcript"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}}]}}]}}]} as unknown as DocumentNode;
export const JobCountsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"JobCounts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobCounts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}}]}}]} as unknown as DocumentNode;
export const CancelJobDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelJob"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"JobFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"cancelRequestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Quote"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Generation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"isComplete"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Transcript"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}}]}}]}}]} as unknown as DocumentNode;
export const RetryJobDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RetryJob"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"retryJob"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"JobFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"cancelRequestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Quote"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Generation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"isComplete"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Transcript"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}}]}}]}}]} as unknown as DocumentNode;
export const JobEventsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"JobEvents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"jobId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"jobEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"jobId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"jobId"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"JobStarted"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"JobProgressed"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TextChunk"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"StepFinished"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"step"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"AttemptFailed"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"attempt"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"JobEnded"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"job"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"JobFields"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"JobFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Job"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"cancelRequestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Quote"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Generation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"isComplete"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Transcript"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}}]}}]}}]} as unknown as DocumentNode;
export const GenerateQuoteDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"GenerateQuote"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"GenerateQuoteInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"generateQuote"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]} as unknown as DocumentNode;
export const AnalyzeQuoteDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AnalyzeQuote"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AnalyzeQuoteInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"analyzeQuote"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]} as unknown as DocumentNode;
export const CreateQuoteDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateQuote"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateQuoteInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createQuote"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"QuoteFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"QuoteFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Quote"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"author"}},{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"topic"}},{"kind":"Field","name":{"kind":"Name","value":"tone"}},{"kind":"Field","name":{"kind":"Name","value":"audience"}},{"kind":"Field","name":{"kind":"Name","value":"aiModel"}},{"kind":"Field","name":{"kind":"Name","value":"emotionalTone"}},{"kind":"Field","name":{"kind":"Name","value":"sentimentScore"}},{"kind":"Field","name":{"kind":"Name","value":"qualityScore"}},{"kind":"Field","name":{"kind":"Name","value":"psychologicalProfile"}},{"kind":"Field","name":{"kind":"Name","value":"analyzedBy"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}},{"kind":"Field","name":{"kind":"Name","value":"isFavourite"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}}]}}]} as unknown as DocumentNode;
export const UpdateQuoteDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateQuote"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateQuoteInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateQuote"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"QuoteFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"QuoteFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Quote"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"author"}},{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"topic"}},{"kind":"Field","name":{"kind":"Name","value":"tone"}},{"kind":"Field","name":{"kind":"Name","value":"audience"}},{"kind":"Field","name":{"kind":"Name","value":"aiModel"}},{"kind":"Field","name":{"kind":"Name","value":"emotionalTone"}},{"kind":"Field","name":{"kind":"Name","value":"sentimentScore"}},{"kind":"Field","name":{"kind":"Name","value":"qualityScore"}},{"kind":"Field","name":{"kind":"Name","value":"psychologicalProfile"}},{"kind":"Field","name":{"kind":"Name","value":"analyzedBy"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}},{"kind":"Field","name":{"kind":"Name","value":"isFavourite"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}}]}}]} as unknown as DocumentNode;
export const DeleteQuoteDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteQuote"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteQuote"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"QuoteFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"QuoteFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Quote"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"author"}},{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"topic"}},{"kind":"Field","name":{"kind":"Name","value":"tone"}},{"kind":"Field","name":{"kind":"Name","value":"audience"}},{"kind":"Field","name":{"kind":"Name","value":"aiModel"}},{"kind":"Field","name":{"kind":"Name","value":"emotionalTone"}},{"kind":"Field","name":{"kind":"Name","value":"sentimentScore"}},{"kind":"Field","name":{"kind":"Name","value":"qualityScore"}},{"kind":"Field","name":{"kind":"Name","value":"psychologicalProfile"}},{"kind":"Field","name":{"kind":"Name","value":"analyzedBy"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}},{"kind":"Field","name":{"kind":"Name","value":"isFavourite"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}}]}}]} as unknown as DocumentNode;
export const FavouriteQuoteDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"FavouriteQuote"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"favouriteQuote"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"QuoteFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"QuoteFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Quote"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"author"}},{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"topic"}},{"kind":"Field","name":{"kind":"Name","value":"tone"}},{"kind":"Field","name":{"kind":"Name","value":"audience"}},{"kind":"Field","name":{"kind":"Name","value":"aiModel"}},{"kind":"Field","name":{"kind":"Name","value":"emotionalTone"}},{"kind":"Field","name":{"kind":"Name","value":"sentimentScore"}},{"kind":"Field","name":{"kind":"Name","value":"qualityScore"}},{"kind":"Field","name":{"kind":"Name","value":"psychologicalProfile"}},{"kind":"Field","name":{"kind":"Name","value":"analyzedBy"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}},{"kind":"Field","name":{"kind":"Name","value":"isFavourite"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}}]}}]} as unknown as DocumentNode;
export const UnfavouriteQuoteDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UnfavouriteQuote"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unfavouriteQuote"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"QuoteFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"QuoteFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Quote"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"author"}},{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"topic"}},{"kind":"Field","name":{"kind":"Name","value":"tone"}},{"kind":"Field","name":{"kind":"Name","value":"audience"}},{"kind":"Field","name":{"kind":"Name","value":"aiModel"}},{"kind":"Field","name":{"kind":"Name","value":"emotionalTone"}},{"kind":"Field","name":{"kind":"Name","value":"sentimentScore"}},{"kind":"Field","name":{"kind":"Name","value":"qualityScore"}},{"kind":"Field","name":{"kind":"Name","value":"psychologicalProfile"}},{"kind":"Field","name":{"kind":"Name","value":"analyzedBy"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}},{"kind":"Field","name":{"kind":"Name","value":"isFavourite"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}}]}}]} as unknown as DocumentNode;
export const QuoteDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Quote"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quote"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"QuoteFields"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"username"}}]}},{"kind":"Field","name":{"kind":"Name","value":"generation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"isComplete"}},{"kind":"Field","name":{"kind":"Name","value":"inputTokens"}},{"kind":"Field","name":{"kind":"Name","value":"outputTokens"}},{"kind":"Field","name":{"kind":"Name","value":"costMicros"}},{"kind":"Field","name":{"kind":"Name","value":"firstTokenMs"}},{"kind":"Field","name":{"kind":"Name","value":"durationMs"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"QuoteFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Quote"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"author"}},{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"topic"}},{"kind":"Field","name":{"kind":"Name","value":"tone"}},{"kind":"Field","name":{"kind":"Name","value":"audience"}},{"kind":"Field","name":{"kind":"Name","value":"aiModel"}},{"kind":"Field","name":{"kind":"Name","value":"emotionalTone"}},{"kind":"Field","name":{"kind":"Name","value":"sentimentScore"}},{"kind":"Field","name":{"kind":"Name","value":"qualityScore"}},{"kind":"Field","name":{"kind":"Name","value":"psychologicalProfile"}},{"kind":"Field","name":{"kind":"Name","value":"analyzedBy"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}},{"kind":"Field","name":{"kind":"Name","value":"isFavourite"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}}]}}]} as unknown as DocumentNode;
export const QuotesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Quotes"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"QuoteFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"QuoteOrder"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"last"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"before"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quotes"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"last"},"value":{"kind":"Variable","name":{"kind":"Name","value":"last"}}},{"kind":"Argument","name":{"kind":"Name","value":"before"},"value":{"kind":"Variable","name":{"kind":"Name","value":"before"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"QuoteFields"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"QuoteFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Quote"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"author"}},{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"topic"}},{"kind":"Field","name":{"kind":"Name","value":"tone"}},{"kind":"Field","name":{"kind":"Name","value":"audience"}},{"kind":"Field","name":{"kind":"Name","value":"aiModel"}},{"kind":"Field","name":{"kind":"Name","value":"emotionalTone"}},{"kind":"Field","name":{"kind":"Name","value":"sentimentScore"}},{"kind":"Field","name":{"kind":"Name","value":"qualityScore"}},{"kind":"Field","name":{"kind":"Name","value":"psychologicalProfile"}},{"kind":"Field","name":{"kind":"Name","value":"analyzedBy"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}},{"kind":"Field","name":{"kind":"Name","value":"isFavourite"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}}]}}]} as unknown as DocumentNode;
export const ResourceUsageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"ResourceUsage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resourceUsage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"twinId"}},{"kind":"Field","name":{"kind":"Name","value":"host"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"cpu"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"share"}},{"kind":"Field","name":{"kind":"Name","value":"busiestCoreShare"}},{"kind":"Field","name":{"kind":"Name","value":"cores"}},{"kind":"Field","name":{"kind":"Name","value":"load1"}}]}},{"kind":"Field","name":{"kind":"Name","value":"memory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"used"}},{"kind":"Field","name":{"kind":"Name","value":"available"}}]}},{"kind":"Field","name":{"kind":"Name","value":"disks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mount"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"used"}},{"kind":"Field","name":{"kind":"Name","value":"readPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"writePerSecond"}}]}},{"kind":"Field","name":{"kind":"Name","value":"network"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interface"}},{"kind":"Field","name":{"kind":"Name","value":"rxPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"txPerSecond"}}]}},{"kind":"Field","name":{"kind":"Name","value":"gpus"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"share"}},{"kind":"Field","name":{"kind":"Name","value":"memoryUsed"}},{"kind":"Field","name":{"kind":"Name","value":"memoryTotal"}}]}},{"kind":"Field","name":{"kind":"Name","value":"processes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"twinId"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"pid"}},{"kind":"Field","name":{"kind":"Name","value":"cpuShare"}},{"kind":"Field","name":{"kind":"Name","value":"residentBytes"}},{"kind":"Field","name":{"kind":"Name","value":"heapUsedBytes"}},{"kind":"Field","name":{"kind":"Name","value":"eventLoopLagP99Seconds"}},{"kind":"Field","name":{"kind":"Name","value":"operationsPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"openSockets"}}]}}]}}]}}]} as unknown as DocumentNode;
export const SystemMetricsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"SystemMetrics"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"systemMetrics"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"process"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"residentBytes"}},{"kind":"Field","name":{"kind":"Name","value":"heapUsedBytes"}},{"kind":"Field","name":{"kind":"Name","value":"cpuSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"eventLoopLagP99Seconds"}},{"kind":"Field","name":{"kind":"Name","value":"websockets"}},{"kind":"Field","name":{"kind":"Name","value":"eventStreams"}},{"kind":"Field","name":{"kind":"Name","value":"subscriptions"}}]}},{"kind":"Field","name":{"kind":"Name","value":"httpRequests"}},{"kind":"Field","name":{"kind":"Name","value":"operationsPerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"operations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"p50Seconds"}},{"kind":"Field","name":{"kind":"Name","value":"p95Seconds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sql"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"statements"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"slow"}},{"kind":"Field","name":{"kind":"Name","value":"p50Seconds"}},{"kind":"Field","name":{"kind":"Name","value":"p95Seconds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pool"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"isUp"}},{"kind":"Field","name":{"kind":"Name","value":"size"}},{"kind":"Field","name":{"kind":"Name","value":"active"}},{"kind":"Field","name":{"kind":"Name","value":"idle"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cache"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hits"}},{"kind":"Field","name":{"kind":"Name","value":"misses"}},{"kind":"Field","name":{"kind":"Name","value":"ratio"}}]}},{"kind":"Field","name":{"kind":"Name","value":"queues"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lane"}},{"kind":"Field","name":{"kind":"Name","value":"queued"}},{"kind":"Field","name":{"kind":"Name","value":"running"}},{"kind":"Field","name":{"kind":"Name","value":"oldestQueuedSeconds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"jobAttempts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"ai"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"requests"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"inputTokens"}},{"kind":"Field","name":{"kind":"Name","value":"outputTokens"}},{"kind":"Field","name":{"kind":"Name","value":"costMicros"}},{"kind":"Field","name":{"kind":"Name","value":"p50Seconds"}},{"kind":"Field","name":{"kind":"Name","value":"p95Seconds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"telemetry"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accepted"}},{"kind":"Field","name":{"kind":"Name","value":"duplicates"}},{"kind":"Field","name":{"kind":"Name","value":"conflicts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"disk"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"available"}}]}},{"kind":"Field","name":{"kind":"Name","value":"entities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}}]}}]}}]} as unknown as DocumentNode;
export const EventsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Events"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"events"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"subjectId"}},{"kind":"Field","name":{"kind":"Name","value":"data"}}]}}]}}]} as unknown as DocumentNode;
export const FollowEventsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"FollowEvents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"events"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"subjectId"}},{"kind":"Field","name":{"kind":"Name","value":"data"}}]}}]}}]} as unknown as DocumentNode;
export const EnginesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Engines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"engines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"part"}},{"kind":"Field","name":{"kind":"Name","value":"engine"}},{"kind":"Field","name":{"kind":"Name","value":"setting"}},{"kind":"Field","name":{"kind":"Name","value":"configured"}}]}}]}}]} as unknown as DocumentNode;
export const ProvidersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Providers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"providers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ProviderFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProviderFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ProviderStatus"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"isOffline"}},{"kind":"Field","name":{"kind":"Name","value":"isDefault"}},{"kind":"Field","name":{"kind":"Name","value":"models"}},{"kind":"Field","name":{"kind":"Name","value":"embeddingModels"}},{"kind":"Field","name":{"kind":"Name","value":"circuitState"}},{"kind":"Field","name":{"kind":"Name","value":"circuit"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"failures"}},{"kind":"Field","name":{"kind":"Name","value":"openedAt"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"health"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"latency"}},{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"fault"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}}]}}]} as unknown as DocumentNode;
export const ProviderDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Provider"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ProviderFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProviderFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ProviderStatus"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"isOffline"}},{"kind":"Field","name":{"kind":"Name","value":"isDefault"}},{"kind":"Field","name":{"kind":"Name","value":"models"}},{"kind":"Field","name":{"kind":"Name","value":"embeddingModels"}},{"kind":"Field","name":{"kind":"Name","value":"circuitState"}},{"kind":"Field","name":{"kind":"Name","value":"circuit"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"failures"}},{"kind":"Field","name":{"kind":"Name","value":"openedAt"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"health"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"latency"}},{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"fault"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}}]}}]} as unknown as DocumentNode;
export const ProviderHealthDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"ProviderHealth"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"providerHealth"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ProviderFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProviderFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ProviderStatus"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"isOffline"}},{"kind":"Field","name":{"kind":"Name","value":"isDefault"}},{"kind":"Field","name":{"kind":"Name","value":"models"}},{"kind":"Field","name":{"kind":"Name","value":"embeddingModels"}},{"kind":"Field","name":{"kind":"Name","value":"circuitState"}},{"kind":"Field","name":{"kind":"Name","value":"circuit"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"failures"}},{"kind":"Field","name":{"kind":"Name","value":"openedAt"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"health"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"latency"}},{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"fault"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}}]}}]} as unknown as DocumentNode;
export const ResetCircuitDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ResetCircuit"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"provider"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resetCircuit"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"provider"},"value":{"kind":"Variable","name":{"kind":"Name","value":"provider"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ProviderFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ProviderFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ProviderStatus"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"isOffline"}},{"kind":"Field","name":{"kind":"Name","value":"isDefault"}},{"kind":"Field","name":{"kind":"Name","value":"models"}},{"kind":"Field","name":{"kind":"Name","value":"embeddingModels"}},{"kind":"Field","name":{"kind":"Name","value":"circuitState"}},{"kind":"Field","name":{"kind":"Name","value":"circuit"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"failures"}},{"kind":"Field","name":{"kind":"Name","value":"openedAt"}},{"kind":"Field","name":{"kind":"Name","value":"retryAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"health"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"latency"}},{"kind":"Field","name":{"kind":"Name","value":"checkedAt"}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"fault"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}}]}}]} as unknown as DocumentNode;
export const NodeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Node"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]} as unknown as DocumentNode;
export const CacheStatsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CacheStats"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cacheStats"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hits"}},{"kind":"Field","name":{"kind":"Name","value":"misses"}},{"kind":"Field","name":{"kind":"Name","value":"bypasses"}},{"kind":"Field","name":{"kind":"Name","value":"ratio"}},{"kind":"Field","name":{"kind":"Name","value":"levels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"level"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"hits"}},{"kind":"Field","name":{"kind":"Name","value":"misses"}},{"kind":"Field","name":{"kind":"Name","value":"bypasses"}},{"kind":"Field","name":{"kind":"Name","value":"ratio"}},{"kind":"Field","name":{"kind":"Name","value":"entries"}},{"kind":"Field","name":{"kind":"Name","value":"bytes"}},{"kind":"Field","name":{"kind":"Name","value":"evictions"}}]}}]}}]}}]} as unknown as DocumentNode;
export const ClearCacheDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ClearCache"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"clearCache"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hits"}},{"kind":"Field","name":{"kind":"Name","value":"misses"}},{"kind":"Field","name":{"kind":"Name","value":"bypasses"}}]}}]}}]} as unknown as DocumentNode;
export const WorkspacesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Workspaces"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspaces"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"field"},"value":{"kind":"EnumValue","value":"NAME"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode;
export const CreateWorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateWorkspace"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateWorkspaceInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createWorkspace"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"role"}}]}}]}}]} as unknown as DocumentNode;
export const UpdateWorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateWorkspace"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateWorkspaceInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateWorkspace"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode;
export const MembersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Members"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"MembershipFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"members"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MemberFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MemberFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Membership"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}}]}}]} as unknown as DocumentNode;
export const AssignRoleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AssignRole"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"role"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Role"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"assignRole"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}},{"kind":"Argument","name":{"kind":"Name","value":"role"},"value":{"kind":"Variable","name":{"kind":"Name","value":"role"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MemberFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MemberFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Membership"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}}]}}]} as unknown as DocumentNode;
export const RemoveMemberDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RemoveMember"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"removeMember"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"role"}}]}}]}}]} as unknown as DocumentNode;
export const LeaveWorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"LeaveWorkspace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"leaveWorkspace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"role"}}]}}]}}]} as unknown as DocumentNode;
export const InvitationsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Invitations"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"InvitationFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invitations"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InvitationFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvitationFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Invitation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"sentAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"acceptedAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}}]}}]} as unknown as DocumentNode;
export const InviteMemberDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"InviteMember"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"InviteMemberInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"inviteMember"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InvitationFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvitationFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Invitation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"sentAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"acceptedAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}}]}}]} as unknown as DocumentNode;
export const RevokeInvitationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RevokeInvitation"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revokeInvitation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InvitationFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvitationFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Invitation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"sentAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"acceptedAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}}]}}]} as unknown as DocumentNode;
export const AcceptInvitationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AcceptInvitation"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"token"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"acceptInvitation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"token"},"value":{"kind":"Variable","name":{"kind":"Name","value":"token"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"workspace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]} as unknown as DocumentNode;
export const DeleteWorkspaceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteWorkspace"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteWorkspace"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode;
export type Requester<C = {}> = <R, V>(doc: DocumentNode, vars?: V, options?: C) => Promise<R> | AsyncIterable<R>
export function getSdk<C>(requester: Requester<C>) {
  return {
    SignUp(variables: SignUpMutationVariables, options?: C): Promise<SignUpMutation> {
      return requester<SignUpMutation, SignUpMutationVariables>(SignUpDocument, variables, options) as Promise<SignUpMutation>;
    },
    SignIn(variables: SignInMutationVariables, options?: C): Promise<SignInMutation> {
      return requester<SignInMutation, SignInMutationVariables>(SignInDocument, variables, options) as Promise<SignInMutation>;
    },
    RefreshSession(variables: RefreshSessionMutationVariables, options?: C): Promise<RefreshSessionMutation> {
      return requester<RefreshSessionMutation, RefreshSessionMutationVariables>(RefreshSessionDocument, variables, options) as Promise<RefreshSessionMutation>;
    },
    SignOut(variables?: SignOutMutationVariables, options?: C): Promise<SignOutMutation> {
      return requester<SignOutMutation, SignOutMutationVariables>(SignOutDocument, variables, options) as Promise<SignOutMutation>;
    },
    RevokeSession(variables: RevokeSessionMutationVariables, options?: C): Promise<RevokeSessionMutation> {
      return requester<RevokeSessionMutation, RevokeSessionMutationVariables>(RevokeSessionDocument, variables, options) as Promise<RevokeSessionMutation>;
    },
    Me(variables?: MeQueryVariables, options?: C): Promise<MeQuery> {
      return requester<MeQuery, MeQueryVariables>(MeDocument, variables, options) as Promise<MeQuery>;
    },
    Sessions(variables?: SessionsQueryVariables, options?: C): Promise<SessionsQuery> {
      return requester<SessionsQuery, SessionsQueryVariables>(SessionsDocument, variables, options) as Promise<SessionsQuery>;
    },
    Workspace(variables?: WorkspaceQueryVariables, options?: C): Promise<WorkspaceQuery> {
      return requester<WorkspaceQuery, WorkspaceQueryVariables>(WorkspaceDocument, variables, options) as Promise<WorkspaceQuery>;
    },
    CreateApiKey(variables: CreateApiKeyMutationVariables, options?: C): Promise<CreateApiKeyMutation> {
      return requester<CreateApiKeyMutation, CreateApiKeyMutationVariables>(CreateApiKeyDocument, variables, options) as Promise<CreateApiKeyMutation>;
    },
    RotateApiKey(variables: RotateApiKeyMutationVariables, options?: C): Promise<RotateApiKeyMutation> {
      return requester<RotateApiKeyMutation, RotateApiKeyMutationVariables>(RotateApiKeyDocument, variables, options) as Promise<RotateApiKeyMutation>;
    },
    RevokeApiKey(variables: RevokeApiKeyMutationVariables, options?: C): Promise<RevokeApiKeyMutation> {
      return requester<RevokeApiKeyMutation, RevokeApiKeyMutationVariables>(RevokeApiKeyDocument, variables, options) as Promise<RevokeApiKeyMutation>;
    },
    ApiKeys(variables?: ApiKeysQueryVariables, options?: C): Promise<ApiKeysQuery> {
      return requester<ApiKeysQuery, ApiKeysQueryVariables>(ApiKeysDocument, variables, options) as Promise<ApiKeysQuery>;
    },
    Job(variables: JobQueryVariables, options?: C): Promise<JobQuery> {
      return requester<JobQuery, JobQueryVariables>(JobDocument, variables, options) as Promise<JobQuery>;
    },
    Jobs(variables?: JobsQueryVariables, options?: C): Promise<JobsQuery> {
      return requester<JobsQuery, JobsQueryVariables>(JobsDocument, variables, options) as Promise<JobsQuery>;
    },
    JobCounts(variables?: JobCountsQueryVariables, options?: C): Promise<JobCountsQuery> {
      return requester<JobCountsQuery, JobCountsQueryVariables>(JobCountsDocument, variables, options) as Promise<JobCountsQuery>;
    },
    CancelJob(variables: CancelJobMutationVariables, options?: C): Promise<CancelJobMutation> {
      return requester<CancelJobMutation, CancelJobMutationVariables>(CancelJobDocument, variables, options) as Promise<CancelJobMutation>;
    },
    RetryJob(variables: RetryJobMutationVariables, options?: C): Promise<RetryJobMutation> {
      return requester<RetryJobMutation, RetryJobMutationVariables>(RetryJobDocument, variables, options) as Promise<RetryJobMutation>;
    },
    JobEvents(variables: JobEventsSubscriptionVariables, options?: C): AsyncIterable<JobEventsSubscription> {
      return requester<JobEventsSubscription, JobEventsSubscriptionVariables>(JobEventsDocument, variables, options) as AsyncIterable<JobEventsSubscription>;
    },
    GenerateQuote(variables: GenerateQuoteMutationVariables, options?: C): Promise<GenerateQuoteMutation> {
      return requester<GenerateQuoteMutation, GenerateQuoteMutationVariables>(GenerateQuoteDocument, variables, options) as Promise<GenerateQuoteMutation>;
    },
    AnalyzeQuote(variables: AnalyzeQuoteMutationVariables, options?: C): Promise<AnalyzeQuoteMutation> {
      return requester<AnalyzeQuoteMutation, AnalyzeQuoteMutationVariables>(AnalyzeQuoteDocument, variables, options) as Promise<AnalyzeQuoteMutation>;
    },
    CreateQuote(variables: CreateQuoteMutationVariables, options?: C): Promise<CreateQuoteMutation> {
      return requester<CreateQuoteMutation, CreateQuoteMutationVariables>(CreateQuoteDocument, variables, options) as Promise<CreateQuoteMutation>;
    },
    UpdateQuote(variables: UpdateQuoteMutationVariables, options?: C): Promise<UpdateQuoteMutation> {
      return requester<UpdateQuoteMutation, UpdateQuoteMutationVariables>(UpdateQuoteDocument, variables, options) as Promise<UpdateQuoteMutation>;
    },
    DeleteQuote(variables: DeleteQuoteMutationVariables, options?: C): Promise<DeleteQuoteMutation> {
      return requester<DeleteQuoteMutation, DeleteQuoteMutationVariables>(DeleteQuoteDocument, variables, options) as Promise<DeleteQuoteMutation>;
    },
    FavouriteQuote(variables: FavouriteQuoteMutationVariables, options?: C): Promise<FavouriteQuoteMutation> {
      return requester<FavouriteQuoteMutation, FavouriteQuoteMutationVariables>(FavouriteQuoteDocument, variables, options) as Promise<FavouriteQuoteMutation>;
    },
    UnfavouriteQuote(variables: UnfavouriteQuoteMutationVariables, options?: C): Promise<UnfavouriteQuoteMutation> {
      return requester<UnfavouriteQuoteMutation, UnfavouriteQuoteMutationVariables>(UnfavouriteQuoteDocument, variables, options) as Promise<UnfavouriteQuoteMutation>;
    },
    Quote(variables: QuoteQueryVariables, options?: C): Promise<QuoteQuery> {
      return requester<QuoteQuery, QuoteQueryVariables>(QuoteDocument, variables, options) as Promise<QuoteQuery>;
    },
    Quotes(variables?: QuotesQueryVariables, options?: C): Promise<QuotesQuery> {
      return requester<QuotesQuery, QuotesQueryVariables>(QuotesDocument, variables, options) as Promise<QuotesQuery>;
    },
    ResourceUsage(variables?: ResourceUsageSubscriptionVariables, options?: C): AsyncIterable<ResourceUsageSubscription> {
      return requester<ResourceUsageSubscription, ResourceUsageSubscriptionVariables>(ResourceUsageDocument, variables, options) as AsyncIterable<ResourceUsageSubscription>;
    },
    SystemMetrics(variables?: SystemMetricsQueryVariables, options?: C): Promise<SystemMetricsQuery> {
      return requester<SystemMetricsQuery, SystemMetricsQueryVariables>(SystemMetricsDocument, variables, options) as Promise<SystemMetricsQuery>;
    },
    Events(variables?: EventsQueryVariables, options?: C): Promise<EventsQuery> {
      return requester<EventsQuery, EventsQueryVariables>(EventsDocument, variables, options) as Promise<EventsQuery>;
    },
    FollowEvents(variables?: FollowEventsSubscriptionVariables, options?: C): AsyncIterable<FollowEventsSubscription> {
      return requester<FollowEventsSubscription, FollowEventsSubscriptionVariables>(FollowEventsDocument, variables, options) as AsyncIterable<FollowEventsSubscription>;
    },
    Engines(variables?: EnginesQueryVariables, options?: C): Promise<EnginesQuery> {
      return requester<EnginesQuery, EnginesQueryVariables>(EnginesDocument, variables, options) as Promise<EnginesQuery>;
    },
    Providers(variables?: ProvidersQueryVariables, options?: C): Promise<ProvidersQuery> {
      return requester<ProvidersQuery, ProvidersQueryVariables>(ProvidersDocument, variables, options) as Promise<ProvidersQuery>;
    },
    Provider(variables: ProviderQueryVariables, options?: C): Promise<ProviderQuery> {
      return requester<ProviderQuery, ProviderQueryVariables>(ProviderDocument, variables, options) as Promise<ProviderQuery>;
    },
    ProviderHealth(variables?: ProviderHealthSubscriptionVariables, options?: C): AsyncIterable<ProviderHealthSubscription> {
      return requester<ProviderHealthSubscription, ProviderHealthSubscriptionVariables>(ProviderHealthDocument, variables, options) as AsyncIterable<ProviderHealthSubscription>;
    },
    ResetCircuit(variables: ResetCircuitMutationVariables, options?: C): Promise<ResetCircuitMutation> {
      return requester<ResetCircuitMutation, ResetCircuitMutationVariables>(ResetCircuitDocument, variables, options) as Promise<ResetCircuitMutation>;
    },
    Node(variables: NodeQueryVariables, options?: C): Promise<NodeQuery> {
      return requester<NodeQuery, NodeQueryVariables>(NodeDocument, variables, options) as Promise<NodeQuery>;
    },
    CacheStats(variables?: CacheStatsQueryVariables, options?: C): Promise<CacheStatsQuery> {
      return requester<CacheStatsQuery, CacheStatsQueryVariables>(CacheStatsDocument, variables, options) as Promise<CacheStatsQuery>;
    },
    ClearCache(variables?: ClearCacheMutationVariables, options?: C): Promise<ClearCacheMutation> {
      return requester<ClearCacheMutation, ClearCacheMutationVariables>(ClearCacheDocument, variables, options) as Promise<ClearCacheMutation>;
    },
    Workspaces(variables?: WorkspacesQueryVariables, options?: C): Promise<WorkspacesQuery> {
      return requester<WorkspacesQuery, WorkspacesQueryVariables>(WorkspacesDocument, variables, options) as Promise<WorkspacesQuery>;
    },
    CreateWorkspace(variables: CreateWorkspaceMutationVariables, options?: C): Promise<CreateWorkspaceMutation> {
      return requester<CreateWorkspaceMutation, CreateWorkspaceMutationVariables>(CreateWorkspaceDocument, variables, options) as Promise<CreateWorkspaceMutation>;
    },
    UpdateWorkspace(variables: UpdateWorkspaceMutationVariables, options?: C): Promise<UpdateWorkspaceMutation> {
      return requester<UpdateWorkspaceMutation, UpdateWorkspaceMutationVariables>(UpdateWorkspaceDocument, variables, options) as Promise<UpdateWorkspaceMutation>;
    },
    Members(variables?: MembersQueryVariables, options?: C): Promise<MembersQuery> {
      return requester<MembersQuery, MembersQueryVariables>(MembersDocument, variables, options) as Promise<MembersQuery>;
    },
    AssignRole(variables: AssignRoleMutationVariables, options?: C): Promise<AssignRoleMutation> {
      return requester<AssignRoleMutation, AssignRoleMutationVariables>(AssignRoleDocument, variables, options) as Promise<AssignRoleMutation>;
    },
    RemoveMember(variables: RemoveMemberMutationVariables, options?: C): Promise<RemoveMemberMutation> {
      return requester<RemoveMemberMutation, RemoveMemberMutationVariables>(RemoveMemberDocument, variables, options) as Promise<RemoveMemberMutation>;
    },
    LeaveWorkspace(variables?: LeaveWorkspaceMutationVariables, options?: C): Promise<LeaveWorkspaceMutation> {
      return requester<LeaveWorkspaceMutation, LeaveWorkspaceMutationVariables>(LeaveWorkspaceDocument, variables, options) as Promise<LeaveWorkspaceMutation>;
    },
    Invitations(variables?: InvitationsQueryVariables, options?: C): Promise<InvitationsQuery> {
      return requester<InvitationsQuery, InvitationsQueryVariables>(InvitationsDocument, variables, options) as Promise<InvitationsQuery>;
    },
    InviteMember(variables: InviteMemberMutationVariables, options?: C): Promise<InviteMemberMutation> {
      return requester<InviteMemberMutation, InviteMemberMutationVariables>(InviteMemberDocument, variables, options) as Promise<InviteMemberMutation>;
    },
    RevokeInvitation(variables: RevokeInvitationMutationVariables, options?: C): Promise<RevokeInvitationMutation> {
      return requester<RevokeInvitationMutation, RevokeInvitationMutationVariables>(RevokeInvitationDocument, variables, options) as Promise<RevokeInvitationMutation>;
    },
    AcceptInvitation(variables: AcceptInvitationMutationVariables, options?: C): Promise<AcceptInvitationMutation> {
      return requester<AcceptInvitationMutation, AcceptInvitationMutationVariables>(AcceptInvitationDocument, variables, options) as Promise<AcceptInvitationMutation>;
    },
    DeleteWorkspace(variables: DeleteWorkspaceMutationVariables, options?: C): Promise<DeleteWorkspaceMutation> {
      return requester<DeleteWorkspaceMutation, DeleteWorkspaceMutationVariables>(DeleteWorkspaceDocument, variables, options) as Promise<DeleteWorkspaceMutation>;
    }
  };
}
export type Sdk = ReturnType<typeof getSdk>;