import type { GalleryInfo } from '../../../contract.ts';
import { formatDuration } from '../../model/format.ts';
import { formatTime, timeBetween } from '../../model/time.ts';
import { Money, unknownSentence } from '../parts/money.tsx';

/** What a run cost, and when it was. */
export function RunFacts({ info }: { readonly info: GalleryInfo }) {
  const { cost, unknown, startedAt, endedAt } = info;
  const ms = timeBetween(startedAt, endedAt);
  return (
    <dl class="run-facts">
      <div>
        <dt>Cost</dt>
        <dd>
          <Money of={cost} />
          {unknown !== undefined && unknown.count > 0 && <span class="note">{unknownSentence(unknown)}</span>}
        </dd>
      </div>
      <div>
        <dt>Started</dt>
        <dd>
          <Time iso={startedAt} />
        </dd>
      </div>
      {endedAt !== undefined && (
        <div>
          <dt>Ended</dt>
          <dd>
            <Time iso={endedAt} />
            {ms !== undefined && <span class="note">after {formatDuration(ms)}</span>}
          </dd>
        </div>
      )}
    </dl>
  );
}

function Time({ iso }: { readonly iso: string }) {
  return (
    <time dateTime={iso} title={formatTime(iso, 'UTC')}>
      {formatTime(iso)}
    </time>
  );
}
