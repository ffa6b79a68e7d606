/** Lets only so many bytes be held at once; whoever asks first gets them first. */
export interface ByteBudget {
  /**
   * Waits until the bytes are free, and takes them. More than there are in all count as all of them.
   *
   * @returns gives them back
   * @throws the signal's reason when it is aborted before
   */
  take(bytes: number, signal: AbortSignal): Promise<() => void>;
}

/** @param total - bytes that may be held at once */
export function createByteBudget(total: number): ByteBudget {
  const waiting = new Set<{ readonly bytes: number; readonly go: () => void }>();
  let free = total;
  function serve(): void {
    for (const waiter of waiting) {
      if (waiter.bytes > free) return;
      waiting.delete(waiter);
      free -= waiter.bytes;
      waiter.go();
    }
  }
  return {
    take(asked, signal) {
      const bytes = Math.min(asked, total);
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const waiter = { bytes, go };
        function giveUp(): void {
          waiting.delete(waiter);
          reject(signal.reason);
          serve();
        }
        function go(): void {
          signal.removeEventListener('abort', giveUp);
          resolve(() => {
            free += bytes;
            serve();
          });
        }
        signal.addEventListener('abort', giveUp);
        waiting.add(waiter);
        serve();
      });
    },
  };
}
