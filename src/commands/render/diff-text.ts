import type { ComparedRun, ComparedRuns } from '../diff/diff.ts';
import type { ModelPair, ModelSide } from '../diff/pair-up.ts';
import { cut, wrap } from './fit.ts';
import { plain } from './terminal.ts';
import { duration, money, plural, table, utcClock } from './words.ts';

/** Columns that the name of a model may have on a screen. */
const NAME = 26;

/**
 * Two runs side by side.
 *
 * @param limit - items that are listed of each kind of difference
 * @param width - columns of the screen. @default no limit
 */
export function diffText(diff: ComparedRuns, limit: number, width = Number.POSITIVE_INFINITY): string {
  const { first, second, isSameApi, difference, models, added, gone, changed, counts } = diff;
  const notes = [
    ...(first.job === second.job ? [] : ['They are runs of two jobs: items are compared by their ids.']),
    ...(isSameApi ? [] : ['They asked two APIs: every request is another one.']),
  ];
  const isSame = added.length + gone.length + changed.length === 0;
  return [
    table([
      ['', 'RUN', 'STATE', 'ITEMS', 'ENDED (UTC)'],
      ['first', ...headCells(first)],
      ['second', ...headCells(second)],
    ]),
    '',
    ...notes.map((note) => wrap(note, width)),
    wrap(
      isSame
        ? `The same: ${plural(counts.unchanged, 'item')}, each with the same request, result and end.`
        : countWords(counts),
      width,
    ),
    ...listed('Added', added, limit, width, ({ id, state }) => `${id}  ${state}`),
    ...listed('Gone', gone, limit, width, ({ id, state }) => `${id}  ${state}`),
    ...listed('Changed', changed, limit, width, ({ id, changes, first: before, second: after }) =>
      before === after
        ? `${id}  ${changes.join(', ')}`
        : `${id}  ${changes.join(', ')}: ${before} -> ${after}`,
    ),
    '',
    wrap(`Cost: ${money(first.cost)}, then ${money(second.cost)} (${signed(difference)}).`, width),
    ...(models.length === 0 ? [] : [modelTable(models)]),
  ].join('\n');
}

function headCells({ runId, state, items, endedAt }: ComparedRun): readonly string[] {
  return [runId, state, String(items), utcClock(endedAt)];
}

function countWords(counts: ComparedRuns['counts']): string {
  const { added, gone, request, result, state, unchanged } = counts;
  return [
    `${added} added`,
    `${gone} gone`,
    `${request} with another request`,
    `${result} with another result`,
    `${state} with another end`,
    `${unchanged} unchanged.`,
  ].join(', ');
}

function listed<Item>(
  head: string,
  items: readonly Item[],
  limit: number,
  width: number,
  line: (item: Item) => string,
): readonly string[] {
  if (items.length === 0) return [];
  const left = items.length - limit;
  return [
    '',
    `${head}:`,
    ...items.slice(0, limit).map((item) => cut(`  ${plain(line(item), 300)}`, width)),
    ...(left > 0 ? [wrap(`  … and ${left} more; --limit shows more, -o json all of them`, width)] : []),
  ];
}

function modelTable(models: readonly ModelPair[]): string {
  const isOpen = models.some(({ first, second }) => isUnknown(first) || isUnknown(second));
  return table([
    ['MODEL', 'POLLEN', 'THEN', 'MEDIAN', 'THEN'],
    ...models.map(({ model, kind, first, second }) => [
      `${plain(model, NAME)} (${kind})`,
      pollenCell(first, isOpen),
      pollenCell(second, isOpen),
      timeCell(first),
      timeCell(second),
    ]),
  ]);
}

function pollenCell(side: ModelSide | undefined, isOpen: boolean): string {
  if (side === undefined) return '-';
  return isOpen && isUnknown(side)
    ? `${side.cost.settled} + ${side.cost.unknown.count} unknown`
    : side.cost.settled;
}

function timeCell(side: ModelSide | undefined): string {
  return side?.medianMs === undefined ? '-' : duration(side.medianMs / 1_000);
}

function isUnknown(side: ModelSide | undefined): boolean {
  return (side?.cost.unknown.count ?? 0) > 0;
}

function signed(amount: string): string {
  return amount === '0' ? 'the same' : amount.startsWith('-') ? amount : `+${amount}`;
}
