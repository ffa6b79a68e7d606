import type { Documents } from '../documents.ts';
import { callOf } from '../evidence.ts';
import { finder, type Finding } from '../finding.ts';

/** I6: all attempts of a call sent the same bytes. */
export function sameRequest({ journal }: Documents): readonly Finding[] {
  const first = new Map<string, string>();
  const changed = new Set<string>();
  for (const entry of journal) {
    const sent = `${entry.method} ${entry.path}\n${entry.body ?? ''}`;
    const call = callOf(entry);
    if (!first.has(call)) first.set(call, sent);
    else if (first.get(call) !== sent) changed.add(call);
  }
  return [...changed].map((call) => finder('I6', call)('its attempts have sent different bytes'));
}
