import type { JobItem } from './job.ts';
import { quoted } from './printable.ts';
import type { Problem } from './problem.ts';

/** Warns of items whose requests are the same, pinned seed included: the API answers both with one result. */
export function sameRequests(items: readonly JobItem[], file: string): readonly Problem[] {
  const first = new Map<string, string>();
  const warnings: Problem[] = [];
  items.forEach((item, index) => {
    // A negative seed asks the API for another result each time.
    if (typeof item.params['seed'] !== 'number' || item.params['seed'] < 0) return;
    const name = item.id ?? String(index + 1);
    const key = requestKey(item);
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, name);
    else {
      const message = `item ${quoted(name)} asks the same as ${quoted(earlier)}, with the same seed: both get one result`;
      warnings.push({ file, ...item.place, code: 'item-duplicate', message });
    }
  });
  return warnings;
}

function requestKey(item: JobItem): string {
  const params = Object.entries(item.params).sort(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify([item.kind, item.kind === 'text' ? item.messages : item.prompt, params]);
}
