import { describe, expect } from 'vitest';

import { LOST_WORKER } from '../../src/activities/attempt-history.ts';
import { parseAmount } from '../../src/pollen/amount.ts';
import type { ItemRecord } from '../../src/records/record.ts';
import { billTotal } from '../../src/report/report.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { callsOf } from '../support/calls.ts';
import { test } from '../support/on-servers.ts';
import { untilDone } from '../support/until.ts';

interface PassingFault {
  readonly kind: 'text' | 'image';
  readonly fault: string;
  readonly times: number;
  /** Code of the attempts that failed; none when they are only counted. */
  readonly code?: string;
}

const text = (fault: string, times: number, code?: string): PassingFault => ({
  kind: 'text',
  fault,
  times,
  ...(code === undefined ? {} : { code }),
});
const image = (fault: string, times: number, code: string): PassingFault => ({
  kind: 'image',
  fault,
  times,
  code,
});

const passing: readonly PassingFault[] = [
  text('429', 2),
  text('429-retry-after', 2),
  text('401', 2),
  text('500', 2, 'server-error'),
  text('500-flat', 2, 'server-error'),
  text('500-nested', 2, 'server-error'),
  text('502', 2, 'gateway'),
  text('503', 2, 'gateway'),
  text('524', 1, 'edge-timeout'),
  text('reset', 2, 'reset'),
  text('lost', 2, 'reset'),
  text('cut-length', 2, 'truncated'),
  text('cut-chunked', 2, 'truncated'),
  text('cut-close', 2, 'truncated'),
  text('wrong-type', 2, 'not-the-api'),
  text('empty', 2, 'truncated'),
  image('placeholder', 2, 'placeholder'),
  image('json-image', 2, 'server-error'),
  image('524', 1, 'edge-timeout'),
  image('lost', 1, 'reset'),
  image('cut-length', 1, 'truncated'),
  image('cut-close', 1, 'truncated'),
  image('wrong-type', 1, 'not-the-api'),
  image('empty', 1, 'truncated'),
];

const idOf = ({ kind, fault }: PassingFault): string => `${kind}-${fault}`;

function jobOfFaults(name: string, items: readonly string[]): string {
  return `version: 1
name: ${name}
defaults:
  text: { max_tokens: 500 }
  image: { model: turbo, width: 64, height: 64 }
items:
${items.map((item) => `  - ${item}`).join('\n')}
`;
}

