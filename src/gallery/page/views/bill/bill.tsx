import type { GalleryInfo } from '../../../contract.ts';
import { formatWord } from '../../model/format.ts';
import { Money, unknownSentence } from '../parts/money.tsx';
import { Latency } from './latency.tsx';
import { Models } from './models.tsx';
import { Rate } from './rate.tsx';

/** What a run cost, by model, how long answers took, and how fast calls were sent. */
export function Bill({ info }: { readonly info: GalleryInfo }) {
  const { figures, cost, unknown, items, emulated } = info;
  return (
    <div class="bill">
      <section aria-labelledby="bill-total" class="panel">
        <h2 id="bill-total">Cost</h2>
        <p class="total">
          <Money of={cost} />
        </p>
        <p class="note">
          For {formatWord(items, 'item')}, exact to the last digit.
          {emulated && ' The emulator answered, so nobody paid this.'}
        </p>
        {unknown !== undefined && unknown.count > 0 && (
          <div class="notice notice-warning">
            <strong>Part of the bill is not known.</strong> {unknownSentence(unknown)} Their answers were lost
            on the way, and only the API knows whether it charged for them.
          </div>
        )}
        <Models models={figures.models} />
      </section>
      <Latency figures={figures} />
      {figures.rate !== undefined && figures.rate.lanes.length > 0 && <Rate rate={figures.rate} />}
    </div>
  );
}
