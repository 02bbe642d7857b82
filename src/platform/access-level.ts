import { registerEnumType } from "type-graphql";

export enum AccessLevel {
  READ = "READ",
  WRITE = "WRITE",
  MANAGE = "MANAGE",
}

registerEnumType(AccessLevel, {
  name: "AccessLevel",
  description: "What a grant lets a member do with one thing; each level includes the ones before it.",
  valuesConfig: {
    READ: { description: "See it, whatever its visibility." },
    WRITE: { description: "Change it, whatever the member's role." },
    MANAGE: { description: "Delete it, change its visibility, and grant and revoke access to it." },
  },
});

const order = [AccessLevel.READ, AccessLevel.WRITE, AccessLevel.MANAGE];

/** Whether a held level, if any, includes a needed one. */
export const includesLevel = (held: AccessLevel | undefined, needed: AccessLevel): boolean =>
  held !== undefined && order.indexOf(held) >= order.indexOf(needed);