describe.concurrent('a fault of the API', () => {
  test('that passes ends in success, and the bill is what the API metered, to the last 1e-8', async ({
    open,
  }) => {
    const { submit, finish, files, emulator, session } = await open({
      emulator: { gatewayTimeoutMs: 50 },
      lanes: [{ name: 'all', concurrency: 64 }],
    });
    const items = passing.map(
      (each) =>
        `{ id: ${idOf(each)}, ${each.kind}: "About ${each.kind} [[fault:${each.fault}:${each.times}]]" }`,
    );
    const { run } = await submit(jobOfFaults('passing', items));
    const outcome = await finish(run);
    const records = await files(run).records();

    const ended = records.map((record) => [
      record.id,
      record.status === 'succeeded' ? 'succeeded' : record.fault,
      record.throttled,
      record.attempts.map(({ code }) => code),
    ]);
    expect(ended).toEqual(
      passing.map((each) => [
        idOf(each),
        'succeeded',
        each.code === undefined ? each.times : 0,
        [...Array.from({ length: each.code === undefined ? 0 : each.times }, () => each.code), 'answered'],
      ]),
    );
    expect(outcome).toMatchObject({ state: 'completed', tally: { unknown: { count: 0 } } });
    expect(outcome.tally.settled).toBe(emulator.meter().charged);
    const bill = await files(run).bill();
    expect(billTotal(bill)).toBe(emulator.meter().charged);
    expect(await files(run).report()).toMatchObject({ certainty: 'exact' });
    expect(emulator.meter().generations).toBe(passing.length);
    expect((await verifyRun(session.store, run)).findings).toEqual([]);

    // Each attempt is told of: when, by whom, under which id the API knows it, and what it came to.
    const received = emulator.journal().map(({ requestId }) => requestId);
    const listed = records.flatMap(({ attempts }) => attempts);
    const worker = expect.stringMatching(/^\d+@/);
    const known = expect.toSatisfy((id: string) => received.includes(id));
    const told = listed.map(() =>
      expect.objectContaining({ at: expect.any(String), worker, requestId: known }),
    );
    expect(listed).toEqual(told);
    const answers = listed.filter(({ code }) => code === 'answered');
    expect(answers).toEqual(
      answers.map(() => expect.objectContaining({ status: 200, cache: expect.anything() })),
    );
    expect(answers.every(({ usage, cache }) => usage !== undefined || cache?.status === 'hit')).toBe(true);
    const billed = bill.map(({ worker: by, requestId, usage, code }) => ({ by, requestId, usage, code }));
    expect(billed).toEqual(
      listed.map(({ worker: by, requestId, usage, code }) => ({ by, requestId, usage, code })),
    );
  });

  test('that stays fails the item after the tries of its code, and no other item', async ({ open }) => {
    const { submit, finish, files, emulator } = await open();
    const { run } = await submit(
      jobOfFaults('staying', [
        '{ id: policy, text: "[[fault:422]]" }',
        '{ id: bad, text: "[[fault:400]] other" }',
        '{ id: forbidden, image: "[[fault:403]]" }',
        '{ id: server, text: "[[fault:500]]" }',
        '{ id: page, text: "[[fault:wrong-type]]" }',
        '{ id: picture, image: "[[fault:placeholder]]" }',
        '{ id: fine, text: fine }',
      ]),
    );
    const outcome = await finish(run);
    const records = await files(run).records();

    expect(
      records.map((record) => [
        record.id,
        record.status === 'failed' ? record.fault.code : 'succeeded',
        record.attempts.length,
      ]),
    ).toEqual([
      ['policy', 'content-policy', 1],
      ['bad', 'bad-request', 1],
      ['forbidden', 'forbidden', 1],
      ['server', 'server-error', 4],
      ['page', 'not-the-api', 3],
      ['picture', 'placeholder', 3],
      ['fine', 'succeeded', 1],
    ]);
    expect(outcome.state).toBe('completed_with_failures');
    expect(outcome.tally.settled).toBe(emulator.meter().charged);
  });

  // One item at a time whose faults may be an outage's: two of them would stop the lane for a while.
  test.for([
    ['500', 'server-error', 4],
    ['wrong-type', 'not-the-api', 3],
    ['cut-length', 'truncated', 6],
  ] as const)(
    '(%s) is counted against its item over workers that come and go',
    { timeout: 120_000 },
    async ([fault, code, tries], { open }) => {
      const { submit, finish, files, emulator, startWorker } = await open({ workers: 0 });
      const leave = await startWorker();
      const { run } = await submit(
        jobOfFaults('handed-on', [
          `{ id: broken, text: "[[fault:${fault}]]" }`,
          '{ id: picture, image: "[[fault:placeholder]]" }',
          '{ id: patient, text: "[[fault:429:2]]" }',
        ]),
      );
      await untilDone(async () => expect(callsOf(emulator).length).toBeGreaterThanOrEqual(4));
      await leave();
      const before = callsOf(emulator).length;
      await startWorker();
      await finish(run);

      expect(callsOf(emulator).length).toBeGreaterThan(before);
      // A call that the server hands to a worker as it leaves may be lost with it, which is an attempt and no try.
      const triesOf = (attempts: ItemRecord['attempts']): readonly string[] =>
        attempts.map(({ code }) => code).filter((code) => code !== LOST_WORKER);
      expect(
        (await files(run).records()).map(({ id, attempts, throttled }) => [id, triesOf(attempts), throttled]),
      ).toEqual([
        ['broken', Array.from({ length: tries }, () => code), 0],
        ['picture', ['placeholder', 'placeholder', 'placeholder'], 0],
        ['patient', ['answered'], 2],
      ]);
    },
  );

  test('that loses every paid answer is billed as unknown, within bounds that hold the charge', async ({
    open,
  }) => {
    const { submit, finish, files, emulator, session } = await open();
    const { run } = await submit(
      jobOfFaults('lost', ['{ id: cut, text: "A tale [[fault:cut-length]]" }', '{ id: fine, text: fine }']),
    );
    const { state, tally } = await finish(run);

    expect(state).toBe('completed_with_failures');
    expect(await files(run).errors()).toMatchObject([{ id: 'cut', fault: { code: 'truncated' } }]);
    // Six tries at one generation, which is charged once.
    expect(tally.unknown.count).toBe(1);
    expect((await verifyRun(session.store, run)).findings).toEqual([]);
    const metered = parseAmount(emulator.meter().charged);
    expect(parseAmount(tally.settled)).toBeLessThan(metered);
    expect(parseAmount(tally.settled) + parseAmount(tally.unknown.atMost ?? '0')).toBeGreaterThanOrEqual(
      metered,
    );
    expect(await files(run).report()).toMatchObject({ certainty: 'estimated' });
  });

  test('that only asks to slow down never uses up the tries of an item', async ({ open }) => {
    const { submit, finish, files, emulator } = await open();
    const { run } = await submit(
      jobOfFaults('throttled', ['{ id: patient, text: "Wait [[fault:429-retry-after:8]]" }']),
    );
    const outcome = await finish(run);

    expect(outcome).toMatchObject({ state: 'completed', tally: { succeeded: 1, throttled: 8 } });
    expect(callsOf(emulator)).toHaveLength(9);
    expect(await files(run).records()).toMatchObject([
      { throttled: 8, attempts: [{ code: 'answered', attempt: 9 }] },
    ]);
    expect((await files(run).report()).attempts).toEqual({ answered: 1, throttled: 8 });
  });
});
