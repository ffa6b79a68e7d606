import type { PollenBatchError } from '../errors.ts';
import { travelsInTheOpen, type Api } from '../pollinations/discover.ts';
import { checksOf, type Check } from './check.ts';

export type ApiFacts =
  | {
      readonly kind: 'found';
      readonly api: Pick<Api, 'base' | 'dialect' | 'emulated' | 'models'>;
      /** Milliseconds that one models call took. */
      readonly latencyMs: number;
      /** Whether a key is sent. */
      readonly hasKey: boolean;
    }
  | { readonly kind: 'missing'; readonly error: Pick<PollenBatchError, 'message' | 'details' | 'remedy'> }
  | { readonly kind: 'not-asked'; readonly why: string };

const { ok, warning, failed, skipped } = checksOf('API');

/** Judges the API. */
export function apiChecks(facts: ApiFacts): readonly Check[] {
  if (facts.kind === 'not-asked') return [skipped('address', facts.why)];
  if (facts.kind === 'missing') {
    const { message, details, remedy } = facts.error;
    return [
      failed(
        'address',
        [message, ...details].join(' '),
        remedy ?? 'Check the network and POLLINATIONS_BASE_URL.',
      ),
      skipped('models', 'no API was found'),
    ];
  }
  return [addressCheck(facts), modelsCheck(facts.api.models)];
}

function addressCheck({ api, latencyMs, hasKey }: Extract<ApiFacts, { kind: 'found' }>): Check {
  const { base, dialect, emulated } = api;
  const emulator = emulated ? '; it is the emulator: nothing is generated or billed' : '';
  const found = `${base} speaks ${dialect}, answers in ${Math.round(latencyMs)} ms${emulator}`;
  if (!hasKey || !travelsInTheOpen(base)) return ok('address', found);
  return warning(
    'address',
    `${found}; the key travels unencrypted`,
    'Use an https URL in POLLINATIONS_BASE_URL.',
  );
}

function modelsCheck(models: Api['models']): Check {
  const count = (kind: 'text' | 'image'): number => models.filter((model) => model.kind === kind).length;
  const unpriced = models.filter(({ priced }) => !priced).map(({ id }) => id);
  const free = models.filter(({ free: isFree }) => isFree).length;
  const found = `${count('text')} for texts, ${count('image')} for images, ${free} of them free`;
  if (models.length === 0) {
    return failed('models', 'the API lists none', 'Check POLLINATIONS_BASE_URL and POLLINATIONS_DIALECT.');
  }
  if (unpriced.length === 0) return ok('models', `${found}; every price is known`);
  const names = unpriced.slice(0, 5).join(', ') + (unpriced.length > 5 ? ', …' : '');
  return warning(
    'models',
    `${found}; no price is known of ${unpriced.length}: ${names}`,
    'They are not called, unless a file in POLLINATIONS_PRICES gives their prices, or --allow-unpriced permits it.',
  );
}
