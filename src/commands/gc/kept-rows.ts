import type { BillRow } from '../../report/bill-rows.ts';
import type { Collected } from '../../records/run-store.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { isMissing } from '../../report/result-line.ts';
import type { OpenedBill } from '../bill/open-bill.ts';
import { readChecked } from '../../report/read-results.ts';

/** Rows that are handed on at once. */
const ROWS = 250;

/** What the bill of a run tells, as it is left when the results go. */
export interface KeptBill extends Pick<Collected, 'billed' | 'throttled'> {
  /** The rows, one JSON line each. */
  readonly text: string;
}

/**
 * Writes down the rows of a bill, with corrections and what came late laid over. The whole text is in memory: some 300 bytes
 * an attempt.
 */
export async function keptBill({ pages }: Pick<OpenedBill, 'pages'>): Promise<KeptBill> {
  let text = '';
  let billed = 0;
  let throttled = 0;
  for await (const lines of pages()) {
    for (const { line, rows } of lines) {
      if (!isMissing(line) || rows.length > 0) billed += 1;
      throttled += line.throttled ?? 0;
      for (const row of rows) text += `${JSON.stringify(row)}\n`;
    }
  }
  return { text, billed, throttled };
}

/**
 * Reads the rows of a bill that are left of a run whose results were collected.
 *
 * @throws PollenBatchError `store-unusable` where they are missing or damaged
 */
export async function* readKeptRows(
  store: ObjectStore,
  run: RunLocation,
  { rows: digest }: Collected,
): AsyncGenerator<readonly BillRow[]> {
  const body = await readChecked(store, runKeys(run).billRows, { sha256: digest });
  const lines = Buffer.from(body).toString('utf8').split('\n').filter(Boolean);
  for (let from = 0; from < lines.length; from += ROWS) {
    yield lines.slice(from, from + ROWS).map((line) => JSON.parse(line) as BillRow);
  }
}
