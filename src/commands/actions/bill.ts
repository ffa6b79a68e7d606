import { once } from 'node:events';

import { PollenBatchError } from '../../errors.ts';
import type { BillRow } from '../../report/bill-rows.ts';
import { bill } from '../bill.ts';
import { exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { openBill } from '../open-bill.ts';
import { billCsv, billRowsCsv, csv, rowHeads } from '../render/bill-csv.ts';
import { billRowsText, billText } from '../render/bill-text.ts';
import { spendingCsv, spendingText } from '../render/spending-text.ts';
import type { SpendingKey } from '../run-costs.ts';
import { spending } from '../spending.ts';
import type { Session } from '../session.ts';
import { configure, withSession } from './configure.ts';
import { done, type CommandContext, type Outcome } from './outcome.ts';

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
  runId: string,
  { items, since, job, output }: BillFlags,
  context: CommandContext,
): Promise<Outcome> {
  if (since !== undefined || job !== undefined) {
    throw new PollenBatchError('usage', '--since and --job go with --by, and not with a run');
  }
  return withSession(configure(), async (session) => {
    if (items === true) return printRows(session, runId, output, context);
    const data = await bill(session, runId);
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
  session: Session,
  runId: string,
  output: BillFlags['output'],
  { terminal }: CommandContext,
): Promise<Outcome> {
  const opened = await openBill(session.store, await findRun(session, runId));
  if (output === 'table') {
    const rows: BillRow[] = [];
    for await (const lines of opened.pages()) rows.push(...lines.flatMap((line) => line.rows));
    return { text: billRowsText(rows, terminal.dataWidth()), exitCode: exitCodes.succeeded };
  }
  // Page by page: a run of 100,000 items has as many lines.
  let isFirst = true;
  await write(output === 'csv' ? csv([rowHeads]) : '[');
  for await (const lines of opened.pages()) {
    const rows = lines.flatMap((line) => line.rows);
    if (output === 'csv') await write(billRowsCsv(rows));
    else {
      const json = rows.map((row) => JSON.stringify(row)).join(',\n');
      if (json !== '') await write(`${isFirst ? '\n' : ',\n'}${json}`);
      isFirst = isFirst && json === '';
    }
  }
  if (output === 'json') await write('\n]\n');
  return done;
}

// Whoever reads may be slower than the store.
async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
