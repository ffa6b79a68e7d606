import { createHash } from 'node:crypto';

import type { Select } from '../../manifest/job.ts';
import { UnknownColumn, type Read, type Row } from './row.ts';

/**
 * Picks rows: those of the range, of these the equal ones, of these the first or a sample. Ends as soon as no later row
 * can be picked. Of a sample only its own rows are held.
 *
 * A sample is the rows whose content, hashed with the seed, comes first: a row that is added or moved changes no more
 * than one of the others.
 *
 * @throws UnknownColumn when no row has a column that `where` names
 */
export async function* selectRows(
  select: Select,
  source: AsyncIterable<readonly Read[]>,
): AsyncGenerator<readonly Read[]> {
  const [from, to] = select.rows ?? [1, Infinity];
  const sample = select.sample === undefined ? undefined : createSample(select.sample);
  let left = select.first ?? Infinity;
  const unseen = new Set(Object.keys(select.where ?? {}));
  let last: Row | undefined;
  for await (const reads of source) {
    const picked: Read[] = [];
    let isOver = false;
    for (const read of reads) {
      if (read.number > to || left === 0) {
        isOver = true;
        break;
      }
      if (read.number < from) continue;
      if (read.kind === 'fault') {
        picked.push(read);
        continue;
      }
      last = read;
      for (const column of unseen) if (Object.hasOwn(read.values, column)) unseen.delete(column);
      if (select.where === undefined || isEqual(read, select.where)) {
        left -= 1;
        if (sample === undefined) picked.push(read);
        else sample.add(read);
      }
    }
    yield picked;
    if (isOver || left === 0) break;
  }
  const [column] = unseen;
  if (column !== undefined && last !== undefined) throw new UnknownColumn(column, Object.keys(last.values));
  if (sample !== undefined) yield sample.rows();
}

/** Compares as text, since a table has nothing else; `null` is an empty cell, or a value that is not there. */
function isEqual({ values }: Row, where: NonNullable<Select['where']>): boolean {
  return Object.entries(where).every(([column, wanted]) => {
    const value = Object.hasOwn(values, column) ? (values[column] ?? '') : '';
    if (wanted === null) return value === '';
    return typeof value !== 'object' && String(value) === String(wanted);
  });
}

function createSample({ count, seed }: NonNullable<Select['sample']>) {
  let ranked: { readonly rank: string; readonly row: Row }[] = [];
  const cut = (): void => {
    ranked.sort((left, right) => (left.rank < right.rank ? -1 : left.rank > right.rank ? 1 : 0));
    ranked = ranked.slice(0, count);
  };
  return {
    // What tells the places of its values would keep the text around the row.
    add({ placeOf: _placeOf, ...row }: Row): void {
      const rank = createHash('sha256')
        .update(`${seed} ${JSON.stringify(row.values)}`)
        .digest('base64');
      ranked.push({ rank, row });
      if (ranked.length >= 2 * count + 1_000) cut();
    },
    rows(): readonly Row[] {
      cut();
      return ranked.map(({ row }) => row).sort((left, right) => left.number - right.number);
    },
  };
}
