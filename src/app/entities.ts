import { AiSettingsRow } from "../ai/ai-settings.js";
import { Budget } from "../ai/budget.js";
import { BudgetHold } from "../ai/budget-hold.js";
import { CachedAnswer } from "../ai/cached-answer.js";
import { Generation } from "../ai/generation.js";
import { GenerationBatch } from "../ai/generation-batch.js";
import { ModelPrice } from "../ai/model-price.js";
import { Prompt, PromptLabel, PromptVersion } from "../ai/prompt.js";
import { ProviderCall } from "../ai/provider-call.js";
import { ProviderState } from "../ai/provider-state.js";
import { Replay, ReplayPair } from "../ai/replay.js";
import { Dashboard } from "../analytics/dashboard.js";
import { Report } from "../analytics/report.js";
import { auditEntities } from "../audit/create-audit.js";
import { StoredFile } from "../files/stored-file.js";
import { Upload } from "../files/upload.js";
import { AccessGrant } from "../identity/access-grant.js";
import { ApiKey } from "../identity/api-key.js";
import { DataExport } from "../identity/data-export.js";
import { Invitation } from "../identity/invitation.js";
import { Mail } from "../identity/mail.js";
import { Membership } from "../identity/membership.js";
import { RefreshToken, Session } from "../identity/session.js";
import { expiringSignIns, signInEntities } from "../identity/sign-in-entities.js";
import { SigningKey } from "../identity/signing-key.js";
import { SingleUseToken } from "../identity/single-use-token.js";
import { User } from "../identity/user.js";
import { Workspace } from "../identity/workspace.js";
import { DataKey } from "../platform/data-key.js";
import type { Database } from "../platform/database.js";
import { Event } from "../platform/event.js";
import { IdempotencyKey } from "../platform/idempotency-key.js";
import { Job } from "../platform/job.js";
import { JobEventRow } from "../platform/job-event.js";
import { isOwned, type OwnedRow } from "../platform/owned-row.js";
import { RateLimitCount } from "../platform/rate-limit-count.js";
import { DiscardedObject } from "../platform/storage/discarded-object.js";
import { Embedding } from "../platform/vectors/embedding.js";
import { EmbeddingCursor } from "../platform/vectors/embedding-cursor.js";
import { Quote, QuoteFavourite } from "../quotes/quote.js";
import { Metric } from "../telemetry/metric.js";
import { PlatformTwin } from "../telemetry/platform/platform-twin.js";
import { Twin, TwinLink } from "../twins/twin.js";
import { TwinState } from "../twins/twin-state.js";
import { VoiceQuote } from "../voice/voice-quote.js";
import { Transcript, TranscriptChunk, TranscriptSegment, VoiceRecording } from "../voice/voice-recording.js";

/** Every table. A class that is missing here does not exist for the database. */
export const entities = [
  User,
  Workspace,
  Membership,
  Invitation,
  Session,
  RefreshToken,
  AccessGrant,
  ApiKey,
  ...signInEntities,
  Mail,
  SigningKey,
  SingleUseToken,
  DataExport,
  Job,
  JobEventRow,
  Event,
  ...auditEntities,
  IdempotencyKey,
  RateLimitCount,
  DataKey,
  DiscardedObject,
  StoredFile,
  Upload,
  AiSettingsRow,
  Prompt,
  PromptVersion,
  PromptLabel,
  GenerationBatch,
  Generation,
  ProviderCall,
  ProviderState,
  ModelPrice,
  Budget,
  BudgetHold,
  Replay,
  ReplayPair,
  CachedAnswer,
  Quote,
  QuoteFavourite,
  Embedding,
  EmbeddingCursor,
  VoiceRecording,
  Transcript,
  TranscriptChunk,
  TranscriptSegment,
  VoiceQuote,
  Twin,
  TwinLink,
  TwinState,
  Metric,
  PlatformTwin,
  Dashboard,
  Report,
];

/** Every class whose rows can be shared one by one. */
export const ownedEntities = entities.filter(isOwned) as unknown as (new () => OwnedRow)[];

/** Tables of what goes with its workspace; those that refer to others first. What was recorded for the audit stays. */
export const tenantTables = ({ metadata }: Database): string[] =>
  entities
    .map((entity) => metadata.get(entity as new () => object))
    .filter(({ tableName, properties }) => "workspaceId" in properties && !tableName.startsWith("audit_"))
    .map(({ tableName }) => tableName)
    .reverse();

/** What the installation holds, as its metrics tell. */
export const countedEntities = [User, Workspace, Quote, Generation, Twin, Metric];

const expiring = [
  IdempotencyKey,
  Mail,
  SingleUseToken,
  DataExport,
  CachedAnswer,
  Upload,
  TwinState,
  ...expiringSignIns,
];
/** Tables whose rows end at their `expires_at`. */
export const expiringTables = ({ metadata }: Database): string[] =>
  expiring.map((entity) => metadata.get(entity as new () => object).tableName);
