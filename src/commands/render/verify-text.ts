import type { BalanceLine, NotCompared } from '../../verify/balance.ts';
import type { MeterLine } from '../../verify/meter.ts';
import type { Finding } from '../../verify/findings.ts';
import type { Verification } from '../../verify/verify-run.ts';
import { plain } from './terminal.ts';
import { otherKey, otherRunWords, plural, table, utc } from './words.ts';

const LINE = 2_000;

/** What was checked of a run, and each thing that does not agree with what to do about it. */
export function verifyText(found: Verification): string {
  const { findings, untold, meter, balance } = found;
  const blocks = [
    summary(found),
    ...(meter === undefined ? [] : [meterText(meter)]),
    ...(balance === undefined ? [] : [balanceText(balance)]),
    ...findings.map(findingText),
    ...(untold === 0 ? [] : [`and ${plural(untold, 'more finding')} like these.`]),
    findings.length === 0 ? 'Everything agrees.' : `${plural(findings.length + untold, 'finding')}.`,
  ];
  return blocks.join(blocks.length === 2 && findings.length === 0 ? '\n' : '\n\n');
}

function summary(found: Verification): string {
  const { runId, state, items, ended, objects, bytes, cost, late, collected } = found;
  const { settled, unknown } = cost;
  const bound = unknown.atMost === null ? 'without a bound' : `at most ${unknown.atMost}`;
  const money = `${settled} Pollen${unknown.count === 0 ? '' : `, and ${plural(unknown.count, 'charge')} unknown, ${bound}`}`;
  if (collected !== undefined) {
    const { at, kept, leftOver } = collected;
    const left =
      leftOver === 0
        ? ''
        : ` ${plural(leftOver, 'object')} is still to be deleted: give \`pollen-batch gc\` again.`;
    return kept === 'nothing'
      ? `${runId}: ${plain(state ?? '')}; it is being deleted since ${utc(at)}, so nothing can be checked.${left}`
      : `${runId}: ${plain(state ?? '')}; its results were collected at ${utc(at)}, so of ${plural(items, 'item')} only bill and report can be checked: ${plural(objects, 'object')} of ${bytes} bytes, ${money}.${left}`;
  }
  const of =
    state === undefined
      ? `has not ended; ${ended} of ${plural(items, 'item')}`
      : `${plain(state)}; ${plural(items, 'item')}`;
  const after =
    late.attempts === 0 ? '' : ` ${plural(late.attempts, 'attempt')} came late, for ${late.settled} Pollen.`;
  return `${runId}: ${of} checked, ${plural(objects, 'object')} of ${bytes} bytes, ${money}.${after}`;
}

function meterText(lines: readonly MeterLine[]): string {
  const head = ['model', 'kind', 'billed calls', 'by the account', 'by the records', 'unknown', 'drift'];
  const rows = lines.map(({ model, kind, rows: calls, metered, billed, unknownAtMost, drift }) => [
    plain(model),
    kind,
    String(calls),
    metered,
    billed,
    unknownAtMost ?? 'no bound',
    drift,
  ]);
  return table([head, ...rows]);
}

function balanceText(balance: BalanceLine | NotCompared): string {
  if ('reason' in balance) return notCompared(balance);
  const { atEnd, now, billed, unknownAtMost, drift } = balance;
  return table([
    ['gone from the balance', 'until now', 'by the records', 'unknown', 'drift'],
    [atEnd ?? 'not told', now, billed, unknownAtMost ?? 'no bound', drift],
  ]);
}

function notCompared({ reason, otherRun }: NotCompared): string {
  return reason === 'other-key'
    ? `The balance was not compared: ${otherKey}.`
    : `The balance was not compared: ${otherRunWords(otherRun)}.`;
}

function findingText({ code, object, expected, found, remedy }: Finding): string {
  return [
    `${code}: ${plain(object, LINE)}`,
    `  expected  ${plain(expected, LINE)}`,
    `  found     ${plain(found, LINE)}`,
    `  -> ${remedy}`,
  ].join('\n');
}
