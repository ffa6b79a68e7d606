import { partName } from '../../storage/keys.ts';
import type { ItemEvent, LogEvent, RunEvent } from '../logs/log-event.ts';
import { chargeWords, latencyWords } from './attempt-words.ts';
import { faultWords } from './fault-words.ts';
import { pauseLines } from './pause-text.ts';
import { changeWords } from './story-text.ts';
import { plain } from './terminal.ts';
import { causeWords, money, plural } from './words.ts';

const MESSAGE = 300;

/** One line for an event of a run: when, of what, and what it was. */
export function logLine(runId: string, event: LogEvent): string {
  // As programs that read logs take it, and `--since`.
  const time = `${event.at.slice(0, 19)}Z`;
  return event.kind === 'attempt' || event.kind === 'item'
    ? `${time} ${nameOf(event)} ${itemWords(runId, event)}`
    : `${time} [run] ${runWords(event)}`;
}

function nameOf(event: ItemEvent): string {
  if (event.kind === 'item' || event.step === undefined) return plain(event.id);
  const { id, step, index, repair } = event;
  const part = {
    step,
    ...(index === undefined ? {} : { index }),
    ...(repair === undefined ? {} : { repair }),
  };
  return plain(`${id}.${partName(part)}`);
}

function itemWords(runId: string, event: ItemEvent): string {
  if (event.kind === 'attempt') {
    const { attempt, code, status, latencyMs, charge, cache } = event.attempt;
    return [
      `attempt ${attempt}: ${plain(code)}${status === undefined ? '' : ` (${status})`}`,
      ...(latencyMs === undefined ? [] : [latencyWords(latencyMs)]),
      chargeWords(charge),
      ...(cache?.status === 'hit' ? ['from the cache'] : []),
      ...(event.late === true ? ['late'] : []),
    ].join(', ');
  }
  switch (event.status) {
    case 'succeeded':
      return event.reused === undefined
        ? `succeeded: ${money(event.cost)}`
        : `succeeded: taken over from ${plain(event.reused)}`;
    case 'failed':
      return `failed: ${plain(event.fault.code)}: ${plain(faultWords(event.fault, runId), MESSAGE)}`;
    case 'cancelled':
    case 'expired':
      return `${event.status}: ${money(event.cost)}`;
  }
}

function runWords(event: RunEvent): string {
  switch (event.kind) {
    case 'planned':
      return [
        `planned: ${plural(event.items, 'item')}`,
        ...(event.parent === undefined ? [] : [`, a retry of ${plain(event.parent)}`]),
        ...(event.reason === undefined ? [] : [`: ${plain(event.reason)}`]),
      ].join('');
    case 'change':
      return changeWords(event.change);
    case 'paused':
      return pauseLines([event.pause]).join(' ');
    case 'lifted':
      return `no longer paused: ${event.reason}`;
    case 'sealed':
      return `page ${event.page} sealed`;
    case 'ended': {
      const { state, because, tally } = event;
      const { succeeded, failed, cancelled, expired = 0 } = tally;
      const counts = Object.entries({ succeeded, failed, cancelled, expired })
        .filter(([name, count]) => name === 'succeeded' || count > 0)
        .map(([name, count]) => `${count} ${name}`);
      return `${state.replaceAll('_', ' ')}${causeWords(because)}: ${counts.join(', ')}; ${money(tally)}`;
    }
    case 'settled':
      return `${plural(event.charges, 'unknown charge')} settled by ${event.source === 'usage' ? "the account's billed calls" : "the balance of the key's budget"}`;
  }
}
