import type { MetadataStorage } from "@mikro-orm/core";
import type { Actor } from "./actor.js";
import { Event } from "./event.js";
import { newId, prefixOf } from "./ids.js";
import { Visibility } from "./owned-row.js";
import { metadataOfTable } from "./table-metadata.js";

/** What an event is about. */
export interface Subject {
  readonly id: string;
  readonly visibility?: Visibility;
  readonly createdById?: string;
}

interface Told {
  readonly actor: Actor;
  readonly kind: string;
  readonly subject: Subject;
  readonly data: object;
  readonly now: Date;
}

/** The row of an event. It is seen by whoever sees its subject: an owned one has to say by whom it is, or this throws. */
export const eventOf = (metadata: MetadataStorage, { actor, kind, subject, data, now }: Told): Event => {
  const isOwned = "visibility" in (metadataOfTable(metadata, prefixOf(subject.id))?.properties ?? {});
  if (isOwned && (subject.visibility === undefined || subject.createdById === undefined))
    throw new Error(`The event ${kind} does not say who may see its subject.`);
  return Object.assign(new Event(), {
    id: newId("event"),
    workspaceId: actor.workspaceId,
    actorId: actor.userId,
    requestId: actor.requestId,
    kind,
    subjectId: subject.id,
    visibility: subject.visibility ?? Visibility.WORKSPACE,
    ownerId: subject.createdById ?? null,
    data,
    createdAt: now,
  });
};
