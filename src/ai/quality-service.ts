import type { Answered } from "./answered.js";
import type { Generation } from "./generation.js";
import { judgeQuality } from "./judge-quality.js";
import type { Provider } from "./provider.js";
import { type Rating, rateText } from "./score-quality.js";

/** Where a workspace keeps its texts. */
export interface TextCollection {
  /** Those that share most words with a text, at most 50, but for what came of these generations. They never leave the server. */
  similarTexts(workspaceId: string, text: string, except: readonly string[]): Promise<string[]>;
}

interface Options {
  /** Whether a model is asked as well. */
  readonly judge: boolean;
  readonly signal: AbortSignal;
  /** Generations whose texts are not held against it. */
  readonly except?: readonly string[];
}

/** Rates what providers write. */
export class QualityService {
  readonly #offline: ReadonlySet<string>;

  constructor(
    private readonly collection: TextCollection,
    /** All providers behind one. */
    private readonly routed: Provider,
    providers: readonly Provider[],
    /** The class of models that judges come from. */
    private readonly judgeClass: () => string,
  ) {
    this.#offline = new Set(providers.filter(({ offline }) => offline).map(({ name }) => name));
  }

  /** The rating of a whole answer. The requests that judging it took are the generation's too. */
  async rate(answered: Answered, options: Options): Promise<Rating | null> {
    if (!answered.isComplete) return null;
    const { text, generation, admit, spending } = answered;
    const { judge, signal, except = [] } = options;
    const isOffline = (name: string) => this.#offline.has(name);
    const judging = { provider: this.routed, model: this.judgeClass(), isOffline, admit };
    const [parts, judgement] = await Promise.all([
      this.rules(generation, text, except),
      judge ? judgeQuality({ text, request: generation.request }, judging, signal) : undefined,
    ]);
    for (const attempt of judgement?.attempts ?? []) spending.note(attempt);
    return { parts, judge: judgement?.judge ?? null };
  }

  /** What the rules say of a text for the request of a generation, without what came of some generations. */
  async rules(
    { workspaceId, request }: Pick<Generation, "workspaceId" | "request">,
    text: string,
    except: readonly string[] = [],
  ): Promise<Rating["parts"]> {
    return rateText(text, request, await this.collection.similarTexts(workspaceId, text, except));
  }
}
