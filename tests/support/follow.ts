import type { JobEventsSubscription } from "#schema/client.js";
import type { Person } from "./atrium.js";

export type ThreadEvent = JobEventsSubscription["jobEvents"];

/** A job's thread as its reader sees it. */
export async function* follow(person: Pick<Person, "sdk">, jobId: string, after?: string): AsyncGenerator<ThreadEvent> {
  const stream = person.sdk.JobEvents({
    jobId,
    after: after ?? null,
  }) as unknown as AsyncIterable<JobEventsSubscription>;
  for await (const { jobEvents } of stream) yield jobEvents;
}

export const collect = async (person: Pick<Person, "sdk">, jobId: string, after?: string): Promise<ThreadEvent[]> => {
  const events: ThreadEvent[] = [];
  for await (const event of follow(person, jobId, after)) events.push(event);
  return events;
};

/** The text that a thread tells: all pieces since the last beginning. */
export const textOf = (events: readonly ThreadEvent[]): string => {
  const begin = events.findLastIndex(({ __typename }) => __typename === "JobStarted");
  return events
    .slice(begin + 1)
    .map((event) => (event.__typename === "TextChunk" ? event.text : ""))
    .join("");
};

export const endOf = (events: readonly ThreadEvent[]) => {
  const last = events.at(-1);
  if (last?.__typename !== "JobEnded") throw new Error(`The thread ended with ${last?.__typename}.`);
  return last.job;
};
