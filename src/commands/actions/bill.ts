import { PollenBatchError } from '../../errors.ts';
import type { BillRow } from '../../report/bill-rows.ts';
import { csvOf } from '../../report/export/csv.ts';
import { foldBill } from '../bill/bill.ts';
import { exitCodes } from '../exit-codes.ts';
import { openBill, type OpenedBill } from '../bill/open-bill.ts';
import { billCsv, billRowsCsv, rowHeads } from '../render/bill-csv.ts';
import { createBillRowsText } from '../render/bill-rows-text.ts';
import { billText } from '../render/bill-text.ts';
import { inertData } from '../render/inert-data.ts';
import { spendingCsv, spendingText } from '../render/spending-text.ts';
import type { SpendingKey } from '../bill/run-costs.ts';
import { spending } from '../bill/spending.ts';
import { configure, withSession, withStored } from './configure.ts';
import { done, type CommandContext, type Outcome } from './outcome.ts';
import { toStdout } from './to-stdout.ts';

export interface BillFlags {
  readonly output: 'table' | 'json' | 'csv';
  readonly items?: boolean;
  readonly by?: SpendingKey;
  readonly since?: Date;
  readonly job?: string;
}

/** `bill RUN`, or `bill --by KEY` */
export function billAction(
  runId: string | undefined,
  flags: BillFlags,
  context: CommandContext,
): Promise<Outcome> {
  const { by } = flags;
  if (runId !== undefined && by === undefined) return billOfRun(runId, flags, context);
  if (runId === undefined && by !== undefined) return billOfMany(by, flags, context);
  throw new PollenBatchError('usage', 'bill takes either a run or --by', {
    remedy: 'Write `pollen-batch bill RUN`, or `pollen-batch bill --by day` for all runs.',
  });
}

function billOfRun(
  text: string,
  { items, since, job, output }: BillFlags,
  context: CommandContext,
): Promise<Outcome> {
  if (since !== undefined || job !== undefined) {
    throw new PollenBatchError('usage', '--since and --job go with --by, and not with a run');
  }
  return withStored(configure(), text, async ({ store }, run) => {
    const opened = await openBill(store, run);
    if (items === true) return printRows(opened, output, context);
    const data = await foldBill(opened);
    const text = output === 'csv' ? billCsv(data) : billText(data, context.terminal.dataWidth());
    return { data, text, exitCode: exitCodes.succeeded };
  });
}

function billOfMany(
  by: SpendingKey,
  { items, since, job, output }: BillFlags,
  { terminal }: CommandContext,
): Promise<Outcome> {
  if (items === true) throw new PollenBatchError('usage', '--items goes with a run, and not with --by');
  return withSession(configure(), async (session) => {
    const data = await spending(session, {
      by,
      ...(since === undefined ? {} : { since }),
      ...(job === undefined ? {} : { job }),
    });
    const text = output === 'csv' ? spendingCsv(data) : spendingText(data, terminal.dataWidth());
    return { data, text, exitCode: exitCodes.succeeded };
  });
}

async function printRows(
  opened: OpenedBill,
  output: BillFlags['output'],
  { terminal }: CommandContext,
): Promise<Outcome> {
  const print = { csv: csvPrint, json: jsonPrint, table: tablePrint }[output](terminal.dataWidth());
  // Page by page: a run of 100,000 items has as many lines.
  await toStdout(print.head);
  for await (const rows of opened.rows()) await toStdout(print.rows(rows));
  await toStdout(print.end());
  return done;
}

/** How rows are printed that come page by page. */
interface Print {
  readonly head: string;
  readonly rows: (rows: readonly BillRow[]) => string;
  readonly end: () => string;
}

function csvPrint(): Print {
  return { head: csvOf([rowHeads]), rows: billRowsCsv, end: () => '' };
}

function jsonPrint(): Print {
  let before = '\n';
  const rows: Print['rows'] = (some) => {
    if (some.length === 0) return '';
    const json = before + some.map((row) => inertData(JSON.stringify(row))).join(',\n');
    before = ',\n';
    return json;
  };
  return { head: '[', rows, end: () => '\n]\n' };
}

function tablePrint(width: number): Print {
  const text = createBillRowsText(width);
  let isEmpty = true;
  const rows: Print['rows'] = (some) => {
    isEmpty &&= some.length === 0;
    return text(some);
  };
  return { head: '', rows, end: () => (isEmpty ? 'Nothing has been called yet.\n' : '') };
}
