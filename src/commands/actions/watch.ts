import { PollenBatchError } from '../../errors.ts';
import type { Plan } from '../../plan/plan.ts';
import type { RunLocation } from '../../storage/keys.ts';
import { readPlan } from '../../records/run-store.ts';
import { readEnding, type Ending } from '../runs/ending.ts';
import { exitCodeOfRun } from '../exit-codes.ts';
import { linkLines, nextLines } from '../render/next-text.ts';
import { brokenText, endText, leftPausedText } from '../render/run-text.ts';
import { watchedData } from '../render/run-data.ts';
import type { Session } from '../session/session.ts';
import { watch } from '../watch/watch.ts';
import { uiPage } from '../render/ui-page.ts';
import { configure, withRun } from './configure.ts';
import type { CommandContext, Outcome, OutputFlags } from './outcome.ts';

export interface WatchFlags extends OutputFlags {
  /** Whether a paused run is watched until somebody lets it go on. */
  readonly waitPaused: boolean;
}

/** `watch RUN` */
export function watchAction(
  text: string,
  { waitPaused }: WatchFlags,
  context: CommandContext,
): Promise<Outcome> {
  return withRun(configure(), text, async (session, run) => {
    const plan = await readPlan(session.store, run);
    const page = uiPage(session, run.runId);
    if (context.terminal.isInteractive && page !== undefined) context.terminal.say(`Temporal UI: ${page}`);
    return watchToTheEnd(session, run, plan, waitPaused, context);
  });
}

/**
 * Checks that whoever is to come back from a paused run is to watch it.
 *
 * @throws PollenBatchError `usage`
 */
export function checkWatch({
  watch: isWatched,
  waitPaused,
}: WatchFlags & { readonly watch?: boolean }): void {
  if (waitPaused || isWatched === true) return;
  throw new PollenBatchError('usage', '--no-wait-paused goes with --watch', {
    remedy: 'Give --watch too, or wait for the run with `pollen-batch wait RUN --no-wait-paused`.',
  });
}

/**
 * Shows a run until it ends or the person leaves, and says which it was.
 *
 * @param waitPaused - whether a paused run is watched until somebody lets it go on
 */
export async function watchToTheEnd(
  session: Session,
  run: RunLocation,
  plan: Plan | undefined,
  waitPaused: boolean,
  { terminal, interrupts }: CommandContext,
): Promise<Outcome> {
  const options = { since: plan?.createdAt, waitPaused, signal: interrupts() };
  const watched = await watch(session, run, options, terminal);
  let ending: Ending | undefined;
  const comeBack = `Come back with \`pollen-batch watch ${run.runId}\`.`;
  switch (watched.kind) {
    case 'left':
      terminal.conclude(`The run goes on. ${comeBack}`);
      break;
    case 'paused':
      terminal.conclude(`${leftPausedText(run, watched.sight)}\n${comeBack}`);
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
