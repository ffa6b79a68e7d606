import { Connection } from '@temporalio/client';
import { beforeAll, describe, expect, inject, it } from 'vitest';

import { runKeys } from '../../src/storage/keys.ts';
import { openHarness } from '../support/harness.ts';
import { quietRuntime } from '../support/quiet-runtime.ts';
import { openBucket } from './bucket.ts';
import { checkRun } from './check-run.ts';
import { journalOf, type Evidence } from './evidence.ts';
import type { Invariant } from './finding.ts';

const job = `
version: 1
name: checked
budget: { amount: "1", onExceeded: stop }
defaults:
  text: { model: openai, max_tokens: 100 }
  image: { model: flux, width: 64, height: 64 }
items:
  - { id: haiku, text: "Bee one [[fault:503:1]]" }
  - { id: limerick, text: "Bee two" }
  - { id: sun, image: "Bee three" }
  - { id: refused, text: "Bee four [[fault:422]]" }
  - id: chain
    steps:
      - { id: say, text: "Bee five" }
      - { id: draw, image: "{{ steps.say.text }}" }
`;

/** What came of it in truth. */
let whole: Evidence;

/** Changes a file of JSON, or each line of one. */
type Edit = (value: Readonly<Record<string, unknown>>) => unknown;

const isIn = (key: string, part: string): boolean => key.includes(part);

function withObject(part: string, edit: Edit): Evidence {
  const objects = new Map(whole.objects);
  const keys = [...objects.keys()].filter((key) => isIn(key, part));
  if (keys.length === 0) throw new Error(`no object is called ${part}`);
  for (const key of keys) {
    const text = objects.get(key)?.toString('utf8') ?? '';
    const edited = key.endsWith('.jsonl')
      ? text
          .split('\n')
          .filter(Boolean)
          .flatMap((line) => edit(JSON.parse(line)) ?? [])
      : [edit(JSON.parse(text))];
    objects.set(key, Buffer.from(edited.map((value) => JSON.stringify(value)).join('\n')));
  }
  return { ...whole, objects };
}

function without(part: string): Evidence {
  const objects = new Map([...whole.objects].filter(([key]) => !isIn(key, part)));
  expect(objects.size).toBeLessThan(whole.objects.size);
  return { ...whole, objects };
}

function also(key: string, body = '{}'): Evidence {
  return { ...whole, objects: new Map([...whole.objects, [key, Buffer.from(body)]]) };
}

function withJournal(
  edit: (entry: Evidence['journal'][number], index: number) => object | undefined,
): Evidence {
  const journal = whole.journal.flatMap((entry, index) => {
    const edited = edit(entry, index);
    return edited === undefined ? [] : [{ ...entry, ...edited }];
  });
  return { ...whole, journal };
}

const of =
  (id: string, edit: Edit): Edit =>
  (value) =>
    value['id'] === id ? edit(value) : value;

