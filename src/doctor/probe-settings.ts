import type { Config } from '../config.ts';
import { PollenBatchError } from '../errors.ts';
import { readPrices } from '../services.ts';
import type { SettingProblem } from '../settings/settings.ts';
import { resolveTemporal } from '../temporal/connect-client.ts';

/** Reads the files that settings point to, as commands do once they need them, and names what is wrong. */
export function probeSettings({ api, temporalConfigured }: Config): readonly SettingProblem[] {
  return [
    ...problemOf('POLLINATIONS_PRICES', () => api.priceFile !== undefined && readPrices(api.priceFile)),
    ...problemOf('TEMPORAL_*', () => temporalConfigured && resolveTemporal({})),
  ];
}

function problemOf(name: SettingProblem['name'], read: () => unknown): readonly SettingProblem[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof PollenBatchError)) throw error;
    const { message, details, remedy } = error;
    return [{ name, message: [message, ...details].join(' '), remedy: remedy ?? 'Correct it.' }];
  }
}
