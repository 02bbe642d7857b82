import type { GraphQLSchema } from "graphql";
import { buildSchemaSync } from "type-graphql";
import { budgetList } from "#src/ai/budget-service.js";
import { batchList } from "#src/ai/generation-batch-service.js";
import { generationList } from "#src/ai/generation-service.js";
import { promptLabelList, promptList, promptVersionList } from "#src/ai/prompt-service.js";
import { replayList, replayPairList } from "#src/ai/replay-service.js";
import { dashboardList } from "#src/analytics/dashboard-service.js";
import { reportList } from "#src/analytics/report-service.js";
import { entities } from "#src/app/entities.js";
import type { App } from "#src/app.js";
import { checkpointList } from "#src/audit/audit-checkpoint.js";
import { fileList } from "#src/files/file-service.js";
import { uploadList } from "#src/files/upload-service.js";
import { apiKeyList } from "#src/identity/api-key-service.js";
import { grantList } from "#src/identity/grant-service.js";
import { invitationList } from "#src/identity/invitation-service.js";
import { memberList } from "#src/identity/member-service.js";
import { workspaceList } from "#src/identity/workspace-service.js";
import { auditList } from "#src/platform/audit-entry.js";
import { jobList } from "#src/platform/job-service.js";
import { favouriteList, quoteList } from "#src/quotes/quote-service.js";
import { Metric } from "#src/telemetry/metric.js";
import { metricList } from "#src/telemetry/metric-list.js";
import { Twin } from "#src/twins/twin.js";
import { twinLinkList } from "#src/twins/twin-link-service.js";
import { twinList } from "#src/twins/twin-service.js";
import { recordingList } from "#src/voice/recording-service.js";
import { chunkList, segmentList, transcriptList } from "#src/voice/transcription-service.js";
import { voiceQuoteList } from "#src/voice/voice-quote-service.js";
import { AccountResolver } from "./account-resolver.js";
import { AiSettingsResolver } from "./ai-settings-resolver.js";
import { AnalyticsResolver } from "./analytics-resolver.js";
import { AnomalyResolver } from "./anomaly-resolver.js";
import { AnswerCacheResolver } from "./answer-cache-resolver.js";
import { ApiKeyResolver } from "./api-key-resolver.js";
import { attachReads, unwrapFields } from "./attach-reads.js";
import { AuditResolver } from "./audit-resolver.js";
import { BudgetResolver } from "./budget-resolver.js";
import { CacheResolver } from "./cache-resolver.js";
import { CredentialResolver } from "./credential-resolver.js";
import { DashboardResolver } from "./dashboard-resolver.js";
import { EventResolver } from "./event-resolver.js";
import { FileResolver } from "./file-resolver.js";
import { GenerationResolver } from "./generation-resolver.js";
import { GrantResolver } from "./grant-resolver.js";
import { authorize } from "./guards/authorize.js";
import { validateArgument } from "./guards/validate-argument.js";
import { JobResolver } from "./job-resolver.js";
import { KeyResolver } from "./key-resolver.js";
import { GenerationLineageResolver, LineageResolver } from "./lineage-resolver.js";
import { collectionResolver, listResolver, type RootRead } from "./list-resolver.js";
import { MemberResolver } from "./member-resolver.js";
import { MetricSeriesResolver } from "./metric-series-resolver.js";
import { ModelPriceResolver } from "./model-price-resolver.js";
import { NodeResolver } from "./node-resolver.js";
import { OAuthResolver } from "./oauth-resolver.js";
import { PasskeyResolver } from "./passkey-resolver.js";
import { PrivacyResolver } from "./privacy-resolver.js";
import { ProfileResolver } from "./profile-resolver.js";
import { PromptResolver } from "./prompt-resolver.js";
import { ProviderResolver } from "./provider-resolver.js";
import { QualityResolver } from "./quality-resolver.js";
import { QuoteResolver } from "./quote-resolver.js";
import { QuoteSearchResolver } from "./quote-search-resolver.js";
import { GenerationReplayResolver, ReplayResolver } from "./replay-resolver.js";
import { ReportResolver } from "./report-resolver.js";
import { ResourceUsageResolver } from "./resource-usage-resolver.js";
import { ProviderRoutingResolver, RoutingResolver } from "./routing-resolver.js";
import { SecondFactorResolver } from "./second-factor-resolver.js";
import { SessionResolver } from "./session-resolver.js";
import { SystemMetricsResolver } from "./system-metrics-resolver.js";
import { SystemResolver } from "./system-resolver.js";
import { TelemetryResolver } from "./telemetry-resolver.js";
import { TwinResolver } from "./twin-resolver.js";
import { UploadResolver } from "./upload-resolver.js";
import { UsageResolver } from "./usage-resolver.js";
import { UserResolver } from "./user-resolver.js";
import { QuoteVoiceResolver, VoiceResolver } from "./voice-resolver.js";
import { WorkspaceResolver } from "./workspace-resolver.js";

