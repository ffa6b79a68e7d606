import { temporalEnvironment, type Config } from '../config.ts';
import { PollenBatchError } from '../errors.ts';
import { namesTemporal } from '../temporal/settings.ts';

/**
 * Whether a Temporal server is configured. The address that a person's temporal.toml has for every tool counts only
 * beside a bucket: alone it must not take the place of the local stack.
 */
export function hasTemporal({ store, temporalConfigured }: Config): boolean {
  return temporalConfigured || (store !== undefined && namesTemporal(temporalEnvironment()));
}

/**
 * Whether servers are configured, rather than a local stack wanted.
 *
 * @throws PollenBatchError `config-invalid` when only one of the two is: the worker of a local stack would look for runs
 * in another place than the command that submits them
 */
export function usesServers(config: Config): boolean {
  const isTemporal = hasTemporal(config);
  if ((config.store !== undefined) === isTemporal) return isTemporal;
  const [given, missing] = isTemporal
    ? ['A Temporal server is configured (TEMPORAL_*)', 'no bucket']
    : ['A bucket is configured (S3_BUCKET)', 'no Temporal server'];
  throw new PollenBatchError('config-invalid', `${given}, and ${missing}`, {
    remedy:
      'Set both TEMPORAL_ADDRESS and S3_BUCKET to use servers of your own, or neither for a local stack.',
  });
}
