import { ApiError } from "./graphql.js";

const firstPauseMs = 250;
const longestPauseMs = 8_000;
/** A connection that is silent for so long after a ping is dead, whatever the operating system thinks of it. */
const pingEveryMs = 15_000;
const pongWithinMs = 5_000;
const sessionEnded = 4401;

/**
 * All subscriptions over one WebSocket (graphql-transport-ws). Every event carries a cursor; after a cut each subscription
 * goes on behind the last one that was delivered. Tells `state`: `connecting`, `live` or `closed`.
 */
export class LiveSocket extends EventTarget {
  #accessToken;
  #headers;
  #socket;
  #turn = 0;
  #isLive = false;
  #failures = 0;
  #token;
  #tokenRefused = false;
  #subscriptions = new Map();
  #lastId = 0;
  #reconnectTimer;
  #pingTimer;
  #pongTimer;

  /** `accessToken(refused)` resolves with a valid token, another one than the refused; `headers()` go with it. */
  constructor(accessToken, headers = () => ({})) {
    super();
    this.#accessToken = accessToken;
    this.#headers = headers;
    addEventListener("online", () => this.#subscriptions.size > 0 && this.open());
  }

  /** Connects, or replaces the connection: what runs goes on behind its cursor. */
  async open() {
    this.#drop();
    const turn = this.#turn;
    this.#tell("connecting");
    try {
      this.#token = await this.#accessToken(this.#tokenRefused ? this.#token : undefined);
    } catch {
      if (turn === this.#turn) this.#openLater();
      return;
    }
    if (turn !== this.#turn) return;
    this.#tokenRefused = false;
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/graphql`, "graphql-transport-ws");
    this.#socket = socket;
    const current = () => socket === this.#socket;
    socket.onopen = () =>
      current() &&
      this.#send({
        type: "connection_init",
        payload: { ...this.#headers(), Authorization: `Bearer ${this.#token}` },
      });
    socket.onmessage = ({ data }) => current() && this.#receive(JSON.parse(data));
    socket.onclose = ({ code }) => {
      if (!current()) return;
      this.#tokenRefused = code === sessionEnded;
      this.#openLater();
    };
  }

  close() {
    this.#drop();
    this.#subscriptions.clear();
    this.#tell("closed");
  }

  /** `next` gets each event once; then comes `complete` or `error`. Returns how to stop. */
  subscribe(query, variables, handlers) {
    const id = String(++this.#lastId);
    this.#subscriptions.set(id, { query, variables: { ...variables }, handlers });
    if (this.#isLive) this.#start(id);
    return () => {
      if (this.#subscriptions.delete(id) && this.#isLive) this.#send({ type: "complete", id });
    };
  }

  #start(id) {
    const { query, variables } = this.#subscriptions.get(id);
    this.#send({ type: "subscribe", id, payload: { query, variables } });
  }

  #receive({ type, id, payload }) {
    clearTimeout(this.#pongTimer);
    if (type === "ping") this.#send({ type: "pong" });
    if (type === "connection_ack") this.#begin();
    const subscription = this.#subscriptions.get(id);
    if (!subscription) return;
    const { variables, handlers } = subscription;
    const errors = type === "error" ? payload : payload?.errors;
    if (errors?.[0]) this.#refuse(id, ApiError.from(errors[0]));
    else if (type === "next") {
      const [event] = Object.values(payload.data);
      variables.after = event.cursor;
      handlers.next(event);
    } else if (type === "complete") {
      this.#subscriptions.delete(id);
      handlers.complete?.();
    }
  }

  #begin() {
    this.#isLive = true;
    this.#failures = 0;
    this.#pingTimer = setInterval(() => this.#ping(), pingEveryMs);
    for (const id of this.#subscriptions.keys()) this.#start(id);
    this.#tell("live");
  }

  #refuse(id, error) {
    if (error.code === "UNAUTHENTICATED") {
      this.#tokenRefused = true;
      this.#openLater();
      return;
    }
    const { handlers } = this.#subscriptions.get(id);
    this.#subscriptions.delete(id);
    handlers.error?.(error);
  }

  #ping() {
    this.#send({ type: "ping" });
    clearTimeout(this.#pongTimer);
    this.#pongTimer = setTimeout(() => this.#openLater(), pongWithinMs);
  }

  #openLater() {
    this.#drop();
    this.#tell("connecting");
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failures++);
    this.#reconnectTimer = setTimeout(() => this.open(), pause * (0.75 + Math.random() / 2));
  }

  #drop() {
    const socket = this.#socket;
    this.#turn++;
    this.#isLive = false;
    this.#socket = undefined;
    clearTimeout(this.#reconnectTimer);
    clearTimeout(this.#pongTimer);
    clearInterval(this.#pingTimer);
    socket?.close(1000);
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #tell(state) {
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}
