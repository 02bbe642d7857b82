import type { Person } from "./atrium.js";

interface Account {
  readonly userId: string;
}

export const grant = (by: Person, resourceId: string, { userId }: Account, level = "READ"): Promise<unknown> =>
  by.query(
    `mutation ($resourceId: ID!, $userId: ID!) { grantAccess(resourceId: $resourceId, userId: $userId, level: ${level}) { id } }`,
    { resourceId, userId },
  );

export const revoke = (by: Person, resourceId: string, { userId }: Account): Promise<unknown> =>
  by.query(
    "mutation ($resourceId: ID!, $userId: ID!) { revokeAccess(resourceId: $resourceId, userId: $userId) { id } }",
    { resourceId, userId },
  );
