import type { ModelCount } from '../../records/counts.ts';
import type { RunView } from '../../workflows/messages.ts';
import type { Running } from '../runs/follow.ts';
import type { LaneNow } from '../lanes/lane-now.ts';
import { pauseLines } from './pause-text.ts';
import { plain } from './terminal.ts';
import { ownRemedy, plural } from './words.ts';
import { perSecond } from '../../lanes/governor/reason.ts';

/** A lane that the run has calls for, as far as people watch it. */
export interface LaneSight extends Pick<LaneNow, 'rate' | 'why' | 'setBy' | 'startedPerSecond'> {
  readonly name: string;
}

const MODELS = 8;
const FAILURES = 4;

/** What holds the run up: why it is paused and what to do, or that it does not answer. */
export function troubleLines(sight: Running | undefined, silence: string | undefined): readonly string[] {
  if (silence !== undefined) return [`${plain(silence)}. The figures are from before.`];
  if (sight === undefined) return [];
  const wait = loudWait(sight);
  return [...pauseLines(sight.view.paused ?? []), ...(wait === undefined ? [] : [waitLine(wait)])];
}

/** Calls that wait for another attempt, where a person may have to act. Throttles are the daily bread of a batch. */
export function loudWait({ waits }: Pick<Running, 'waits'>): Running['waits'][number] | undefined {
  return waits.find(({ code }) => !quiet.has(code));
}

const quiet = new Set(['rate-limited', 'queue-full', 'unauthorized']);

/** Why calls wait for another attempt. */
export function waitLine({ calls, message }: Running['waits'][number]): string {
  return `${plural(calls, 'call')} will be tried again: ${plain(message)}`;
}

/** The rate of each lane against its limit, and why it is that. */
export function laneLines(lanes: readonly LaneSight[]): readonly string[] {
  return lanes.map(({ name, rate, why, setBy, startedPerSecond }) => {
    const limit =
      setBy === 'hand' ? `limit ${perSecond(rate ?? undefined)}, ` : /^\d/.test(why) ? 'limit ' : '';
    return `${plain(name)}: ${perSecond(startedPerSecond)} started; ${limit}${plain(why, 200)}`;
  });
}

/** What has come of each model, those with the most items first. */
export function modelLines(models: readonly ModelCount[]): readonly string[] {
  const sorted = models.toSorted((left, right) => right.done - left.done);
  const shown = sorted.slice(0, sorted.length > MODELS ? MODELS - 1 : MODELS);
  const names = shown.map(({ model }) => plain(model, 30));
  const widest = Math.max(...names.map((name) => name.length));
  const lines = shown.map(({ done, failed, settled }, index) =>
    [
      `${names[index]?.padEnd(widest)}  ${done} done`,
      ...(failed > 0 ? [`${failed} failed`] : []),
      `${settled} Pollen`,
    ].join(', '),
  );
  const more = sorted.length - shown.length;
  return more === 0 ? lines : [...lines, `… and ${plural(more, 'more model')}`];
}

/** The last items of a run that failed, the latest first, and what to do about them. */
export function failureLines(
  runId: string,
  { failures, tally }: Pick<RunView, 'failures' | 'tally'>,
): readonly string[] {
  const shown = failures.slice(-FAILURES).toReversed();
  const lines = shown.map(
    ({ id, code, status, remedy }) =>
      `${id}: ${code}${status === undefined ? '' : ` (${status})`}. ${plain(ownRemedy(remedy, runId))}`,
  );
  const more = tally.failed - shown.length;
  return more <= 0 || lines.length === 0 ? lines : [...lines, `… and ${more} more before`];
}
