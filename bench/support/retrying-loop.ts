import { setTimeout as pause } from 'node:timers/promises';

/** How the loop goes about it. */
export interface LoopOptions {
  readonly url: string;
  readonly key: string;
  readonly items: number;
  /** Calls at once. */
  readonly width: number;
  readonly tries: number;
}

/** Calls as a loop with p-limit does: so many at once, a few tries each, waits that double, Retry-After obeyed. */
export async function retryingLoop({ url, key, items, width, tries }: LoopOptions): Promise<number> {
  let next = 0;
  let failed = 0;
  async function call(item: number): Promise<void> {
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const answer = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'openai', messages: [{ role: 'user', content: `Item ${item}` }] }),
      });
      await answer.arrayBuffer();
      if (answer.ok) return;
      const asked = Number(answer.headers.get('retry-after') ?? Number.NaN) * 1_000;
      await pause(Number.isNaN(asked) ? 500 * 2 ** attempt * (0.5 + Math.random()) : asked);
    }
    failed += 1;
  }
  async function work(): Promise<void> {
    while (next < items) await call(next++);
  }
  await Promise.all(Array.from({ length: width }, work));
  return failed;
}
