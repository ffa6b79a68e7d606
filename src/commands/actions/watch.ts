import type { Plan } from '../../plan/plan.ts';
import type { RunLocation } from '../../storage/keys.ts';
import { readPlan } from '../../records/run-store.ts';
import { readEnding, type Ending } from '../ending.ts';
import { exitCodeOfRun } from '../exit-codes.ts';
import { linkLines, nextLines } from '../render/next-text.ts';
import { brokenText, endText } from '../render/run-text.ts';
import { watchedData } from '../render/run-data.ts';
import type { Session } from '../session.ts';
import { watch } from '../watch.ts';
import { uiPage } from '../ui-page.ts';
import { configure, withRun } from './configure.ts';
import type { CommandContext, Outcome } from './outcome.ts';

/** `watch RUN` */
export function watchAction(text: string, context: CommandContext): Promise<Outcome> {
  return withRun(configure(), text, async (session, run) => {
    const plan = await readPlan(session.store, run);
    const page = uiPage(session, run.runId);
    if (context.terminal.isInteractive && page !== undefined) context.terminal.say(`Temporal UI: ${page}`);
    return watchToTheEnd(session, run, plan, context);
  });
}

/** Shows a run until it ends or the person leaves, and says which it was. */
export async function watchToTheEnd(
  session: Session,
  run: RunLocation,
  plan: Plan | undefined,
  { terminal, interrupts }: CommandContext,
): Promise<Outcome> {
  const watched = await watch(session, run, { since: plan?.createdAt }, terminal, interrupts());
  let ending: Ending | undefined;
  switch (watched.kind) {
    case 'left':
      terminal.conclude(`The run goes on. Come back with \`pollen-batch watch ${run.runId}\`.`);
      break;
    case 'ended':
      ending = await readEnding(session.store, run, watched.marker, plan);
      terminal.conclude(
        [endText(session, ending), ...linkLines(session, run), ...nextLines(ending, false)].join('\n'),
      );
      break;
    case 'broken':
      terminal.conclude(brokenText(run, watched));
      break;
  }
  return { data: watchedData(run.runId, watched, ending), exitCode: exitCodeOfRun(watched) };
}
