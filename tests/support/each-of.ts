/** Does something with each of many, so many at a time. */
export const eachOf = async <T>(items: Iterable<T>, together: number, work: (item: T) => Promise<unknown>) => {
  const waiting = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: together }, worker));
};
