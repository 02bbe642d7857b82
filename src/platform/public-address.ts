import type { Config } from "./config.js";

const defaultPort = 4000;

/** Where people reach this installation: what links in mails begin with. */
export class PublicAddress {
  #url: string;
  readonly #isGiven: boolean;

  constructor({ publicUrl, host, port }: Config["http"]) {
    const shownHost = host === "0.0.0.0" || host === "::" ? "localhost" : host;
    this.#url = publicUrl ?? `http://${shownHost}:${port ?? defaultPort}`;
    this.#isGiven = publicUrl !== undefined;
  }

  /** Without a slash at its end. */
  get url(): string {
    return this.#url;
  }

  /** Without PUBLIC_URL the port is known once it is open. */
  servedAt(url: string): void {
    if (!this.#isGiven) this.#url = url;
  }

  /** A link into the console. Secrets stand behind #, where no server, proxy or log gets to see them. */
  link(name: string, secret: string): string {
    return `${this.#url}/#${name}=${secret}`;
  }
}
