import { DefaultLogger, Runtime, type LogEntry } from '@temporalio/worker';
import type { Logger } from 'pino';

import { PollenBatchError } from '../errors.ts';
import { createMeters, type Meters } from './meters.ts';
import { buckets } from './metrics.ts';

/**
 * Gives the Temporal SDK our logger, and has it serve metrics; once per process, before the first connection.
 *
 * @param listen - address and port of the Prometheus endpoint. @default none is served
 * @returns the product's own meters, on the same endpoint
 * @throws PollenBatchError `config-invalid` when the address cannot be listened on
 */
export function installRuntime(logger: Logger, listen?: string): Meters {
  try {
    Runtime.install({
      // The SDK makes an entry for every start and end of a call: only where somebody reads them.
      logger: new DefaultLogger(logger.isLevelEnabled('debug') ? 'DEBUG' : 'INFO', (entry) =>
        forward(logger, entry),
      ),
      telemetryOptions: {
        logging: { forward: {}, filter: { core: 'WARN', other: 'WARN' } },
        ...(listen === undefined ? {} : { metrics: { prometheus: exporter(listen) } }),
      },
      // The worker's entry decides when to drain.
      shutdownSignals: [],
    });
  } catch (error) {
    if (listen === undefined || !/prometheus/i.test(String(error))) throw error;
    throw new PollenBatchError(
      'config-invalid',
      `metrics cannot be served at ${listen}: ${reasonOf(error)}`,
      {
        remedy:
          'Set POLLEN_BATCH_METRICS to an address of this machine and a port that is free; each worker needs its own.',
        cause: error,
      },
    );
  }
  return createMeters(listen === undefined ? undefined : Runtime.instance().metricMeter);
}

function exporter(listen: string) {
  return {
    bindAddress: listen,
    // As Prometheus has it: seconds, and names that say their unit and that they count.
    countersTotalSuffix: true,
    unitSuffix: true,
    useSecondsForDurations: true,
    histogramBucketOverrides: buckets(),
  };
}

function reasonOf(error: unknown): string {
  const text = String((error as Partial<Error>).message);
  return /address already in use/i.test(text) ? 'the port is taken' : text.replace(/^.*exporter: /, '');
}

function forward(logger: Logger, { level, message, meta }: LogEntry): void {
  const method =
    level === 'TRACE'
      ? 'trace'
      : level === 'DEBUG'
        ? 'debug'
        : level === 'WARN'
          ? 'warn'
          : level === 'ERROR'
            ? 'error'
            : 'info';
  logger[method](meta ?? {}, message);
}
