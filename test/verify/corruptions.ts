import { createHash } from 'node:crypto';

import type { Plan } from '../../src/plan/plan.ts';
import type { ItemRecord } from '../../src/records/record.ts';
import type { Marker } from '../../src/records/run-store.ts';
import { billLines, createReportFold, type Report } from '../../src/report/report.ts';
import type { ResultLine } from '../../src/report/result-line.ts';
import type { FindingCode } from '../../src/verify/findings.ts';
import type { CopiedRun } from '../support/copied-run.ts';

/** The job of the run that is spoilt. */
export const spoiltJob = `version: 1
name: spoilt
defaults:
  text: { model: openai, max_tokens: 300 }
  image: { model: turbo, width: 64, height: 64 }
items:
  - { id: plain, text: A haiku about pollen }
  - { id: lost, text: "A limerick [[fault:lost:1]]" }
  - { id: refused, text: "Refused [[fault:422]]" }
  - { id: sun, image: The sun }
  - { id: moon, image: "The moon [[fault:placeholder:1]]" }
  - id: chain
    steps:
      - { id: list, text: 'Two words [[answer:["rose","lily"]]]', output: { format: json } }
      - { id: draw, forEach: steps.list.json, image: "A {{ each }}" }
      - { id: sum, text: "All of {{ steps.draw | size }}" }
`;

const folder = 'items/00000/';
const plain = `${folder}0000001-plain.record.json`;
const lost = `${folder}0000002-lost.record.json`;
const chain = `${folder}0000006-chain.record.json`;
const part = 'results/part-00000.jsonl';

/** One thing that is done to a run that has ended, and what must be said of it. */
export interface Corruption {
  readonly title: string;
  readonly spoil: (run: CopiedRun) => void;
  readonly found: (run: CopiedRun) => readonly (readonly [code: FindingCode, object: string])[];
}

const corruption = (
  title: string,
  spoil: Corruption['spoil'],
  ...found: readonly (readonly [FindingCode, string | ((run: CopiedRun) => string)])[]
): Corruption => ({
  title,
  spoil,
  found: (run) => found.map(([code, name]) => [code, typeof name === 'string' ? name : name(run)]),
});

const named =
  (pattern: RegExp) =>
  (run: CopiedRun): string =>
    run.names().find((name) => pattern.test(name)) ?? `no object like ${String(pattern)}`;
const sun = named(/0000004-sun\.(?!record)/);
const moon = named(/0000005-moon\.(?!record)/);
const page = named(/plan\/.*\/page-00000/);

function edit(run: CopiedRun, name: string, change: (record: ItemRecord) => object): void {
  run.set(name, JSON.stringify(change(JSON.parse(run.text(name)) as ItemRecord)));
}

function replace(run: CopiedRun, name: string, from: string | RegExp, to: string): void {
  const text = run.text(name);
  if (text.search(from) < 0) throw new Error(`${name} has no ${String(from)}`);
  run.set(name, text.replace(from, to));
}

const secondLine = (text: string): string => `${text.split('\n')[1] ?? ''}\n`;
const dearer = (amount: string | null): string => (Number(amount) + 1e-8).toFixed(8).replace(/0+$/, '');

/** Closes a run once more, as the product does it, with records that somebody has changed. */
function closeAgain(run: CopiedRun): void {
  const plan = JSON.parse(run.text('plan/plan.json')) as Plan;
  const report = JSON.parse(run.text('report.json')) as Report;
  const marker = JSON.parse(run.text('_FAILED')) as Marker;
  const root = marker.marker.slice(0, -'_FAILED'.length);
  const lines = run
    .text(part)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ResultLine & { readonly key: string })
    .map(({ key }) => ({ ...(JSON.parse(run.text(key.slice(root.length))) as ItemRecord), key }));
  const fold = createReportFold();
  for (const line of lines) fold.add(line);
  const jsonl = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  run.set(part, jsonl(lines));
  run.set('bill.jsonl', jsonl(lines.flatMap(billLines)));
  run.set('report.json', JSON.stringify(fold.report(plan, report.state, report.endedAt)));
  const hashed = <Entry extends { readonly key: string }>(entry: Entry): Entry => ({
    ...entry,
    sha256: createHash('sha256')
      .update(run.bytes(entry.key.slice(root.length)))
      .digest('hex'),
  });
  const closed = {
    ...marker,
    tally: fold.tally(),
    parts: marker.parts.map(hashed),
    files: (marker.files ?? []).map(hashed),
  };
  run.set('_FAILED', JSON.stringify(closed));
}

/** Gives an item's first attempt another charge, in the record and in all that is made of it. */
function charge(
  run: CopiedRun,
  name: string,
  change: (amount: string | null) => ItemRecord['attempts'][number]['charge'],
): void {
  edit(run, name, (record) => {
    const [first, ...rest] = record.attempts;
    if (first === undefined) throw new Error(`${name} has no attempt`);
    const own = change(first.charge.amount);
    const isKnown = own.certainty !== 'unknown';
    const cost = {
      settled: isKnown ? (own.amount ?? '0') : '0',
      unknown: isKnown ? { count: 0, atMost: '0' } : { count: 1, atMost: own.amount },
    };
    return { ...record, attempts: [{ ...first, charge: own }, ...rest], cost };
  });
  closeAgain(run);
}

/** An answer to the plain item that came after the end. */
export function late(run: CopiedRun, changes: object = {}): void {
  const record = JSON.parse(run.text(plain)) as ItemRecord;
  const attempts = record.attempts.map((attempt) => ({ ...attempt, attempt: attempt.attempt + 1 }));
  const name = 'late/0000001-plain.record.json';
  run.set(name, JSON.stringify({ ...record, attempts, ...changes }));
  run.date(name, new Date(60_000));
}

/** A correction of the plain item's charge, once it is unknown. */
export function correct(
  run: CopiedRun,
  changes: { readonly attempt?: number; readonly now?: string } = {},
): void {
  charge(run, plain, (amount) => ({ amount, certainty: 'unknown' }));
  const { runId, attempts } = JSON.parse(run.text(plain)) as ItemRecord;
  const { attempt = 1, now = attempts[0]?.charge.amount ?? '0' } = changes;
  const settled = [
    { number: 1, id: 'plain', attempt, was: attempts[0]?.charge, now: { amount: now, certainty: 'exact' } },
  ];
  const at = new Date().toISOString();
  run.set('corrections/00001.json', JSON.stringify({ version: 1, runId, at, source: 'usage', settled }));
}

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
      const sha256 = createHash('sha256').update(run.bytes('report.json')).digest('hex');
      const marker = JSON.parse(run.text('_FAILED')) as Marker;
      const files = marker.files?.map((file) =>
        file.key.endsWith('/report.json') ? { ...file, sha256 } : file,
      );
      run.set('_FAILED', JSON.stringify({ ...marker, files }));
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
