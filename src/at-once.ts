// Not Node's own `Readable.map`: it is experimental, has no types, refuses `null`, and leaves what it has begun to itself.

/**
 * Does work on entries in their order, so many at once, what nobody has taken yet among them; the first error in that
 * order ends it, and however it ends, nothing that it has begun is still under way.
 */
export async function* mapAhead<Entry, Value>(
  entries: Iterable<Entry> | AsyncIterable<Entry>,
  atOnce: number,
  work: (entry: Entry) => Promise<Value>,
): AsyncGenerator<Value, void, undefined> {
  const begun: Promise<Value>[] = [];
  try {
    for await (const entry of entries) {
      const value = work(entry);
      // Its error is thrown when its turn comes, if it comes.
      value.catch(() => {});
      if (begun.push(value) < atOnce) continue;
      yield await (begun.shift() ?? value);
    }
    for (let next = begun.shift(); next !== undefined; next = begun.shift()) yield await next;
  } finally {
    await Promise.allSettled(begun);
  }
}

/** Does work on entries, so many at once, and gives all that comes of it in their order. */
export async function mapAtOnce<Entry, Value>(
  entries: Iterable<Entry> | AsyncIterable<Entry>,
  atOnce: number,
  work: (entry: Entry) => Promise<Value>,
): Promise<Value[]> {
  const values: Value[] = [];
  for await (const value of mapAhead(entries, atOnce, work)) values.push(value);
  return values;
}
