import type { LateAttempts } from '../../records/late.ts';
import type { AttemptRecord } from '../../records/record.ts';
import type { ResultLine } from '../../report/result-line.ts';
import { broughtTo, withLate } from '../../report/with-late.ts';
import { partName } from '../../storage/keys.ts';
import type { ItemEvent } from './log-event.ts';

/**
 * What has happened to an item, by its line of the results: its attempts, in their order, and its end.
 *
 * @param otherwise - time of what nothing tells the time of, ISO 8601
 */
export function lineEvents(
  own: ResultLine,
  otherwise: string,
  late: readonly LateAttempts[] = [],
): readonly ItemEvent[] {
  const line = withLate(own, late);
  const { number, id, model } = line;
  const ended = line.status === 'succeeded' || line.status === 'failed' ? line.at : undefined;
  const lateTimes = new Set(broughtTo(own, late).map(({ at }) => at));
  const attempts = line.attempts.map((attempt, position): ItemEvent => {
    const { step, index, repair, model: asked = model, at, ...rest } = attempt;
    return {
      at: at ?? timeOfLost(line.attempts, position) ?? ended ?? otherwise,
      kind: 'attempt',
      number,
      id,
      ...(step === undefined ? {} : { step }),
      ...(index === undefined ? {} : { index }),
      ...(repair === undefined ? {} : { repair }),
      model: asked,
      attempt: rest,
      ...(at !== undefined && lateTimes.has(at) ? { late: true } : {}),
    };
  });
  return [...attempts, ...endOf(own)];
}

function endOf(line: ResultLine): readonly ItemEvent[] {
  const { number, id, cost } = line;
  if (line.status === 'succeeded') {
    const reused = line.reused === undefined ? {} : { reused: line.reused.runId };
    return [{ at: line.at, kind: 'item', number, id, status: line.status, cost, ...reused }];
  }
  return line.status === 'failed'
    ? [{ at: line.at, kind: 'item', number, id, status: line.status, cost, fault: line.fault }]
    : [];
}

// Before the next attempt at the same call was sent.
function timeOfLost(attempts: readonly AttemptRecord[], position: number): string | undefined {
  const name = nameOf(attempts[position]);
  const next = attempts.slice(position + 1).find((one) => one.at !== undefined && nameOf(one) === name);
  if (next?.at === undefined) return undefined;
  return new Date(Date.parse(next.at) - (next.latencyMs ?? 0)).toISOString();
}

function nameOf({ step, ...part }: Partial<AttemptRecord> = {}): string {
  return step === undefined ? '' : partName({ ...part, step });
}
