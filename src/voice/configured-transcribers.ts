import type { Config } from "#src/platform/config.js";
import { badInput, DomainError } from "#src/platform/errors.js";
import type { Logger } from "#src/platform/logger.js";
import type { Ffmpeg } from "./ffmpeg.js";
import type { Transcriber } from "./transcriber.js";
import { openAiLimits, openAiTranscriber } from "./transcribers/openai-transcriber.js";

interface Deps {
  readonly ffmpeg: Ffmpeg;
  readonly logger: Pick<Logger, "warn">;
}

/** Those whose settings are given, the default first. */
export const configuredTranscribers = async ({ voice, ai }: Config, deps: Deps): Promise<Transcriber[]> => {
  const transcribers: Transcriber[] = [];
  const { apiKey, baseUrl } = ai.openai;
  // With another address, the key is that server's.
  if (apiKey !== undefined && baseUrl === undefined)
    transcribers.push(
      openAiTranscriber({
        ...{ name: "openai", models: voice.openaiModels, limits: openAiLimits },
        urlOf: () => "https://api.openai.com/v1/audio/transcriptions",
        headers: bearer(apiKey),
      }),
    );
  const { azure } = ai;
  if (azure.apiKey !== undefined && azure.endpoint !== undefined && voice.azureDeployments.length > 0) {
    const deployments = `${withoutSlash(azure.endpoint)}/openai/deployments`;
    const version = encodeURIComponent(azure.apiVersion);
    transcribers.push(
      openAiTranscriber({
        ...{ name: "azure", models: voice.azureDeployments, limits: openAiLimits },
        urlOf: (model) => `${deployments}/${encodeURIComponent(model)}/audio/transcriptions?api-version=${version}`,
        headers: { "api-key": azure.apiKey },
      }),
    );
  }
  if (voice.server !== undefined) {
    const { baseUrl: address, apiKey: key, models } = voice.server;
    transcribers.push(
      openAiTranscriber({
        ...{ name: "server", models, limits: openAiLimits },
        urlOf: () => `${withoutSlash(address)}/audio/transcriptions`,
        headers: key === undefined ? {} : bearer(key),
      }),
    );
  }
  if (voice.command !== undefined) {
    const { commandTranscriber } = await import("./transcribers/command-transcriber.js");
    transcribers.push(commandTranscriber({ template: voice.command, models: voice.commandModels, ...deps }));
  }
  const isDefault = ({ name }: Transcriber) => name === voice.default;
  return [...transcribers.filter(isDefault), ...transcribers.filter((each) => !isDefault(each))];
};

/** Who is to listen, and with which model. */
export interface ChosenTranscriber {
  readonly transcriber: Transcriber;
  readonly model: string;
}

/**
 * The transcriber and the model that a request names, or the defaults.
 * @throws DomainError for unknown ones, and when none is configured at all
 */
export const chooseTranscriber = (
  transcribers: readonly Transcriber[],
  asked: { readonly transcriber?: string | null | undefined; readonly model?: string | null | undefined },
): ChosenTranscriber => {
  if (transcribers.length === 0) throw noTranscriber();
  const names = transcribers.map(({ name }) => name).join(", ");
  const transcriber = transcribers.find(({ name }) => name === (asked.transcriber ?? transcribers[0]?.name));
  if (transcriber === undefined)
    throw badInput(
      `There is no transcriber ${JSON.stringify(asked.transcriber)}. There are: ${names}.`,
      "input.transcriber",
    );
  const model = asked.model ?? transcriber.models[0];
  if (model === undefined || !transcriber.models.includes(model))
    throw badInput(
      `The transcriber ${transcriber.name} has no model ${JSON.stringify(model)}. It has: ${transcriber.models.join(", ")}.`,
      "input.model",
    );
  return { transcriber, model };
};

/** What turns one on, for people. */
export const transcriberSettings =
  "OPENAI_API_KEY, AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENTS, ATRIUM_TRANSCRIPTION_URL or ATRIUM_TRANSCRIBE_COMMAND";

const noTranscriber = () =>
  new DomainError(
    "PROVIDER_UNAVAILABLE",
    `Nobody is configured to write down what is spoken. Set ${transcriberSettings}; docs/voice.md says how.`,
  );

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

const withoutSlash = (address: string) => address.replace(/\/+$/, "");
