import { setTimeout as pause } from 'node:timers/promises';

import { connectClient } from '../../temporal/connect-client.ts';
import { findMissingParts } from './missing-parts.ts';

const EVERY_MS = 200;

/**
 * Waits until workers poll a local Temporal for runs and for the calls of all lanes: whoever submits before that is warned
 * that no worker is there.
 *
 * @param signal - gives up
 */
export async function untilWorkersPoll(
  address: string,
  lanes: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const temporal = await connectClient({ address, namespace: 'default' });
  try {
    while (!signal.aborted) {
      const missing = await findMissingParts(temporal, { pages: [], lanes }).catch(() => undefined);
      if (missing?.length === 0) return;
      await pause(EVERY_MS, undefined, { signal }).catch(() => {});
    }
  } finally {
    await temporal.close();
  }
}
