import { DomainError } from "#src/platform/errors.js";
import { restOf, Seam } from "./continue-answer.js";
import { type Candidate, type GenerateChunk, type GenerateRequest, ProviderError, type Usage } from "./provider.js";
import { CandidateExclusion, type Routing, RoutingReason } from "./routing.js";

interface Wanted {
  readonly request: GenerateRequest;
  /** Who is to be asked, one after the other. */
  readonly order: readonly Candidate[];
  readonly routing: Routing;
  /** Who answers when all of them have failed before the first text. */
  readonly lastResort: Candidate | undefined;
}

/** One answer on its way through the candidates. */
export class RoutedAnswer {
  /** What was let out. */
  #said = "";
  /** What the parts have used that came before the one that is being written. */
  #used: Usage | undefined;
  readonly #failures: ProviderError[] = [];
  #routing: Routing;

  constructor(private readonly wanted: Wanted) {
    this.#routing = wanted.routing;
  }

  async *generate(signal: AbortSignal): AsyncGenerator<GenerateChunk> {
    const { request, order, routing, lastResort } = this.wanted;
    for (const candidate of order) {
      // Its grammar writes texts of its own, and goes on with nobody else's.
      if (this.#said !== "" && candidate.provider.offline) continue;
      const isFirst = this.#failures.length === 0;
      yield this.#choose(candidate, isFirst ? routing.reason : this.#said === "" ? "FALLBACK" : "CONTINUED");
      if (yield* this.#ask(candidate, signal)) return;
      if (this.#said !== "" && !isPlain(request)) break;
    }
    // A request that all have refused is wrong itself; and where nobody was asked, nobody has failed.
    const isHopeless = this.#failures.every(({ fault }) => fault === "rejected");
    if (this.#said === "" && !isHopeless) {
      const before = await request.answerFromBefore?.();
      if (before !== undefined) {
        this.#routing = { ...this.#routing, chosen: null, reason: RoutingReason.LAST_RESORT };
        yield { type: "routed", routing: this.#routing };
        return yield* before;
      }
      if (lastResort !== undefined) {
        yield this.#choose(lastResort, RoutingReason.LAST_RESORT);
        if (yield* this.#ask(lastResort, signal)) return;
      }
    }
    this.#routing = { ...this.#routing, reason: RoutingReason.NONE_LEFT };
    yield { type: "routed", routing: this.#routing };
    throw this.#failure();
  }

  /** Streams what a candidate says; false when it has failed and somebody else may be asked. */
  async *#ask({ provider, model }: Candidate, signal: AbortSignal): AsyncGenerator<GenerateChunk, boolean> {
    const { request } = this.wanted;
    const before = this.#said;
    const asked = before === "" ? request : restOf(request, before);
    const seam = new Seam(before);
    let used: Usage | null = null;
    try {
      for await (const chunk of provider.generate({ ...asked, model }, signal)) {
        if (chunk.type === "attempt") used = chunk.attempt.usage;
        if (chunk.type === "text") yield* this.#say(before === "" ? chunk.text : seam.push(chunk.text));
        else if (chunk.type === "end") {
          yield* this.#say(seam.end());
          yield { ...chunk, usage: sum(this.#used, chunk.usage) };
        } else yield chunk;
      }
      return true;
    } catch (error) {
      // What is no provider's failure, such as a budget that is spent, is nobody else's to mend.
      if (signal.aborted || !(error instanceof ProviderError)) throw error;
      yield* this.#say(seam.end());
      if (this.#said !== before) this.#used = sum(this.#used, used) ?? this.#used;
      this.#failures.push(error);
      this.#exclude(error, model);
      return false;
    }
  }

  *#say(text: string): Generator<GenerateChunk> {
    if (text === "") return;
    this.#said += text;
    yield { type: "text", text };
  }

  #choose({ provider, model }: Candidate, reason: `${RoutingReason}`): GenerateChunk {
    this.#routing = { ...this.#routing, chosen: { provider: provider.name, model }, reason: RoutingReason[reason] };
    return { type: "routed", routing: this.#routing };
  }

  #exclude({ provider, fault }: ProviderError, model: string): void {
    const { CIRCUIT_OPEN, FAILED } = CandidateExclusion;
    const candidates = this.#routing.candidates.map((each) =>
      each.provider === provider && each.model === model
        ? { ...each, excluded: fault === "circuit_open" ? CIRCUIT_OPEN : FAILED }
        : each,
    );
    this.#routing = { ...this.#routing, candidates };
  }

  /** What to say when nobody is left: the one failure itself, or what became of each. */
  #failure(): DomainError {
    const failures = this.#failures;
    const [first] = failures;
    // One that did not say when may be asked again at any time, and so all of them together.
    const waits = failures.flatMap(({ details, transient }) => (transient ? [details.retryAfter ?? 1] : []));
    const retryAfter = waits.length === 0 ? undefined : Math.min(...waits);
    if (first === undefined) {
      const wanted = JSON.stringify(this.wanted.request.model);
      return new DomainError("PROVIDER_UNAVAILABLE", `Nothing that is configured here answers to ${wanted} any more.`);
    }
    if (failures.length === 1 && first.details.retryAfter === undefined) return first;
    const said = [...new Set(failures.map(({ message }) => message))].join(" ");
    const advice =
      retryAfter === undefined ? "" : ` Try again in ${retryAfter} ${retryAfter === 1 ? "second" : "seconds"}.`;
    return new DomainError(
      "PROVIDER_UNAVAILABLE",
      `${said}${advice}`,
      { ...(retryAfter === undefined ? {} : { retryAfter }) },
      { transient: failures.some(({ transient }) => transient), cause: failures.at(-1) },
    );
  }
}

/** Of anything else than plain text, a part of one answer and the rest of another do not make one. */
const isPlain = ({ schema, tools }: GenerateRequest): boolean => schema === undefined && !tools?.length;

const sum = (before: Usage | undefined, now: Usage | null): Usage | null =>
  before === undefined || now === null
    ? now
    : {
        inputTokens: before.inputTokens + now.inputTokens,
        outputTokens: before.outputTokens + now.outputTokens,
      };
