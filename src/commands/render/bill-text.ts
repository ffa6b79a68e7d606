import { labelEntries } from '../../plan/labels.ts';
import { dialects } from '../../pollinations/dialects/index.ts';
import type { BillGroup } from '../../report/bill.ts';
import type { BillShare, Saving } from '../../report/bill-shares.ts';
import type { RunBill } from '../bill/bill.ts';
import { budgetText } from './budget-text.ts';
import { cacheWords } from './cache-words.ts';
import { wrap } from './fit.ts';
import { plain } from './terminal.ts';
import { nameModels } from './name-models.ts';
import { assumptions, money, plural, table, utc } from './words.ts';

const NARROW = 100;

/**
 * The bill of a run.
 *
 * @param width - columns of the screen. @default no limit
 */
export function billText(bill: RunBill, width = Number.POSITIVE_INFINITY): string {
  const { models, steps, outcomes } = bill;
  const name = width < NARROW ? 26 : 100;
  const groups: readonly (readonly [string, readonly BillGroup[]])[] = [
    ['MODEL', nameModels(models)],
    ...(steps === undefined ? [] : [['STEP', steps] as const]),
    ['OUTCOME', outcomes],
  ];
  const prose = [...headLines(bill), ''].map((line) => wrap(line, width));
  return [
    ...prose,
    table([['WHAT', 'ATTEMPTS', 'POLLEN', ''], ...shareRows(bill, width < NARROW)]),
    ...groups
      .filter(([, rows]) => rows.length > 0)
      .flatMap(([head, rows]) => ['', groupTable(head, rows, name)]),
  ].join('\n');
}

function headLines(bill: RunBill): readonly string[] {
  const { runId, state, billed, items, labels, api, startedAt, endedAt, cost, budget } = bill;
  const isOver = state !== 'unfinished';
  const entries = labelEntries(labels).map((entry) => plain(entry));
  return [
    isOver
      ? `${runId}: ${state.replaceAll('_', ' ')}, ${plural(items, 'item')}`
      : `${runId}: not ended; billed are ${billed} of ${plural(items, 'item')}, by the records that are there, without calls in flight`,
    ...(entries.length === 0 ? [] : [`Labels: ${entries.join(', ')}`]),
    ...(api.emulated ? ['The API is emulated: nothing here is a real cost.'] : []),
    `Started ${utc(startedAt)}${endedAt === undefined ? '' : `, ended ${utc(endedAt)}`}.`,
    ...(bill.collectedAt === undefined
      ? []
      : [`Its results were collected at ${utc(bill.collectedAt)}: the bill is as it was known then.`]),
    `Paid: ${money(cost)}`,
    certaintyLine(bill),
    ...(budget === undefined ? [] : [`${budgetText(budget)}.`]),
  ];
}

function certaintyLine(bill: RunBill): string {
  const { certainty, cost, api, corrections, assumes } = bill;
  const laidOver = `${plural(corrections, 'correction')} laid over the records`;
  const basis = `Cache mode ${cacheWords(api.cacheMode)}.`;
  if (certainty === 'exact') {
    return assumes === undefined
      ? `Exact: every charge is known to the last 1e-8 Pollen. ${basis}`
      : `Exact, ${assumptions[assumes]}: ${laidOver}, by what the account told. ${basis}`;
  }
  const open = plural(cost.unknown.count, 'charge');
  const corrected = assumes === undefined ? '' : `, ${laidOver} (right ${assumptions[assumes]})`;
  return `Estimated: ${open} may or may not have been made${corrected}. ${remedyOf(bill)} ${basis}`;
}

function remedyOf({ runId, api, state, collectedAt }: RunBill): string {
  if (state === 'unfinished') return 'Later answers may settle them.';
  if (collectedAt !== undefined) return 'Nothing settles them any more.';
  return dialects[api.dialect].usagePath === undefined
    ? 'This API tells neither billed calls nor a balance that could settle them.'
    : `\`pollen-batch reconcile ${runId}\` settles what the account tells of them.`;
}

function shareRows(bill: RunBill, isNarrow: boolean): readonly (readonly string[])[] {
  const { kept, wasted, duplicate, late, cost, saved } = bill;
  const row = (what: string, share: BillShare, words: string): readonly (readonly string[])[] =>
    share.attempts === 0 ? [] : [[what, String(share.attempts), share.pollen, isNarrow ? '' : words]];
  const unknown = { attempts: cost.unknown.count, pollen: cost.unknown.atMost ?? 'no bound' };
  return [
    ['kept', String(kept.attempts), kept.pollen, isNarrow ? '' : 'paid, and the answer is a result'],
    ...row('wasted', wasted, 'paid, and the answer was lost, refused by a check, or not stored'),
    ...row('duplicate', duplicate, 'paid beside another answer to the same call'),
    ...row('late', late, 'paid, and answered after the run had ended'),
    ...row('unknown, at most', unknown, 'may have been billed'),
    ...savingRows('saved by cache', saved.cache, isNarrow ? '' : "the API's cache had the answer"),
    ...savingRows(
      'saved by reuse',
      saved.reuse,
      isNarrow ? '' : 'an earlier run had the answer, at the prices of this one',
    ),
  ];
}

function savingRows(
  what: string,
  { attempts, pollen, unpriced }: Saving,
  words: string,
): readonly (readonly string[])[] {
  if (attempts === 0) return [];
  const open = unpriced === 0 ? '' : ` + ${plural(unpriced, 'answer')} of unknown price`;
  return [[what, String(attempts), `${pollen}${open}`, words]];
}

function groupTable(head: string, groups: readonly BillGroup[], limit: number): string {
  const isOpen = groups.some(({ cost }) => cost.unknown.count > 0);
  return table([
    [head, 'ATTEMPTS', 'POLLEN', ...(isOpen ? ['UNKNOWN', 'AT MOST'] : [])],
    ...groups.map(({ name, attempts, cost }) => [
      plain(name, limit),
      String(attempts),
      cost.settled,
      ...(isOpen ? [String(cost.unknown.count), cost.unknown.atMost ?? 'no bound'] : []),
    ]),
  ]);
}
