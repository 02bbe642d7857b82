import type { Change } from "#src/platform/change.js";
import type { Database } from "#src/platform/database.js";
import { parseDuration } from "#src/platform/duration.js";
import { badInput, DomainError, notFound } from "#src/platform/errors.js";
import { parseId } from "#src/platform/ids.js";
import { defineList } from "#src/platform/lists/list.js";
import { ApiKey, keyTopic, NewApiKey } from "./api-key.js";
import { hashSecret } from "./api-key-callers.js";
import type { CreateApiKeyInput } from "./api-key-inputs.js";
import { formatApiKey, newKeyPrefix, newKeySecret } from "./api-key-text.js";
import type { Caller } from "./caller.js";
import { allPermissions, isScope } from "./permissions.js";

export const apiKeyList = defineList(ApiKey, { plural: "apiKeys" });

/** How long the secret before a rotation may stay good. */
const longestOverlap = { ms: 7 * 86_400_000, text: "P7D" };

/** API keys of a workspace. Their secrets are shown once; only hashes are stored. */
export class ApiKeyService {
  constructor(private readonly database: Database) {}

  create(caller: Caller, { name, scopes, expiresAt }: CreateApiKeyInput): Promise<NewApiKey> {
    if (name.trim() === "") throw badInput("must not be empty.", "input.name");
    const granted = checkScopes(caller, scopes);
    const secret = newKeySecret();
    return this.database.write(caller, async (change) => {
      if (expiresAt != null && expiresAt <= change.now) {
        throw badInput(`${expiresAt.toISOString()} has passed: a key must end later.`, "input.expiresAt");
      }
      const key = change.create(ApiKey, {
        name: name.trim(),
        prefix: newKeyPrefix(),
        scopes: granted,
        expiresAt: expiresAt ?? null,
        createdById: caller.userId,
        secretHash: hashSecret(secret),
        version: 0,
      });
      change.record("api_key.created", key, shown(key));
      return shownOnce(key, secret);
    });
  }

  /** A new secret for a key. The old one stays good for `overlap`, an ISO 8601 duration of at most 7 days. */
  rotate(caller: Caller, id: string, overlap: string): Promise<NewApiKey> {
    const overlapMs = parseDuration(overlap, "overlap", longestOverlap);
    const secret = newKeySecret();
    return this.database.write(caller, async (change) => {
      const key = await findKey(change, id);
      // The secret acts for the key's maker, and so is for nobody else.
      if (key.createdById !== caller.userId) {
        throw new DomainError("FORBIDDEN", "Only who made a key may rotate it: revoke it, and make one of your own.");
      }
      if (key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt <= change.now)) {
        throw new DomainError("CONFLICT", "The key has ended: make a new one.", { field: "id" });
      }
      key.previousHash = key.secretHash;
      key.overlapEndsAt = new Date(change.now.getTime() + overlapMs);
      key.secretHash = hashSecret(secret);
      key.version += 1;
      change.record("api_key.rotated", key, shown(key));
      change.wake(keyTopic(key.prefix));
      return shownOnce(key, secret);
    });
  }

  /** Ends a key, whoever made it. One that was revoked before stays as it is. */
  revoke(caller: Caller, id: string): Promise<ApiKey> {
    return this.database.write(caller, async (change) => {
      const key = await findKey(change, id);
      if (key.revokedAt !== null) return key;
      key.revokedAt = change.now;
      change.record("api_key.revoked", key, shown(key));
      change.wake(keyTopic(key.prefix));
      return key;
    });
  }
}

const findKey = async (change: Change, id: string): Promise<ApiKey> => {
  const key = await change.find(ApiKey, { id: parseId(id, "api_key") });
  if (key === null) throw notFound("API key", id);
  return key;
};

/** Each once, all of them ones that a key can have and that the caller has. */
const checkScopes = ({ permissions }: Caller, asked: readonly string[]): string[] => {
  const scopes = [...new Set(asked)].sort();
  for (const scope of scopes) {
    if (!isScope(scope)) {
      const possible = [...allPermissions].filter((each) => isScope(each) && permissions.has(each)).join(", ");
      throw badInput(`${JSON.stringify(scope.slice(0, 80))} is no scope; there are ${possible}.`, "input.scopes");
    }
    if (!permissions.has(scope)) {
      const message = `A key may not do more than who makes it: you lack the permission ${scope}.`;
      throw new DomainError("FORBIDDEN", message, { field: "input.scopes" });
    }
  }
  return scopes;
};

const shown = ({ id, name, prefix }: ApiKey) => ({ id, name, prefix });

const shownOnce = (apiKey: ApiKey, secret: string): NewApiKey =>
  Object.assign(new NewApiKey(), { apiKey, secret: formatApiKey({ prefix: apiKey.prefix, secret }) });
