import type { ApiSettings } from '../../config.ts';
import { PollenBatchError } from '../../errors.ts';
import type { PlannedJob } from '../../plan/plan-job.ts';
import { findPrice } from '../../pollen/prices.ts';
import type { Api } from '../../pollinations/discover.ts';
import { keyKind } from '../../pollinations/secret.ts';

/**
 * Checks that the way in fits the job, before anything is sent.
 *
 * @returns warnings, as sentences
 * @throws PollenBatchError `usage` when an anonymous job asks for models that cost something
 */
export function checkAccess(uses: PlannedJob['uses'], api: Api, settings: ApiSettings): readonly string[] {
  if (settings.anonymous) {
    const paid = new Set(
      uses.filter(({ kind, model }) => !isFree(api, kind, model)).map(({ model }) => model),
    );
    if (paid.size > 0) {
      throw new PollenBatchError(
        'usage',
        `without a key only free models answer, and the job asks for ${[...paid].join(', ')}`,
        {
          remedy: 'Choose free models, or set POLLINATIONS_API_KEY and leave --anonymous out.',
        },
      );
    }
  }
  if (settings.key !== undefined && keyKind(settings.key.reveal()) === 'publishable') {
    return [
      'This is a publishable key: it works, but it is made for front ends and is limited per hour; a secret key (sk_…) is made for batches.',
    ];
  }
  return [];
}

function isFree(api: Api, kind: 'text' | 'image', model: string): boolean {
  const price = findPrice(api.prices, kind, model);
  return price !== undefined && Object.keys(price.rates).length === 0;
}
