import { NativeConnection } from '@temporalio/worker';

import { askSearchAttributes } from './search-attributes.ts';
import { openWords, speaksInTheOpen } from './in-the-open.ts';
import { resolveTemporal, whyUnreachable, type TemporalSettings } from './connect-client.ts';

/** What goes to and fro is a few hundred bytes at a time: packing it costs both sides more than it saves. */
const uncompressed = { grpcCompression: { codec: 'none' } } as const;

/**
 * Connects a worker to Temporal.
 *
 * @throws PollenBatchError `temporal-unreachable` naming address, cause and remedy; `config-invalid` for wrong settings
 */
export async function connectWorker(settings: TemporalSettings = {}): Promise<{
  readonly connection: NativeConnection;
  readonly address: string;
  readonly namespace: string;
  /** What to warn of. */
  readonly doubts: readonly string[];
}> {
  const target = resolveTemporal(settings);
  const { options, address, namespace } = target;
  try {
    return {
      connection: await NativeConnection.connect({ ...options, ...uncompressed }),
      address,
      namespace,
      doubts: speaksInTheOpen(target) ? Object.values(openWords(target)) : [],
    };
  } catch (error) {
    throw await whyUnreachable(target, error);
  }
}

/** Whether the namespace knows all Pollen search attributes by their types; a server that does not tell counts as no. */
export async function hasSearchAttributes(connection: NativeConnection, namespace: string): Promise<boolean> {
  try {
    const { missing, mistyped } = await askSearchAttributes(connection, namespace);
    return missing.length === 0 && mistyped.length === 0;
  } catch {
    return false;
  }
}
