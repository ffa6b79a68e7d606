import { PollenBatchError } from '../errors.ts';
import { isFree } from './ports.ts';

/**
 * Where each worker of one machine serves its metrics: the first one where it is said, each further one a port higher.
 *
 * @param listen - address and port
 */
export function metricsAddresses(listen: string, workers: number): readonly string[] {
  const [address, port] = [listen.slice(0, listen.lastIndexOf(':')), portOf(listen)];
  return Array.from({ length: workers }, (_, index) => `${address}:${port + index}`);
}

/**
 * Makes sure that workers can serve their metrics, before anything is started for them.
 *
 * @throws PollenBatchError `config-invalid` naming the port that is taken
 */
export async function checkMetricsPorts(addresses: readonly string[]): Promise<void> {
  for (const [index, address] of addresses.entries()) {
    const port = portOf(address);
    if (port <= 65_535 && (await isFree(port))) continue;
    const whose = addresses.length === 1 ? 'the worker' : `worker ${index + 1}`;
    const why = port > 65_535 ? 'there is no such port' : 'the port is taken';
    throw new PollenBatchError(
      'config-invalid',
      `metrics of ${whose} cannot be served at ${address}: ${why}`,
      {
        remedy: 'Set POLLEN_BATCH_METRICS to a port that is free; each further worker takes the next one.',
      },
    );
  }
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
