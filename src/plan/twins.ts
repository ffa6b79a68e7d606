import { quoted } from '../manifest/printable.ts';
import type { Problem } from '../manifest/problem.ts';
import type { ItemPlace } from './expand/expanded-item.ts';
import type { PlannedItem } from './plan.ts';

/** Twins that are named one by one. */
const TOLD = 20;

/** Finds items that ask the same with the same seed: the API answers them with one result. */
export interface Twins {
  /** Whether an item that asks the same was added before. */
  has(item: PlannedItem): boolean;
  add(item: PlannedItem, page: number, place: ItemPlace): void;
  /** A page's text in which every twin is known to be one, the first of them too. */
  mark(page: number, text: string): string;
  /** Says of each twin whose it is. */
  warnings(): readonly Problem[];
}

/**
 * Looks at the calls whose bytes are known beforehand; items that share no more than a step are fine.
 *
 * @param textOf - reads a page back: the few items that have a twin are looked up in it, so that not all are remembered
 */
export function createTwins(textOf: (page: number) => string): Twins {
  // The page of the first that has it, by the digest of a call, and by that of an item's whole work.
  const pages = new Map<string, number>();
  // By page, the digests that occur again.
  const repeated = new Map<number, Set<string>>();
  const warnings: Problem[] = [];
  let count = 0;

  function note(page: number, digest: string): void {
    const known = repeated.get(page) ?? new Set<string>();
    repeated.set(page, known.add(digest));
  }

  return {
    has: ({ digest }) => pages.has(digest),
    add(item, page, place) {
      const twinOf = pages.get(item.digest);
      for (const call of 'steps' in item ? item.steps : [item]) {
        if (!('digest' in call)) continue;
        const first = pages.get(call.digest);
        if (first === undefined) {
          pages.set(call.digest, page);
          continue;
        }
        note(first, call.digest);
        note(page, call.digest);
      }
      if (twinOf === undefined) {
        pages.set(item.digest, page);
        return;
      }
      count += 1;
      if (count > TOLD) return;
      const twin = findId(textOf(twinOf), item.digest);
      const message = `item ${quoted(item.id)} asks the same as ${quoted(twin)}, with the same seed: both get one result`;
      warnings.push({ ...place, code: 'item-duplicate', message });
    },
    mark(page, text) {
      const digests = repeated.get(page);
      if (digests === undefined) return text;
      return text
        .split('\n')
        .map((line) => (line === '' ? line : markLine(line, digests)))
        .join('\n');
    },
    warnings() {
      const last = warnings.at(-1);
      if (last === undefined || count <= TOLD) return warnings;
      return [
        ...warnings,
        { ...last, message: `and ${count - TOLD} more items ask the same as another one` },
      ];
    },
  };
}

function findId(text: string, digest: string): string {
  for (const line of text.split('\n')) {
    if (!line.includes(digest)) continue;
    const item = JSON.parse(line) as PlannedItem;
    if (item.digest === digest) return item.id;
  }
  return 'another one';
}

function markLine(line: string, digests: ReadonlySet<string>): string {
  const item = JSON.parse(line) as PlannedItem;
  const mark = <Call extends object>(call: Call): Call =>
    'digest' in call && digests.has(String(call.digest)) ? { ...call, shared: true as const } : call;
  return JSON.stringify('steps' in item ? { ...item, steps: item.steps.map(mark) } : mark(item));
}
