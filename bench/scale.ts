import { table, type Benchmark, type Row } from './support/benchmark.ts';
import { measureScale, type ScaleFigures } from './support/measure-scale.ts';

const SIZES = [1_000, 10_000, 100_000];
const MEGABYTE = 2 ** 20;

interface Line {
  readonly name: string;
  /** `undefined` where there is nothing to tell. */
  readonly of: (figures: ScaleFigures) => number | undefined;
  readonly digits?: number;
  /** At most. */
  readonly bar?: number;
}

const lines: readonly Line[] = [
  { name: 'lost items', of: ({ lost }) => lost, bar: 0 },
  { name: 'time, s', of: ({ seconds }) => seconds, digits: 1, bar: 720 },
  { name: 'items a second', of: ({ items, seconds }) => items / seconds },
  { name: 'workflow start to first record, s', of: (one) => one.firstRecordSeconds, digits: 2 },
  { name: 'submit, s', of: ({ submit }) => submit.seconds, digits: 1 },
  { name: 'results, s', of: ({ results }) => results.seconds, digits: 1 },
  { name: 'worker, most memory, MB', of: ({ memory }) => memory.worker.peakMb, bar: 700 },
  {
    name: 'worker, growth by 10,000 items, MB',
    of: ({ memory }) => memory.worker.slopeMb,
    digits: 1,
    bar: 5,
  },
  { name: 'Temporal, most memory, MB', of: ({ memory }) => memory.Temporal.peakMb },
  { name: 'Temporal, growth by 10,000 items, MB', of: ({ memory }) => memory.Temporal.slopeMb, digits: 1 },
  { name: 'store, most memory, MB', of: ({ memory }) => memory.store.peakMb },
  { name: 'store, growth by 10,000 items, MB', of: ({ memory }) => memory.store.slopeMb, digits: 1 },
  { name: 'submit, most memory, MB', of: ({ submit }) => submit.peakMb },
  { name: 'results, most memory, MB', of: ({ results }) => results.peakMb },
  { name: 'workflows', of: ({ workflows }) => workflows },
  { name: 'events an item', of: ({ events, items }) => events / items, digits: 2 },
  { name: 'bytes of history an item', of: ({ bytes, items }) => bytes / items },
  { name: 'run, longest history, events', of: ({ parent }) => parent.events, bar: 2_000 },
  { name: 'run, largest history, KB', of: ({ parent }) => parent.bytes / 1_024 },
  { name: 'page, longest history, events', of: ({ page }) => page.events, bar: 2_000 },
  { name: 'page, largest history, KB', of: ({ page }) => page.bytes / 1_024, bar: 1_024 },
  { name: 'largest payload, KB', of: (one) => one.largestPayloadBytes / 1_024, digits: 1, bar: 64 },
  { name: 'Temporal database, MB', of: ({ temporalBytes }) => temporalBytes / MEGABYTE, digits: 1 },
  { name: 'objects an item', of: ({ objects, items }) => objects / items, digits: 3 },
  { name: 'bucket, MB', of: ({ objectBytes }) => objectBytes / MEGABYTE, digits: 1 },
  { name: "store's files, MB", of: ({ storeBytes }) => storeBytes / MEGABYTE, digits: 1 },
  { name: 'other programs, % of the machine', of: ({ others }) => others && others * 100 },
];

/** Measures big runs: whether all of it arrives, and how time, memory, events and bytes grow with the items. */
export const scale: Benchmark = async ({ items, say }) => {
  const figures: ScaleFigures[] = [];
  for (const size of items === undefined ? SIZES : [items]) figures.push(await measureScale(size, say));
  const rows: Row[] = [['items', ...figures.map((one) => String(one.items)), 'bar']];
  const missed: string[] = [];
  for (const line of lines) {
    const { name, digits = 0, bar } = line;
    const cells = figures.map((one) => line.of(one)?.toFixed(digits) ?? '-');
    rows.push([name, ...cells, bar === undefined ? '' : `<= ${bar}`]);
    for (const [index, one] of figures.entries()) {
      const value = line.of(one);
      if (bar === undefined || value === undefined || value <= bar) continue;
      missed.push(`${one.items} items: ${name}: ${cells[index]}, not at most ${bar}`);
    }
  }
  return {
    text: `Texts in one run, one worker, 64 wide, about 20 ms an answer; time from the start of submit to the end of the run
Lengths and sizes of histories are the server's, of all executions; payloads are those of the run and of some of its pages

${table(rows)}`,
    figures,
    missed,
  };
};
