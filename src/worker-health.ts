import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

import type { Logger } from 'pino';

export interface HealthFileOptions {
  readonly file: string;
  /** May fail, which counts as no. */
  readonly arePolling: () => Promise<boolean>;
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly logger: Pick<Logger, 'warn'>;
  /** Milliseconds between two looks. @default 20000, and 1000 while the answer is no */
  readonly intervalMs?: number;
}

/**
 * Touches a file as long as the workers poll, for health checks that look at its age: a worker listens on no port that
 * could be asked. Never rejects.
 */
export async function keepHealthFile({
  file,
  arePolling,
  signal,
  logger,
  intervalMs = 20_000,
}: HealthFileOptions): Promise<void> {
  while (!signal.aborted) {
    const polling = await arePolling().catch(() => false);
    if (polling && !signal.aborted) {
      await writeFile(file, `${new Date().toISOString()}\n`).catch((error: unknown) =>
        logger.warn({ file, error: String(error) }, 'the health file cannot be written'),
      );
    }
    await delay(polling ? intervalMs : Math.min(intervalMs, 1_000), undefined, { signal, ref: false }).catch(
      () => {},
    );
  }
}
