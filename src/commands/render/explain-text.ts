import { dialects } from '../../pollinations/dialects/index.ts';
import type { Explained, ExplainedAttempt, ExplainedCall, ItemState } from '../explain/explained.ts';
import type { UnderWay } from '../explain/under-way.ts';
import { chargeWords, latencyWords } from './attempt-words.ts';
import { linkedObjects } from './explain-data.ts';
import { faultWords } from './fault-words.ts';
import { pauseLines } from './pause-text.ts';
import { callText } from './request-text.ts';
import { brokenText } from './run-text.ts';
import { plain } from './terminal.ts';
import type { LinkSource } from './ui-page.ts';
import { money, plural, utc } from './words.ts';

const MESSAGE = 1_000;
const ANSWER = 300;

/** All about an item, for people. */
export function explainText(links: Pick<LinkSource, 'store' | 'config'>, explained: Explained): string {
  const { run, number, id, customId, state, calls, plan, page } = explained;
  const known = customId === undefined ? '' : `, ${plain(customId, 100)} in its batch file`;
  return [
    `${plain(id)}: ${stateWords[state]} (item ${number} of ${run.runId}, page ${page}${known})`,
    ...(plan.api.emulated ? ['The API is emulated: nothing here is a real generation or a real cost.'] : []),
    ...standing(explained),
    ...calls.flatMap((call) => ['', ...callLines(call, explained, plan.api.id)]),
    '',
    ...costLines(explained),
    ...objectLines(links, explained),
  ].join('\n');
}

const stateWords: Readonly<Record<ItemState, string>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'not called to its end, as the run was stopped',
  expired: 'not called to its end before the deadline of the run',
  'under-way': 'under way',
  waiting: 'waiting',
  left: 'unfinished, and nothing works on it',
  unknown: 'not ended',
};

function standing({ run, state, sight, fault, calls }: Explained): readonly string[] {
  if (fault !== undefined) return [`Why: ${faultText(fault, run.runId)}`];
  if (state === 'succeeded') return [];
  switch (sight.kind) {
    case 'ended':
      return [`Called again by \`pollen-batch retry ${run.runId}\`.`];
    case 'broken':
      return [brokenText(run, sight)];
    case 'silent':
      return [`What is under way nobody can tell: ${plain(sight.reason)}.`];
    case 'running': {
      const { paused = [] } = sight.view;
      const isWaiting = calls.every(({ underWay }) => underWay === undefined);
      return [
        ...pauseLines(paused),
        ...(isWaiting && paused.length === 0
          ? ['It waits for its turn: its page has not begun, or all places of the run are taken.']
          : []),
      ];
    }
  }
}

function faultText(
  fault: { readonly code: string; readonly message: string; readonly remedy: string },
  runId: string,
): string {
  return `${fault.code}: ${plain(faultWords(fault, runId), MESSAGE)}`;
}

function callLines(call: ExplainedCall, { run, state, calls }: Explained, base: string): readonly string[] {
  const { part, attempts, throttled, underWay, reused, fault, text, doubt, attachments } = call;
  const isAlone = part === undefined;
  return [
    ...(isAlone ? [] : [`${stepName(call)}: ${callState(call)}`]),
    ...(isAlone || fault === undefined ? [] : [`  Why: ${faultText(fault, run.runId)}`]),
    ...(isAlone ? ['Request:'] : []),
    ...callText(call, base),
    ...Object.entries(attachments).map(([sha256, key]) => `  attachment ${sha256} is ${plain(key)}`),
    ...(reused === undefined ? [] : [`Taken over from run ${reused}: no call was made.`]),
    ...(attempts.length === 0 ? [] : ['Attempts:', ...attempts.flatMap(attemptLines)]),
    ...(throttled === 0 ? [] : [`Told to slow down ${plural(throttled, 'time')}, which uses up no try.`]),
    ...(underWay === undefined ? [] : [underWayText(underWay)]),
    ...(text === undefined
      ? []
      : [`${fault === undefined ? 'Answer' : 'Answered instead'}: ${plain(text, ANSWER)}`]),
    ...(doubt === undefined ? [] : [`Doubt: ${plain(doubt)}`]),
    ...(attempts.length + throttled > 0 || underWay !== undefined || reused !== undefined
      ? []
      : calls.length > 1 || state === 'waiting'
        ? ['Not called yet.']
        : []),
  ];
}

