import type { ComponentChildren } from 'preact';

import type { GalleryItem } from '../../../contract.ts';
import { formatBytes, formatCount, formatDuration } from '../../model/format.ts';
import { formatBoth } from '../../model/time.ts';
import { Money, unknownSentence } from '../parts/money.tsx';
import { Text } from '../parts/text.tsx';

/** What is known of how an item was made. */
export function Facts({ item }: { readonly item: GalleryItem }) {
  return (
    <section aria-labelledby="detail-made">
      <h3 id="detail-made">Made</h3>
      <dl class="facts">
        {factsOf(item).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === 'string' ? <Text of={value} /> : value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function factsOf(item: GalleryItem): readonly (readonly [name: string, value: ComponentChildren])[] {
  const { cost, unknown, attempts, throttled = 0, latencyMs, startedAt, seed, width, height, bytes } = item;
  const facts: (readonly [string, ComponentChildren])[] = [
    ['Number', formatCount(item.number)],
    ['Custom id', item.customId],
    ['Model asked', item.model],
    ['Model used', item.modelUsed],
    ['Seed', seed === undefined ? undefined : String(seed)],
    ['Cost', <Money of={cost} />],
    ['Not known', unknown === undefined ? undefined : unknownSentence(unknown)],
    ['Attempts', triesOf(attempts, throttled)],
    ['Took', latencyMs === undefined ? undefined : formatDuration(latencyMs)],
    ['Started', startedAt === undefined ? undefined : formatBoth(startedAt)],
    ['Cache', item.cache],
    ['Made by run', item.reusedRun],
    ['Size', width === undefined || height === undefined ? undefined : `${width} × ${height}`],
    ['Type', item.contentType],
    ['Bytes', bytes === undefined ? undefined : `${formatBytes(bytes)} (${formatCount(bytes)})`],
    ['SHA-256', item.sha256 === undefined ? undefined : <code class="hash">{item.sha256}</code>],
  ];
  return facts.filter(([, value]) => value !== undefined);
}

function triesOf(attempts: number, throttled: number): string {
  return throttled === 0
    ? formatCount(attempts)
    : `${formatCount(attempts)}, ${formatCount(throttled)} of them told to slow down`;
}
