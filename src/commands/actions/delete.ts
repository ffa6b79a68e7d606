import { PollenBatchError } from '../../errors.ts';
import { connected, deletePatience, deleteRun, findDeletable, type Deletable } from '../runs/delete-run.ts';
import { exitCodes } from '../exit-codes.ts';
import { money, plural } from '../render/words.ts';
import { resolveStored } from '../runs/resolve-run.ts';
import { configure, withErasing, withReading } from './configure.ts';
import type { CommandContext, Outcome, OutputFlags } from './outcome.ts';

export interface DeleteFlags extends OutputFlags {
  readonly yes?: boolean;
}

/** `delete RUN` */
export function deleteAction(
  text: string,
  { yes }: DeleteFlags,
  { terminal }: CommandContext,
): Promise<Outcome> {
  return withReading(configure(), async (reading) => {
    const run = await resolveStored(reading, text);
    const temporal = await connected(reading);
    const { runId } = run;
    const found = await findDeletable(reading.store, temporal, run, {
      ...deletePatience,
      onWait: () =>
        terminal.say(`${runId} is over; what it has left to do, such as its notices, is waited for.`),
    });
    if (yes !== true) {
      if (terminal.ask === undefined) {
        throw new PollenBatchError('usage', `nobody was asked whether run ${runId} may be deleted`, {
          details: [whatGoes(found)],
          remedy: 'Give --yes where no terminal can ask.',
        });
      }
      if (!(await terminal.ask(whatGoes(found), 'Delete it?'))) {
        return { data: { runId, deleted: false }, text: 'Nothing was deleted.', exitCode: exitCodes.usage };
      }
    }
    const executions = await withErasing(reading, (store) =>
      deleteRun(store, temporal, found, (removed) =>
        terminal.draw(`${removed}/${found.keys.length} objects deleted`),
      ),
    );
    terminal.draw('');
    const { bytes, keys, notices } = found;
    return {
      data: { runId, deleted: true, objects: keys.length, bytes, executions, undelivered: notices },
      text: `${runId} is deleted: ${plural(keys.length, 'object')} of ${bytes} bytes, and ${plural(executions, 'execution')} in Temporal.${undelivered(found)}`,
      exitCode: exitCodes.succeeded,
    };
  });
}

function whatGoes({ run, marker, keys, bytes, notices }: Deletable): string {
  const bill =
    marker === undefined
      ? 'It has not ended, and its records go with it'
      : `Its results go with it, and its bill of ${money(marker.tally)}`;
  return `Run ${run.runId} has ${plural(keys.length, 'object')} of ${bytes} bytes. ${bill}; a later run of the job calls for all of that again.${undelivered({ notices })}`;
}

function undelivered({ notices }: Pick<Deletable, 'notices'>): string {
  return notices === 0
    ? ''
    : ` ${plural(notices, 'notice')} of it, which no receiver has taken yet, will not be delivered.`;
}
