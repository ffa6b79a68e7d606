import type { Config } from '../config.ts';
import { PollenBatchError } from '../errors.ts';

/**
 * Whether servers are configured, rather than a local stack wanted.
 *
 * @throws PollenBatchError `config-invalid` when only one of the two is: the worker of a local stack would look for runs
 * in another place than the command that submits them
 */
export function usesServers({ store, temporalConfigured }: Config): boolean {
  if ((store !== undefined) === temporalConfigured) return temporalConfigured;
  const [given, missing] = temporalConfigured
    ? ['A Temporal server is configured (TEMPORAL_*)', 'no bucket']
    : ['A bucket is configured (S3_BUCKET)', 'no Temporal server'];
  throw new PollenBatchError('config-invalid', `${given}, and ${missing}`, {
    remedy:
      'Set both TEMPORAL_ADDRESS and S3_BUCKET to use servers of your own, or neither for a local stack.',
  });
}
