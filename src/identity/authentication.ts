import { hash } from "node:crypto";
import { isId } from "#src/platform/ids.js";
import { keyTopic } from "./api-key.js";
import type { ApiKeyCallers } from "./api-key-callers.js";
import { isApiKey, parseApiKey } from "./api-key-text.js";
import type { BelievedCallers } from "./believed-callers.js";
import type { Caller } from "./caller.js";
import { memberTopic } from "./membership.js";
import { sessionTopic } from "./session.js";
import type { SessionService } from "./session-service.js";
import type { Tokens } from "./tokens.js";

/** Tells who sends a request, by the access token of a session or by an API key. */
export class Authentication {
  constructor(
    private readonly tokens: Tokens,
    private readonly sessions: SessionService,
    private readonly apiKeys: ApiKeyCallers,
    private readonly believed: BelievedCallers,
  ) {}

  /**
   * Who sends a request with this token, in the workspace that it names, or the credential's own, or the user's first one.
   * Nothing when the token, what it stands for, the user or the membership is not valid now.
   */
  async authenticate(token: string, workspaceId: string | undefined, requestId: string): Promise<Caller | undefined> {
    if (workspaceId !== undefined && !isId(workspaceId, "workspace")) return undefined;
    const caller = isApiKey(token) ? await this.#byKey(token) : await this.#bySession(token, workspaceId);
    // A key belongs to one workspace.
    if (caller === undefined || (workspaceId !== undefined && caller.workspaceId !== workspaceId)) return undefined;
    return { ...caller, requestId };
  }

  async #bySession(token: string, workspaceId: string | undefined) {
    const claims = await this.tokens.verifyAccess(token);
    if (claims === undefined) return undefined;
    const topics = [sessionTopic(claims.sessionId), memberTopic(claims.userId)];
    return this.believed.find(`${claims.sessionId} ${workspaceId ?? ""}`, topics, () =>
      this.sessions.findCaller(claims, workspaceId),
    );
  }

  async #byKey(token: string) {
    const parsed = parseApiKey(token);
    if (parsed === undefined) return undefined;
    // Remembered by its hash: the secret itself is kept nowhere.
    return this.believed.find(hash("sha256", token, "base64url"), [keyTopic(parsed.prefix)], () =>
      this.apiKeys.find(parsed),
    );
  }
}
