/**
 * Puts streams together whose entries are each in order of their numbers: the pages of a lane are, while those of several
 * lanes go on beside each other. One entry of each stream is at hand.
 */
export async function* inOrder<Entry extends { readonly number: number }>(
  streams: readonly AsyncIterable<Entry>[],
): AsyncGenerator<Entry, void, undefined> {
  const open = streams.map((stream) => stream[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(open.map((stream) => stream.next()));
    for (;;) {
      let first: number | undefined;
      for (const [index, head] of heads.entries()) {
        if (head.done === true) continue;
        const least = first === undefined ? undefined : heads[first];
        if (least === undefined || least.done === true || head.value.number < least.value.number)
          first = index;
      }
      const head = first === undefined ? undefined : heads[first];
      if (first === undefined || head === undefined || head.done === true) return;
      yield head.value;
      heads[first] = (await open[first]?.next()) ?? { done: true, value: undefined };
    }
  } finally {
    await Promise.all(open.map(async (stream) => stream.return?.()));
  }
}
