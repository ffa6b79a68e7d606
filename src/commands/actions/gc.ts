import { exitCodes } from '../exit-codes.ts';
import { planGc, runGc } from '../gc/gc.ts';
import { gcText } from '../render/gc-text.ts';
import { configure, withErasing, withReading } from './configure.ts';
import type { CommandContext, Outcome, OutputFlags } from './outcome.ts';

export interface GcFlags extends OutputFlags {
  /** Seconds. */
  readonly olderThan: number;
  readonly keepBills?: boolean;
  readonly job?: string;
  readonly yes?: boolean;
}

/** `gc` */
export function gcAction(
  { olderThan, keepBills = false, job, yes = false }: GcFlags,
  { terminal }: CommandContext,
): Promise<Outcome> {
  return withReading(configure(), async (reading) => {
    const options = { olderThan, keepsBills: keepBills, ...(job === undefined ? {} : { job }) };
    const found = await planGc(reading, options);
    const plan = yes
      ? await withErasing(reading, (store) =>
          runGc(store, found, (runId, removed, objects) =>
            terminal.draw(`${runId}: ${removed}/${objects} objects deleted`),
          ),
        )
      : found.plan;
    terminal.draw('');
    return {
      data: { ...plan, deleted: yes },
      text: gcText(plan, yes, terminal.dataWidth()),
      exitCode: exitCodes.succeeded,
    };
  });
}
