import { createHash } from 'node:crypto';

import type { Plan } from '../../src/plan/plan.ts';
import { costOf } from '../../src/records/tally.ts';
import type { FindingCode } from '../../src/verify/findings.ts';
import type { CopiedRun } from '../support/copied-run.ts';
import {
  chain,
  charge,
  closeAgain,
  correct,
  dearer,
  edit,
  folder,
  late,
  lost,
  moon,
  page,
  part,
  plain,
  replace,
  secondLine,
  sun,
  vouch,
} from './spoiling.ts';

/** One thing that is done to a run that has ended, and what must be said of it. */
export interface Corruption {
  readonly title: string;
  readonly spoil: (run: CopiedRun) => void;
  readonly found: (run: CopiedRun) => readonly (readonly [code: FindingCode, object: string])[];
}

/** One of them. */
export const corruption = (
  title: string,
  spoil: Corruption['spoil'],
  ...found: readonly (readonly [FindingCode, string | ((run: CopiedRun) => string)])[]
): Corruption => ({
  title,
  spoil,
  found: (run) => found.map(([code, name]) => [code, typeof name === 'string' ? name : name(run)]),
});

/** Each is the only thing that is wrong with its run. */
export const corruptions: readonly Corruption[] = [
  corruption(
    'a byte of an artifact is another one',
    (run) => {
      const bytes = Buffer.from(run.bytes(sun(run)));
      bytes[100] = (bytes[100] ?? 0) ^ 1;
      run.set(sun(run), bytes);
    },
    ['object-damaged', sun],
  ),
  corruption(
    'the balance from before the run is a number',
    (run) => edit(run, 'begun.json', (begun) => ({ ...begun, balance: { at: '2026-01-02', pollen: 5 } })),
    ['money-malformed', 'begun.json'],
  ),
  corruption('a record is gone', (run) => run.set(plain, undefined), ['object-missing', plain]),
  corruption('a record is cut off', (run) => run.set(plain, run.text(plain).slice(0, -9)), [
    'object-unreadable',
    plain,
  ]),
  corruption(
    'a row of the results is there twice',
    (run) => run.set(part, run.text(part) + secondLine(run.text(part))),
    ['file-changed', part],
    ['result-doubled', part],
  ),
  corruption(
    'a row of the bill is there twice',
    (run) => run.set('bill.jsonl', run.text('bill.jsonl') + secondLine(run.text('bill.jsonl'))),
    ['file-changed', 'bill.jsonl'],
    ['bill-differs', 'bill.jsonl'],
  ),
  corruption(
    'a row of the results is gone',
    (run) => replace(run, part, /^.*\n/, ''),
    ['file-changed', part],
    ['result-missing', part],
  ),
  corruption(
    'the cost of a record is not the sum of its attempts',
    (run) => edit(run, lost, (record) => ({ ...record, cost: { ...record.cost, settled: '0.5' } })),
    ['sum-wrong', lost],
    ['record-changed', lost],
  ),
  corruption(
    'a charge is 1e-8 too high, in the record, the results, the bill, the report and the marker',
    (run) => charge(run, plain, (amount) => ({ amount: dearer(amount), certainty: 'exact' })),
    ['charge-wrong', plain],
  ),
  corruption(
    'an answer that no cache gave is said to be free, everywhere',
    (run) => charge(run, plain, () => ({ amount: '0', certainty: 'free' })),
    ['charge-wrong', plain],
  ),
  corruption(
    'an unknown charge is above the most that the call can cost, everywhere',
    (run) => {
      edit(run, plain, ({ attempts, ...record }) => ({
        ...record,
        attempts: attempts.map((attempt) => ({ ...attempt, code: 'reset' })),
      }));
      charge(run, plain, () => ({ amount: '0.5', certainty: 'unknown' }));
    },
    ['charge-wrong', plain],
  ),
  corruption('a record is newer than the marker', (run) => run.date(plain, new Date(60_000)), [
    'object-late',
    plain,
  ]),
  corruption(
    'two artifacts have changed places',
    (run) => {
      const [one, other] = [run.bytes(sun(run)), run.bytes(moon(run))];
      run.set(sun(run), other);
      run.set(moon(run), one);
    },
    ['object-damaged', sun],
    ['object-damaged', moon],
  ),
  corruption('an artifact is gone', (run) => run.set(sun(run), undefined), [
    'object-missing',
    `${folder}0000004-sun.jpg`,
  ]),
  corruption(
    'the text of an answer is another one, everywhere',
    (run) => {
      edit(run, plain, (record) => ({ ...record, text: 'Another haiku' }));
      closeAgain(run);
    },
    ['object-damaged', plain],
  ),
  corruption(
    'the report tells less',
    (run) => replace(run, 'report.json', /"settled": "[\d.]+"/, '"settled": "0.00000001"'),
    ['file-changed', 'report.json'],
    ['report-differs', 'report.json'],
  ),
  corruption(
    'the report tells less, and the marker vouches for it',
    (run) => {
      replace(run, 'report.json', /"answered": \d+/, '"answered": 1');
      vouch(run, 'report.json');
    },
    ['report-differs', 'report.json'],
  ),
  corruption(
    'the bill is cut off',
    (run) => run.set('bill.jsonl', run.text('bill.jsonl').slice(0, -30)),
    ['file-changed', 'bill.jsonl'],
    ['bill-differs', 'bill.jsonl'],
  ),
  corruption(
    'the list of errors is empty',
    (run) => run.set('errors.jsonl', ''),
    ['file-changed', 'errors.jsonl'],
    ['errors-differ', 'errors.jsonl'],
  ),
  corruption('there is an object that nobody asked for', (run) => run.set('notes.txt', 'mine'), [
    'object-unasked',
    'notes.txt',
  ]),
  corruption(
    'there is a second artifact of an item',
    (run) => run.set(`${folder}0000004-sun.png`, 'another sun'),
    ['object-unasked', `${folder}0000004-sun.png`],
  ),
  corruption(
    'a record has another digest',
    (run) => edit(run, plain, (record) => ({ ...record, digest: '0'.repeat(64) })),
    ['record-wrong', plain],
    ['record-changed', plain],
  ),
  corruption(
    'there is a record of an item that was not planned',
    (run) => run.set(`${folder}0000099-other.record.json`, run.text(plain)),
    ['object-unasked', `${folder}0000099-other.record.json`],
  ),
  corruption(
    'money is a number',
    (run) => edit(run, plain, (record) => ({ ...record, cost: { ...record.cost, settled: 0.1 + 0.2 } })),
    ['money-malformed', plain],
    ['record-changed', plain],
  ),
  corruption(
    'a prompt of the plan is another one',
    (run) => replace(run, page(run), 'A haiku about pollen', 'A haiku about money'),
    ['digest-wrong', page],
    ['plan-changed', (run) => `plan/${(JSON.parse(run.text('plan/plan.json')) as Plan).digest}/`],
  ),
  corruption('the marker tells less', (run) => replace(run, '_FAILED', /"succeeded":\d+/, '"succeeded":1'), [
    'marker-differs',
    '_FAILED',
  ]),
  corruption(
    'the marker says that the deadline came, and every item has ended',
    (run) => replace(run, '_FAILED', /"state":"\w+"/, '"state":"expired"'),
    ['state-wrong', '_FAILED'],
    ['report-differs', 'report.json'],
  ),
  corruption('there are two markers', (run) => run.set('_SUCCESS', run.text('_FAILED')), [
    'marker-differs',
    '_FAILED',
  ]),
  corruption(
    'a call of an item has cost more than the item tells',
    (run) => replace(run, `${folder}0000006-chain.sum.step.json`, /"settled":"[\d.]+"/, '"settled":"0.5"'),
    ['sum-wrong', `${folder}0000006-chain.sum.step.json`],
    ['steps-wrong', `${folder}0000006-chain.sum.step.json`],
  ),
  corruption(
    'the record of a call is gone',
    (run) => run.set(`${folder}0000006-chain.draw.1.step.json`, undefined),
    ['object-missing', `${folder}0000006-chain.draw.1.step.json`],
  ),
  corruption(
    'an item of several calls answers with what none of them said',
    (run) => {
      edit(run, chain, (record) => ({
        ...record,
        text: 'No',
        bytes: 2,
        sha256: createHash('sha256').update('No').digest('hex'),
      }));
      closeAgain(run);
    },
    ['steps-wrong', chain],
  ),
  corruption(
    'what a call has sent is another request',
    (run) => replace(run, `${folder}0000006-chain.sum.request.json`, 'All of 2', 'All of 3'),
    ['digest-wrong', `${folder}0000006-chain.sum.request.json`],
  ),
  corruption('an answer came late to an item that was not planned', (run) => late(run, { number: 99 }), [
    'object-unasked',
    'late/0000001-plain.record.json',
  ]),
  corruption(
    'an answer that came late has a charge that is a number',
    (run) => late(run, { attempts: [{ attempt: 2, charge: { amount: 0.1, certainty: 'exact' } }] }),
    ['money-malformed', 'late/0000001-plain.record.json'],
  ),
  corruption(
    'a budget was lower than what was spent',
    (run) => replace(run, 'plan/plan.json', /}\n$/, ',"budget":{"amount":"0.0001","onExceeded":"pause"}}'),
    ['budget-exceeded', 'budget'],
    ['report-differs', 'report.json'],
  ),
  corruption(
    'an attempt is listed twice and paid twice, everywhere',
    (run) => {
      edit(run, plain, (record) => {
        const [first] = record.attempts;
        if (first === undefined) throw new Error(`${plain} has no attempt`);
        const settled = (2 * Number(first.charge.amount)).toFixed(8).replace(/0+$/, '');
        return { ...record, attempts: [first, first], cost: { ...record.cost, settled } };
      });
      closeAgain(run);
    },
    ['attempt-doubled', plain],
  ),
  corruption(
    'an answer of the cache was paid for after an attempt that was refused, everywhere',
    (run) => {
      edit(run, plain, (record) => {
        const [first] = record.attempts;
        if (first === undefined) throw new Error(`${plain} has no attempt`);
        const { usage: _usage, cache: _cache, ...rest } = first;
        const free = { amount: '0', certainty: 'free' as const };
        const refused = { ...rest, code: 'server-error', status: 429, charge: free };
        return {
          ...record,
          attempts: [refused, { ...first, attempt: 2, cache: { status: 'hit' as const, type: 'EXACT' } }],
        };
      });
      closeAgain(run);
    },
    ['charge-wrong', plain],
  ),
  corruption(
    'the marker of a run that failed in parts has the name of one that did not',
    (run) => {
      run.set('_SUCCESS', run.text('_FAILED'));
      run.set('_FAILED', undefined);
    },
    ['marker-differs', '_SUCCESS'],
  ),
  corruption('the marker is gone', (run) => run.set('_FAILED', undefined), ['object-missing', 'marker']),
  corruption(
    'an unknown charge of a call is above the most that it can cost, everywhere',
    (run) => {
      const charge = { amount: '5', certainty: 'unknown' as const };
      const cost = { settled: '0', unknown: { count: 1, atMost: '5' } };
      edit(run, `${folder}0000006-chain.sum.step.json`, ({ attempts, ...record }) => ({
        ...record,
        attempts: attempts.map((attempt) => ({ ...attempt, code: 'reset', charge })),
        cost,
      }));
      edit(run, chain, (record) => {
        const attempts = record.attempts.map((one) =>
          one.step === 'sum' ? { ...one, code: 'reset', charge } : one,
        );
        const steps = record.steps?.map((one) => (one.step === 'sum' ? { ...one, cost } : one));
        return { ...record, attempts, steps, cost: costOf(attempts) };
      });
      closeAgain(run);
    },
    ['charge-wrong', `${folder}0000006-chain.sum.step.json`],
  ),
  corruption(
    'a file that the job uses is gone',
    (run) => {
      const inputs = [{ path: 'a.png', sha256: '0'.repeat(64), bytes: 1, contentType: 'image/png' }];
      run.set('job.json', JSON.stringify({ ...(JSON.parse(run.text('job.json')) as object), inputs }));
    },
    ['object-missing', `inputs/${'0'.repeat(64)}`],
  ),
  corruption(
    'the report tells of a run that it is a retry of',
    (run) => replace(run, 'report.json', /^{/, '{"parent":{"runId":"another"},'),
    ['file-changed', 'report.json'],
    ['report-differs', 'report.json'],
  ),
  corruption(
    'the report tells another budget than was set last, everywhere',
    (run) => {
      const budget = (amount: string): object => ({ amount, onExceeded: 'pause' });
      const at = new Date(0).toISOString();
      const change = { version: 1, at, kind: 'budget', budget: budget('3') };
      run.set('changes/00001.json', JSON.stringify(change));
      edit(run, 'plan/plan.json', (plan) => ({ ...plan, budget: budget('2') }));
      closeAgain(run, { budget: { ...budget('2'), reached: false } });
    },
    ['report-differs', 'report.json'],
  ),
  corruption(
    'an answer that came long before the end is on no bill',
    (run) => {
      late(run);
      run.date('late/0000001-plain.record.json', new Date(-3_600_000));
    },
    ['bill-differs', 'bill.jsonl'],
    ['report-differs', 'report.json'],
    ['marker-differs', '_FAILED'],
  ),
  corruption(
    'a record tells an attempt that is none',
    (run) => edit(run, plain, (record) => ({ ...record, attempts: [null] })),
    ['object-unreadable', plain],
  ),
  corruption(
    'a record names an artifact that is none',
    (run) => edit(run, plain, (record) => ({ ...record, artifact: null })),
    ['object-unreadable', plain],
    ['record-changed', plain],
  ),
  corruption(
    'the marker names a part that is none',
    (run) => replace(run, '_FAILED', /"parts":\[.*?\]/, '"parts":[null]'),
    ['object-unreadable', '_FAILED'],
  ),
  corruption(
    'an answer that came late has an attempt that is none',
    (run) => late(run, { attempts: [null] }),
    ['object-unreadable', 'late/0000001-plain.record.json'],
  ),
  corruption(
    'a correction settles what is nothing',
    (run) => {
      correct(run);
      edit(run, 'corrections/00001.json', (correction) => ({ ...correction, settled: [null] }));
    },
    ['correction-wrong', 'corrections/00001.json'],
  ),
  corruption('a correction is of an attempt that was never made', (run) => correct(run, { attempt: 7 }), [
    'correction-wrong',
    'corrections/00001.json',
  ]),
  corruption('a correction settles more than may have been charged', (run) => correct(run, { now: '9' }), [
    'correction-wrong',
    'corrections/00001.json',
  ]),
  corruption(
    'a correction is there twice',
    (run) => {
      correct(run);
      run.set('corrections/00002.json', run.text('corrections/00001.json'));
    },
    ['correction-wrong', 'corrections/00002.json'],
  ),
];
