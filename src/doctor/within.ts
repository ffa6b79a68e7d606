/**
 * Waits for work, but no longer than its time: whatever is broken, a diagnosis ends.
 *
 * @param late - what is known when the time is over
 */
export async function within<Fact>(
  work: Promise<Fact>,
  milliseconds: number,
  late: () => Fact,
): Promise<Fact> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<Fact>((resolve) => {
    timer = setTimeout(() => resolve(late()), milliseconds);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
