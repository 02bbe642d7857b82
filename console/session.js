import { ApiError, post } from "./graphql.js";

const storageKey = "atrium.session";
const workspaceKey = "atrium.workspace";
/** A token this close to its end is renewed before it is used, in milliseconds. */
const marginMs = 60_000;
const tryAgainMs = 5_000;

export const tokenPair = "accessToken accessTokenExpiresAt refreshToken user { id email username }";
const refreshDocument = `mutation RefreshSession($refreshToken: String!) {
  refreshSession(refreshToken: $refreshToken) { ${tokenPair} }
}`;

/** Exchanges a refresh token; it is good only once. */
export const exchange = async (refreshToken) => (await post(refreshDocument, { refreshToken })).refreshSession;

const stored = () => {
  try {
    return JSON.parse(sessionStorage.getItem(storageKey)) ?? undefined;
  } catch {
    return undefined;
  }
};

/** The tokens of this tab. Tells `opened`, `renewed` and `ended`; the last one with a word why in `detail`. */
class Session extends EventTarget {
  #pair = stored();
  #renewal;
  #timer;
  #tabs = new BroadcastChannel("atrium.session");

  constructor() {
    super();
    // A duplicated tab holds the same tokens; using them twice would look like theft and end the session for both.
    this.#tabs.onmessage = ({ data: { replaced, pair } }) => {
      if (this.#pair?.refreshToken === replaced) this.#keep(pair, "renewed");
    };
    // Timers stand still while a machine sleeps.
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.#pair) this.#schedule();
    });
    if (this.#pair) this.#schedule();
  }

  get isOpen() {
    return this.#pair !== undefined;
  }

  get user() {
    return this.#pair?.user;
  }

  /** The workspace that this tab looks at; nothing is the user's own. */
  get workspaceId() {
    return sessionStorage.getItem(workspaceKey) ?? undefined;
  }

  /** Looks at another workspace: what is shown has to be asked for anew. */
  enterWorkspace(id) {
    if (id === undefined) sessionStorage.removeItem(workspaceKey);
    else sessionStorage.setItem(workspaceKey, id);
    this.dispatchEvent(new Event("opened"));
  }

  open(pair) {
    if (pair.user.id !== this.#pair?.user.id) sessionStorage.removeItem(workspaceKey);
    this.#keep(pair, "opened");
  }

  end(reason) {
    if (!this.#pair) return;
    this.#pair = undefined;
    clearTimeout(this.#timer);
    sessionStorage.removeItem(storageKey);
    sessionStorage.removeItem(workspaceKey);
    this.dispatchEvent(new CustomEvent("ended", { detail: reason }));
  }

  /** An access token that is good for a while. `refused` is one that the API did not take. */
  async accessToken(refused) {
    if (!this.#pair) throw new ApiError("UNAUTHENTICATED", "Nobody is signed in.");
    if (this.#pair.accessToken === refused || this.#remainingMs() < marginMs / 2) await this.#renew();
    return this.#pair.accessToken;
  }

  #renew() {
    this.#renewal ??= this.#exchange().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #exchange() {
    const { refreshToken } = this.#pair;
    try {
      const pair = await exchange(refreshToken);
      // Signed out, or renewed by another tab, while the answer was on its way.
      if (this.#pair?.refreshToken !== refreshToken) return;
      this.#tabs.postMessage({ replaced: refreshToken, pair });
      this.#keep(pair, "renewed");
    } catch (error) {
      const isCurrent = this.#pair?.refreshToken === refreshToken;
      if (error.code === "UNAUTHENTICATED" && isCurrent) {
        this.end(
          "Your session has ended: it was idle for half an hour, or ended from elsewhere. Please sign in again.",
        );
      } else if (isCurrent) this.#schedule(tryAgainMs);
      if (isCurrent) throw error;
    }
  }

  #keep(pair, event) {
    this.#pair = pair;
    sessionStorage.setItem(storageKey, JSON.stringify(pair));
    this.#schedule();
    this.dispatchEvent(new Event(event));
  }

  #schedule(ms = this.#remainingMs() - marginMs) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#renew().catch(() => {}), Math.max(0, ms));
  }

  #remainingMs() {
    return Date.parse(this.#pair.accessTokenExpiresAt) - Date.now();
  }
}

export const session = new Session();
