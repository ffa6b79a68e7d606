import type { GalleryFigures } from '../../../contract.ts';
import { formatClass, formatCount, formatDuration, formatWord } from '../../model/format.ts';
import { asPercent, shareOf } from '../../model/share.ts';
import { Text } from '../parts/text.tsx';

/** How long answers took, a histogram for each model. */
export function Latency({ figures }: { readonly figures: GalleryFigures }) {
  const { models, latencyBoundsMs: bounds } = figures;
  const answered = models.filter(({ latency }) => latency.some((count) => count > 0));
  if (answered.length === 0) return null;
  // What no model needs at either end is left out.
  const used = bounds.concat(0).map((_, index) => answered.some(({ latency }) => (latency[index] ?? 0) > 0));
  const classes = used.map((_, index) => index).slice(used.indexOf(true), used.lastIndexOf(true) + 1);
  return (
    <section aria-labelledby="bill-latency" class="panel">
      <h2 id="bill-latency">How long answers took</h2>
      <div class="histograms">
        {answered.map((model) => (
          <Histogram key={`${model.kind} ${model.model}`} model={model} bounds={bounds} classes={classes} />
        ))}
      </div>
      <details>
        <summary>The same as a table</summary>
        <div class="wide" tabIndex={0} role="region" aria-label="How long answers took, as a table">
          <table class="figures-table">
            <thead>
              <tr>
                <th scope="col">Model</th>
                {classes.map((index) => (
                  <th key={index} scope="col" class="number">
                    {formatClass(bounds, index)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {answered.map(({ kind, model, latency }) => (
                <tr key={`${kind} ${model}`}>
                  <th scope="row">
                    <Text of={model} />
                  </th>
                  {classes.map((index) => (
                    <td key={index} class="number">
                      {formatCount(latency[index] ?? 0)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
}

interface HistogramProps {
  readonly model: GalleryFigures['models'][number];
  readonly bounds: readonly number[];
  readonly classes: readonly number[];
}

function Histogram({ model: { model, latency }, bounds, classes }: HistogramProps) {
  const most = Math.max(...latency);
  const all = latency.reduce((sum, count) => sum + count, 0);
  const usual = latency.indexOf(most);
  return (
    <figure class="histogram">
      <figcaption>
        <Text of={model} /> <span class="note">{formatWord(all, 'answer')}</span>
      </figcaption>
      <div
        class="histogram-bars"
        role="img"
        aria-label={`${model}: most answers took ${formatClass(bounds, usual)} (${formatCount(most)} of ${formatCount(all)})`}
      >
        {classes.map((index) => (
          <div
            key={index}
            class="histogram-slot"
            title={`${formatClass(bounds, index)}: ${latency[index] ?? 0}`}
          >
            <div class="histogram-bar" style={{ height: asPercent(shareOf(latency[index] ?? 0, most)) }} />
          </div>
        ))}
      </div>
      <div class="histogram-ends" aria-hidden="true">
        <span>{formatDuration(bounds[(classes[0] ?? 0) - 1] ?? 0)}</span>
        <span>{endOf(bounds, classes.at(-1) ?? 0)}</span>
      </div>
    </figure>
  );
}

function endOf(bounds: readonly number[], last: number): string {
  const bound = bounds[last];
  return bound === undefined ? 'and more' : formatDuration(bound);
}