/** Lies, and which invariant each of them breaks. */
const lies: readonly (readonly [words: string, invariant: Invariant, lie: () => Evidence])[] = [
  [
    'an item has no line',
    'I1',
    () =>
      withObject(
        'results/part',
        of('haiku', () => undefined),
      ),
  ],
  [
    'an item has the line of another one',
    'I1',
    () =>
      withObject(
        'results/part',
        of('haiku', (line) => ({ ...line, number: 2 })),
      ),
  ],
  [
    'an item has no end',
    'I1',
    () =>
      withObject(
        'results/part',
        of('haiku', (line) => ({ ...line, status: 'running' })),
      ),
  ],
  ['there is no marker', 'I1', () => without('_FAILED')],
  [
    'there are two markers',
    'I1',
    () => also('_SUCCESS', '{"state":"completed","tally":{"settled":"0","unknown":{"count":0}}}'),
  ],
  [
    'the marker says another end',
    'I1',
    () => withObject('_FAILED', (marker) => ({ ...marker, state: 'completed' })),
  ],
  [
    'the report counts one more',
    'I1',
    () => withObject('report.json', (report) => ({ ...report, items: 6 })),
  ],
  ['what was asked for is not planned', 'I1', () => ({ ...whole, asked: new Map([['nobody', []]]) })],
  ['Temporal has it under way', 'I1', () => ({ ...whole, temporal: { status: 'RUNNING', openPages: 0 } })],
  ['a page of it is under way', 'I1', () => ({ ...whole, temporal: { status: 'COMPLETED', openPages: 1 } })],
  [
    'a text is another one',
    'I2',
    () =>
      withObject(
        'results/part',
        of('haiku', (line) => ({ ...line, text: 'other' })),
      ),
  ],
  [
    'a picture has lost its last byte',
    'I2',
    () => {
      const [key = '', body = Buffer.of()] =
        [...whole.objects].find(([name]) => name.endsWith('-sun.jpg')) ?? [];
      return { ...whole, objects: new Map([...whole.objects, [key, body.subarray(0, -1)]]) };
    },
  ],
  ['a picture is not there', 'I2', () => without('-sun.jpg')],
  ['a record is not there', 'I2', () => without('-limerick.record.json')],
  [
    'a step has the text of another one',
    'I2',
    () =>
      withObject(
        'results/part',
        of('chain', (line) => ({
          ...line,
          steps: (line['steps'] as readonly object[]).map((step) => ({ ...step, text: 'other' })),
        })),
      ),
  ],
  [
    'the API has made something else',
    'I2',
    () =>
      withJournal(({ contentSha256 }) =>
        contentSha256 === undefined ? {} : { contentSha256: 'f'.repeat(64) },
      ),
  ],
  ['there is an object of nobody', 'I3', () => also('items/00000/0000099-nobody.record.json')],
  ['there is a file of nobody', 'I3', () => also('notes.txt')],
  [
    'the bill has an item of nobody',
    'I3',
    () =>
      withObject(
        'bill.jsonl',
        of('haiku', (line) => ({ ...line, id: 'nobody' })),
      ),
  ],
  [
    'something was sent for nobody',
    'I3',
    () => ({
      ...whole,
      journal: whole.journal.map((entry) => ({ ...entry, requestId: `${whole.runId}-99-1` })),
    }),
  ],
  [
    'other words were sent than were asked for',
    'I3',
    () => ({ ...whole, asked: new Map([['haiku', ['Wasp one']]]) }),
  ],
  [
    'the bill has a unit too much',
    'I4',
    () =>
      withObject(
        'bill.jsonl',
        of('sun', (line) => ({ ...line, amount: '0.00200001' })),
      ),
  ],
  [
    'the bill has lost an attempt',
    'I4',
    () =>
      withObject(
        'bill.jsonl',
        of('limerick', () => undefined),
      ),
  ],
  [
    'two items have each other’s costs',
    'I4',
    () =>
      withObject('bill.jsonl', (line) => ({
        ...line,
        ...(line['id'] === 'haiku' ? { number: 2, id: 'limerick' } : {}),
        ...(line['id'] === 'limerick' ? { number: 1, id: 'haiku' } : {}),
      })),
  ],
  [
    'an attempt was charged twice',
    'I4',
    () => ({
      ...whole,
      journal: [...whole.journal, ...whole.journal.filter(({ charge }) => charge !== '0').slice(0, 1)],
    }),
  ],
  [
    'an unknown charge is bounded too low',
    'I4',
    () =>
      withObject(
        'bill.jsonl',
        of('sun', (line) => ({ ...line, certainty: 'unknown', amount: '0.001' })),
      ),
  ],
  [
    'more was charged than the budget has',
    'I5',
    () => withObject('report.json', (report) => ({ ...report, budget: { amount: '0.001' } })),
  ],
  ['more was charged than the author let it spend', 'I5', () => ({ ...whole, budget: '0.001' })],
  [
    'more was set aside than the author let it',
    'I5',
    () => ({ ...whole, budget: '0.9', sights: [{ settled: '0.5', held: '0.45', budget: '1' }] }),
  ],
  [
    'more was set aside than the budget has',
    'I5',
    () => ({ ...whole, sights: [{ settled: '0.5', held: '0.50000001', budget: '1' }] }),
  ],
  [
    'a second attempt has sent another seed',
    'I6',
    () => withJournal(({ requestId, body }) => (requestId.endsWith('-2') ? { body: `${body} ` } : {})),
  ],
  [
    'the report has another sum',
    'I8',
    () =>
      withObject('report.json', (report) => ({
        ...report,
        tally: { ...(report['tally'] as object), settled: '1' },
      })),
  ],
  [
    'the marker has another sum',
    'I8',
    () =>
      withObject('_FAILED', (marker) => ({
        ...marker,
        tally: { ...(marker['tally'] as object), settled: '1' },
      })),
  ],
  [
    'the report has lost an attempt',
    'I8',
    () => withObject('report.json', (report) => ({ ...report, attempts: {} })),
  ],
  [
    'a line is not its record',
    'I8',
    () =>
      withObject(
        'results/part',
        of('haiku', (line) => ({ ...line, seed: 8 })),
      ),
  ],
  ['there is no report', 'I8', () => without('report.json')],
  ['money is a number', 'I8', () => withObject('bill.jsonl', (line) => ({ ...line, amount: 0.1 }))],
  ['a file is cut', 'I8', () => also('report.json', '{"state":')],
];

describe('an independent checker', () => {
  beforeAll(async () => {
    quietRuntime();
    const servers = inject('servers');
    const connection = await Connection.connect({ address: servers.temporal });
    const closes: (() => Promise<void>)[] = [() => connection.close()];
    const harness = await openHarness(servers, connection, {}, closes);
    const { run } = await harness.submit(job);
    await harness.finish(run);
    const { store } = harness.session.config;
    if (store?.endpoint === undefined || store.credentials === undefined)
      throw new Error('there is no store');
    const bucket = openBucket({
      region: 'us-east-1',
      ...store,
      endpoint: store.endpoint,
      credentials: store.credentials,
    });
    const objects = await bucket.folder(runKeys(run).root);
    bucket.close();
    whole = {
      runId: run.runId,
      objects,
      journal: journalOf(run.runId, harness.emulator.journal()),
      asked: new Map([
        ['haiku', ['Bee one']],
        ['chain', []],
      ]),
      temporal: { status: 'COMPLETED', openPages: 0 },
      sights: [{ settled: '0.5', held: '0.5', budget: '1' }],
    };
    for (const close of closes.reverse()) await close();
  });

  it('finds nothing in a run as it is, with a fault, a refusal, a picture, steps and a budget', () => {
    expect(checkRun(whole)).toEqual([]);
    expect(whole.journal.filter(({ requestId }) => requestId.endsWith('-2'))).toHaveLength(1);
  });

  it.each(lies)('finds that %s (%s)', (_words, invariant, lie) => {
    expect(checkRun(lie()).map((finding) => finding.invariant)).toContain(invariant);
  });
});
