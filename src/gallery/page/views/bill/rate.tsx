import { useMemo, useState } from 'preact/hooks';

import type { GalleryFigures } from '../../../contract.ts';
import { fewRows, formatRate, rateRows, rateSentence, type RateRow } from '../../model/rate-table.ts';
import { formatTime } from '../../model/time.ts';
import { Text } from '../parts/text.tsx';
import { RatePlot } from './rate-plot.tsx';

/** How fast calls were sent beside what was allowed, a chart for each lane. */
export function Rate({ rate }: { readonly rate: NonNullable<GalleryFigures['rate']> }) {
  return (
    <section aria-labelledby="bill-rate" class="panel panel-wide">
      <h2 id="bill-rate">Calls a second</h2>
      <p class="key">
        <span class="key-sent">sent</span> <span class="key-limit">allowed by the lane</span>
      </p>
      {rate.lanes.map((lane) => (
        <Lane key={lane.lane} rate={rate} lane={lane} />
      ))}
    </section>
  );
}

interface LaneProps {
  readonly rate: NonNullable<GalleryFigures['rate']>;
  readonly lane: LaneProps['rate']['lanes'][number];
}

function Lane({ rate, lane }: LaneProps) {
  const name = lane.lane;
  const rows = useMemo(() => rateRows(rate, lane), [rate, lane]);
  const [isOpen, setOpen] = useState(false);
  return (
    <div class="lane">
      <h3>
        Lane <Text of={name} />
      </h3>
      <RatePlot rows={rows} label={rateSentence(name, rows)} />
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>The same as a table</summary>
        {isOpen && <RateTable name={name} rows={fewRows(rows)} />}
      </details>
    </div>
  );
}

function RateTable({ name, rows }: { readonly name: string; readonly rows: readonly RateRow[] }) {
  return (
    <div class="tall" tabIndex={0} role="region" aria-label={`Calls a second of lane ${name}, as a table`}>
      <table class="figures-table">
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col" class="number">
              Sent
            </th>
            <th scope="col" class="number">
              Allowed
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at, sent, limit }) => (
            <tr key={at}>
              <th scope="row">{formatTime(new Date(at * 1_000).toISOString())}</th>
              <td class="number">{formatRate(sent)}</td>
              <td class="number">{limit === null ? 'not known' : formatRate(limit)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