const classes = [
  AccountResolver,
  AiSettingsResolver,
  AnswerCacheResolver,
  AuditResolver,
  ApiKeyResolver,
  BudgetResolver,
  CacheResolver,
  CredentialResolver,
  EventResolver,
  FileResolver,
  GenerationResolver,
  GrantResolver,
  GenerationLineageResolver,
  GenerationReplayResolver,
  JobResolver,
  LineageResolver,
  MemberResolver,
  KeyResolver,
  ModelPriceResolver,
  NodeResolver,
  OAuthResolver,
  PasskeyResolver,
  PrivacyResolver,
  ProfileResolver,
  PromptResolver,
  ProviderResolver,
  ProviderRoutingResolver,
  QualityResolver,
  QuoteResolver,
  QuoteSearchResolver,
  QuoteVoiceResolver,
  ReplayResolver,
  RoutingResolver,
  SecondFactorResolver,
  SessionResolver,
  SystemMetricsResolver,
  SystemResolver,
  TwinResolver,
  TelemetryResolver,
  MetricSeriesResolver,
  AnomalyResolver,
  AnalyticsResolver,
  DashboardResolver,
  ReportResolver,
  ResourceUsageResolver,
  UploadResolver,
  UsageResolver,
  VoiceResolver,
  WorkspaceResolver,
  UserResolver,
] as const;

const lists = [
  listResolver(auditList, "audit:read"),
  listResolver(checkpointList, "audit:read"),
  listResolver(dashboardList, "dashboard:read"),
  listResolver(apiKeyList, "key:read"),
  listResolver(grantList, "workspace:read"),
  listResolver(budgetList, "budget:read"),
  listResolver(fileList, "file:read"),
  listResolver(favouriteList, "quote:read"),
  listResolver(batchList, "generation:read"),
  listResolver(generationList, "generation:read"),
  listResolver(promptList, "prompt:read"),
  listResolver(promptLabelList, "prompt:read"),
  listResolver(promptVersionList, "prompt:read"),
  listResolver(quoteList, "quote:read"),
  listResolver(replayList, "generation:read"),
  listResolver(replayPairList, "generation:read"),
  listResolver(recordingList, "voice:read"),
  listResolver(transcriptList, "voice:read"),
  listResolver(chunkList, "voice:read"),
  listResolver(segmentList, "voice:read"),
  listResolver(voiceQuoteList, "voice:read"),
  listResolver(twinList, "twin:read"),
  listResolver(twinLinkList, "twin:read"),
  listResolver(metricList, "twin:read"),
  listResolver(invitationList, "member:manage"),
  listResolver(jobList, "job:read"),
  listResolver(reportList, "report:read"),
  listResolver(uploadList, "file:read"),
  listResolver(memberList, "member:read"),
  listResolver(workspaceList, "workspace:list", { hasFind: false, isCompiled: false }),
];