function callState({ state }: ExplainedCall): string {
  return state === 'cancelled' || state === 'expired' ? 'not made, or not to its end' : stateWords[state];
}

function stepName({ part, isForEach }: ExplainedCall): string {
  if (part === undefined) return '';
  const { step, index, repair } = part;
  return [
    `Step ${plain(step)}`,
    ...(isForEach === true ? [', for each entry of a list that is not known yet'] : []),
    ...(index === undefined ? [] : [`, entry ${index + 1} of its list`]),
    ...(repair === undefined ? [] : [`, call ${repair} to mend the answer`]),
  ].join('');
}

function attemptLines(attempt: ExplainedAttempt): readonly string[] {
  const { code, status, latencyMs, at, worker, requestId, cache, charge, fate } = attempt;
  const facts = [
    status === undefined ? code : `${code} (${status})`,
    ...(latencyMs === undefined ? [] : [latencyWords(latencyMs)]),
    chargeWords(charge),
    fate,
    ...(cache === undefined || cache.status === 'absent'
      ? []
      : [`cache ${cache.status}${cache.type === undefined ? '' : ` ${plain(cache.type, 20)}`}`]),
  ];
  const who = [
    ...(worker === undefined ? [] : [`worker ${plain(worker)}`]),
    ...(requestId === undefined ? [] : [`request ${plain(requestId)}`]),
  ];
  return [
    `  ${attempt.attempt}. ${at === undefined ? 'lost with its worker' : utc(at)}: ${facts.join(', ')}`,
    ...(who.length === 0 ? [] : [`     ${who.join(', ')}`]),
  ];
}

/** What is going on with a call. */
export function underWayText(underWay: UnderWay): string {
  switch (underWay.kind) {
    case 'queued':
      return `Queued since ${utc(underWay.since)}: it waits for the rate of its lane and for a worker.`;
    case 'backing-off':
      return `Backing off until ${utc(underWay.until)}, after ${plain(underWay.message)}`;
    case 'at-hand':
      return `At hand since ${utc(underWay.since)}: worker ${plain(underWay.worker)} has it, and waits for its lane (heard at ${utc(underWay.asOf)}).`;
    case 'taken':
      return `With worker ${plain(underWay.worker)} since ${utc(underWay.since)}: at hand, or just sent.`;
    case 'in-flight':
      return `In flight since ${utc(underWay.since)}, by worker ${plain(underWay.worker)}.`;
    case 'held':
      return `Answered: worker ${plain(underWay.worker)} holds the answer until the store takes it.`;
    case 'held-back':
      return 'Paused by hand in the Temporal UI; it goes on when it is unpaused there.';
  }
}

function costLines({ run, cost, corrected, late, sight, plan }: Explained): readonly string[] {
  const notes = [
    cost.unknown.count === 0 ? 'exact' : 'estimated',
    ...(corrected === 0 ? [] : [`${plural(corrected, 'charge')} settled after the end`]),
    ...(late === 0 ? [] : [`${plural(late, 'attempt')} came late`]),
  ];
  const canSettle =
    cost.unknown.count > 0 && sight.kind === 'ended' && dialects[plan.api.dialect].usagePath !== undefined;
  return [
    `Cost: ${money(cost)} (${notes.join(', ')})`,
    ...(canSettle
      ? [`\`pollen-batch reconcile ${run.runId}\` settles what the account tells of what is unknown.`]
      : []),
  ];
}

function objectLines(links: Pick<LinkSource, 'store' | 'config'>, explained: Explained): readonly string[] {
  const objects = linkedObjects(links, explained);
  if (objects.length === 0) return ['Objects: none yet'];
  return [
    'Objects:',
    ...objects.flatMap(({ kind, bytes, uri, url }) => [
      `  ${kind}, ${plural(bytes, 'byte')}: ${plain(uri)}`,
      ...(url === undefined ? [] : [`    ${plain(url)}`]),
    ]),
  ];
}
