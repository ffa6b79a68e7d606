import type { Pause } from '../../workflows/pauses.ts';
import type { BudgetSet, Steered } from '../steer.ts';
import { plain } from './terminal.ts';
import { budgetWords } from './words.ts';

const UNHEARD = 'No worker answers: it hears of this when one does. Start one with `pollen-batch worker`.';

/** Why a run is paused, since when, and what to do, a line for each reason. */
export function pauseLines(pauses: readonly Pause[]): readonly string[] {
  return pauses.map(
    ({ reason, since, message, remedy }) =>
      `paused: ${reason} since ${since.slice(0, 19).replace('T', ' ')} UTC: ${plain(message)}. ${plain(remedy)}`,
  );
}

/** What `suspend` has come to. */
export function suspendedText({ runId, state, paused }: Steered): string {
  if (state === undefined) return `${runId} was told to pause. ${UNHEARD}`;
  if (state !== 'paused' && state !== 'planning')
    return `${runId}: ${state}, with nothing left to hold back.`;
  return [
    `${runId} sends nothing more; calls in flight finish and are recorded.`,
    ...pauseLines(paused),
  ].join('\n');
}

/** What `resume` has come to. */
export function resumedText({ runId, state, paused }: Steered): string {
  if (state === undefined) return `${runId} was told to go on. ${UNHEARD}`;
  if (state !== 'paused') return `${runId} goes on.`;
  return [`${runId} cannot go on yet.`, ...pauseLines(paused)].join('\n');
}

/** What `set --budget` has come to. */
export function budgetSetText({ runId, state, paused, budget }: BudgetSet): string {
  const head = `${runId} may cost ${budget.amount} Pollen now: ${budgetWords(budget)}.`;
  if (state !== 'paused') return head;
  return [head, 'It cannot go on yet.', ...pauseLines(paused)].join('\n');
}
