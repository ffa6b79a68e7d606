import { once } from 'node:events';

import { bill } from '../bill.ts';
import { exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { openBill } from '../open-bill.ts';
import { billCsv, billRowsCsv, csv, rowHeads } from '../render/bill-csv.ts';
import { billRowsText, billText } from '../render/bill-text.ts';
import type { BillRow } from '../../report/bill-rows.ts';
import type { Session } from '../session.ts';
import { configure, withSession } from './configure.ts';
import { done, type CommandContext, type Outcome } from './outcome.ts';

export interface BillFlags {
  readonly output: 'table' | 'json' | 'csv';
  readonly items?: boolean;
}

/** `bill RUN` */
export function billAction(runId: string, flags: BillFlags, context: CommandContext): Promise<Outcome> {
  return withSession(configure(), async (session) => {
    if (flags.items === true) return printRows(session, runId, flags.output, context);
    const data = await bill(session, runId);
    const text = flags.output === 'csv' ? billCsv(data) : billText(data, context.terminal.dataWidth());
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
  await write(output === 'csv' ? '' : '\n]\n');
  return done;
}

// Whoever reads may be slower than the store.
async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