/** Rows that later domains add to those of earlier ones. */
const collections = [
  collectionResolver(Twin, {
    field: "metrics",
    entity: () => Metric,
    by: "twinId",
    description: "What is measured of it.",
  }),
];

/** Root fields that lists answer, by name. */
export const rootReads: ReadonlyMap<string, RootRead> = new Map(lists.flatMap(({ reads }) => [...reads]));

const createResolvers = (app: App): object[] => [
  new AccountResolver(app.accounts, app.sessions),
  new AiSettingsResolver(app.aiSettings),
  new AnswerCacheResolver(app.answers),
  new ApiKeyResolver(app.apiKeys),
  new AuditResolver(app.audit.service, app.lists),
  new BudgetResolver(app.budgets, app.clock),
  new CacheResolver(app.cache, app.database),
  new CredentialResolver(app.addresses, app.passwords),
  new EventResolver(app.events),
  new FileResolver(app.files),
  new GenerationResolver(app.texts, app.generationBatches),
  new GrantResolver(app.grants),
  new GenerationLineageResolver(),
  new GenerationReplayResolver(),
  new JobResolver(app.jobs),
  new LineageResolver(),
  new MemberResolver(app.members, app.invitations),
  new KeyResolver(app.keyRotation, app.signingKeys),
  new ModelPriceResolver(app.prices),
  new NodeResolver(),
  new OAuthResolver(app.oauth, app.linkedIdentities),
  new PasskeyResolver(app.passkeys),
  new PrivacyResolver(app.exports, app.erasure),
  new ProfileResolver(app.profiles),
  new PromptResolver(app.prompts),
  new ProviderResolver(app.providers),
  new ProviderRoutingResolver(),
  new QualityResolver(),
  new QuoteResolver(app.quotes, app.quoteAnalyses),
  new QuoteSearchResolver(app.quoteSearch),
  new QuoteVoiceResolver(),
  new ReplayResolver(app.replays),
  new RoutingResolver(app.aiSettings),
  new SecondFactorResolver(app.secondFactors, app.reauthentication),
  new SessionResolver(app.sessions),
  new SystemMetricsResolver(app.systemMetrics),
  new SystemResolver(app.engines),
  new TwinResolver(app.twins, app.twinLinks),
  new TelemetryResolver(app.telemetry),
  new MetricSeriesResolver(app.metricSeries),
  new AnalyticsResolver(app.productEvents, app.eventCounts, app.businessMetrics, app.analyticsOverview),
  new DashboardResolver(app.dashboards),
  new ReportResolver(app.reports),
  new AnomalyResolver(app.anomalies),
  new ResourceUsageResolver(),
  new UploadResolver(app.uploads),
  new UsageResolver(app.usage),
  new VoiceResolver(app.recordings, app.transcriptions, app.voiceQuotes, app.voiceStatistics),
  new WorkspaceResolver(app.workspaces, app.workspaceRemoval),
  new UserResolver(app.users),
];

/** Every subscription brings its own stream of stored rows; type-graphql's topics are not used, but asked for. */
const unused = (): never => {
  throw new Error("Subscriptions read stored rows: give `subscribe`, not topics.");
};
const noTopics = { publish: unused, subscribe: unused };

/** The executable schema over an app; without one only its shape, for printing. */
export const createSchema = (app?: App): GraphQLSchema => {
  const resolvers = new Map(
    (app === undefined ? [] : createResolvers(app)).map((resolver) => [resolver.constructor, resolver]),
  );
  const schema = buildSchemaSync({
    resolvers: [...classes, ...collections, ...lists.map(({ resolver }) => resolver)],
    container: { get: (someClass) => resolvers.get(someClass) ?? new (someClass as new () => object)() },
    authChecker: authorize,
    pubSub: noTopics,
    validateFn: validateArgument,
    // It would be asked for all of itself at each start. `npm run check` compares the printed one.
    skipCheck: true,
  });
  unwrapFields(schema);
  attachReads(schema, entities);
  return schema;
};
