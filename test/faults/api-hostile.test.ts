import { createHash } from 'node:crypto';

import { describe, expect } from 'vitest';

import { EARLY_HIT } from '../../src/activities/early-hit.ts';
import type { JournalEntry } from '../../src/emulator/index.ts';
import { type FaultCode, verdicts } from '../../src/pollinations/verdicts.ts';
import type { ItemRecord } from '../../src/records/record.ts';
import { SAME_BYTES } from '../../src/report/doubt-fold.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import type { Finding } from '../checker/finding.ts';
import { hostileAnswers } from '../hostile-answers/catalogue.ts';
import type { Endpoint, Serve } from '../hostile-answers/hostile-answer.ts';
import {
  askedFor,
  type HostileServer,
  type RawRequest,
  startHostileServer,
} from '../hostile-answers/hostile-server.ts';
import { hostileWords, okPicture, picture } from '../hostile-answers/parts.ts';
import type { Harness, HarnessOptions } from '../support/harness.ts';
import { test } from '../support/on-servers.ts';

/**
 * What is shown attempt by attempt alone: waits of five minutes, which are the whole lane's, and bodies that never end, which
 * take the processor of the tests.
 */
const apart = /^(?:wait-huge|wait-date|wait-huge-body|endless-.*)$/;
/** Of an attempt where some are silent; a busy machine needs more for the largest of the others. */
const shortMs = 6_000;
const longMs = 60_000;

interface HostileItem {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly code: FaultCode;
}

const all: readonly HostileItem[] = hostileAnswers
  .filter(({ name }) => !apart.test(name))
  .flatMap(({ name, codes }) =>
    (['text', 'image'] as const).map((endpoint) => ({ name, endpoint, code: codes[endpoint] })),
  );
const doing = (action: string): readonly HostileItem[] =>
  all.filter(({ code }) => verdicts[code].verdict.action === action);

const served: ReadonlyMap<string, Serve> = new Map([
  ...hostileAnswers.map(({ name, serve }) => [name, serve] as const),
  ['same-picture', okPicture(picture, 'x-cache: HIT', 'x-cache-type: EXACT')] as const,
]);

/** What gives each prompt the answers that it asks for, so many times, and passes everything else on. */
function hostileFront(): {
  readonly start: (upstream: string) => Promise<HostileServer>;
  /** What it has answered itself. */
  readonly witnessed: () => readonly JournalEntry[];
} {
  const given = new Map<string, number>();
  const noted: JournalEntry[] = [];
  return {
    witnessed: () => noted,
    start: (upstream) =>
      startHostileServer((request: RawRequest) => {
        const asked = askedFor(request);
        if (asked === undefined) return undefined;
        const key = `${request.path} ${request.body}`;
        const count = (given.get(key) ?? 0) + 1;
        given.set(key, count);
        if (count > asked.times) return undefined;
        noted.push(noteOf(request, asked.name));
        return served.get(asked.name);
      }, upstream),
  };
}

// As the emulator notes what it answers: these cost nothing, and one of them alone is taken for a result.
function noteOf({ method, path, body, headers }: RawRequest, name: string): JournalEntry {
  return {
    seq: 0,
    time: new Date().toISOString(),
    method,
    path,
    ...(body === '' ? {} : { body }),
    digest: '',
    keyKind: 'secret',
    requestId: headers['x-request-id'] ?? '',
    status: 0,
    cache: 'none',
    generated: false,
    charge: '0',
    ...(name === 'same-picture' ? { bodySha256: createHash('sha256').update(picture).digest('hex') } : {}),
    inFlight: 0,
  };
}

async function openHostile(
  open: (options: object) => Promise<Harness>,
  deadlineMs: number,
  more: HarnessOptions = {},
): Promise<Harness> {
  const { start, witnessed } = hostileFront();
  return open({
    lanes: [{ name: 'all', concurrency: 24 }],
    deadlineMs,
    checked: true,
    witnessed,
    ...more,
    front: async (emulator: string) => (await start(emulator)).url,
  });
}

/** A job of hostile items with as many good ones between them, so that the API as a whole is not out. */
function job(name: string, items: readonly HostileItem[], times: string): string {
  const lines = items.flatMap(({ name: about, endpoint }, index) => [
    `  - { id: ${idOf({ name: about, endpoint })}, ${endpoint}: "No ${index} [[hostile:${about}${times}]]" }`,
    `  - { id: good-${index}, ${index % 4 === 0 ? 'image' : 'text'}: "Good ${index}" }`,
  ]);
  return `version: 1
name: ${name}
defaults:
  text: { max_tokens: 500 }
  image: { model: turbo, width: 64, height: 64 }
items:
${lines.join('\n')}
`;
}

const idOf = ({ name, endpoint }: Pick<HostileItem, 'name' | 'endpoint'>): string => `${endpoint}-${name}`;

function endOf(record: ItemRecord): string {
  return record.status === 'failed' ? record.fault.code : 'succeeded';
}

describe.concurrent('a run whose API is hostile', { timeout: 240_000 }, () => {
  test('ends well where every kind of answer that may pass comes once', async ({ open }) => {
    const { submit, finish, files, session } = await openHostile(open, shortMs);
    const items = [...doing('retry'), ...doing('throttle')];
    expect(items.length).toBeGreaterThan(150);
    const { run } = await submit(job('once', items, ':1'));
    const outcome = await finish(run);
    const records = await files(run).records();
    expect(
      records.filter(({ status }) => status !== 'succeeded').map((record) => [record.id, endOf(record)]),
    ).toEqual([]);
    expect(outcome).toMatchObject({ state: 'completed', tally: { succeeded: 2 * items.length, failed: 0 } });
    // Each has met its fault, and under its right name, or a machine so busy that its deadline came before.
    const codes = new Map(records.map(({ id, attempts }) => [id, attempts.map(({ code }) => code)]));
    const met = items
      .filter(({ code }) => verdicts[code].verdict.action === 'retry')
      .filter((item) => ![item.code, 'deadline'].some((code) => codes.get(idOf(item))?.includes(code)));
    expect(met.map(idOf)).toEqual([]);
    // A silent one has its slot until its deadline, and no longer.
    const slow = new Set(hostileAnswers.filter(({ isSlow }) => isSlow === true).map(({ name }) => name));
    const held = records
      .filter(({ id }) => slow.has(id.replace(/^(?:text|image)-/, '')))
      .map(({ attempts }) => attempts[0]?.latencyMs ?? 0);
    expect(held.length).toBeGreaterThan(10);
    expect(Math.max(...held)).toBeLessThan(shortMs + 5_000);
    const throttled = records.filter(({ throttled: count }) => count > 0).length;
    expect(throttled).toBeGreaterThanOrEqual(doing('throttle').length);
    expect((await verifyRun(session.store, run)).findings).toEqual([]);
  });

  test('stores none of what is wrong for good, fails those items at once, and does all others', async ({
    open,
  }) => {
    // Some of these answers say that they were generated, and of what: nobody but they knows whether that was charged.
    const isOfTheirWord = ({ invariant, of }: Finding): boolean =>
      invariant === 'I4' && /^(?:text|image|for-ever)-/.test(of);
    const { submit, finish, files, session } = await openHostile(open, longMs, { expected: isOfTheirWord });
    const items = doing('fail');
    expect(items.length).toBeGreaterThan(60);
    // One that might pass and does not: of two of them the lane would think that the API is out.
    const stubborn = { name: 'empty', endpoint: 'text', code: 'truncated' } as const;
    const { run } = await submit(job('for-ever', [...items, stubborn], ''));
    const outcome = await finish(run);
    const records = await files(run).records();
    const hostile = records.filter(({ id }) => !id.startsWith('good-'));
    expect(hostile.map((record) => [record.id, endOf(record)])).toEqual(
      [...items, stubborn].map((item) => [idOf(item), item.code]),
    );
    const tried = hostile.map(({ id, attempts }) => `${id} ${attempts.map(({ code }) => code).join(' ')}`);
    expect(tried.filter((codes) => codes.includes(' ', codes.indexOf(' ') + 1))).toEqual([
      `${idOf(stubborn)} ${Array<string>(6).fill(stubborn.code).join(' ')}`,
    ]);
    const good = records.filter(({ id }) => id.startsWith('good-'));
    expect(good.filter(({ status }) => status !== 'succeeded')).toEqual([]);
    expect(outcome).toMatchObject({ state: 'completed_with_failures', tally: { failed: hostile.length } });

    // Of a failed item there is its record, and nothing else.
    const keys = await files(run).keys();
    const left = keys.filter((key) => key.startsWith('items/') && /-(text|image)-/.test(key));
    expect(left.filter((key) => !/\.(record|attempts)\.json$/.test(key))).toEqual([]);
    const told = JSON.stringify((await files(run).results()).filter(({ status }) => status === 'succeeded'));
    expect(told).not.toContain(hostileWords);
    expect((await verifyRun(session.store, run)).findings).toEqual([]);
  });

  test('is told of results that are the same, or were there before they were asked for', async ({ open }) => {
    const { submit, finish, files, session } = await openHostile(open, longMs);
    const { run } = await submit(`version: 1
name: same
defaults:
  image: { model: turbo, width: 64, height: 64 }
items:
  - { id: lamp, image: "A lamp [[hostile:same-picture]]" }
  - { id: chair, image: "A chair [[hostile:same-picture]]" }
  - { id: table, image: "A table [[hostile:same-picture]]" }
  - { id: fine, image: "A garden" }
  - { id: word, text: "Say yes" }
`);
    expect(await finish(run)).toMatchObject({ state: 'completed' });
    const { doubts } = await files(run).report();
    expect(doubts).toEqual([
      expect.objectContaining({ doubt: EARLY_HIT, items: 3 }),
      expect.objectContaining({ doubt: SAME_BYTES, items: 3 }),
    ]);
    const records = await files(run).records();
    expect(
      records.map((record) => [record.id, record.status === 'succeeded' ? record.doubt : 'failed']),
    ).toEqual([
      ['lamp', EARLY_HIT],
      ['chair', EARLY_HIT],
      ['table', EARLY_HIT],
      ['fine', undefined],
      ['word', undefined],
    ]);
    expect((await verifyRun(session.store, run)).findings).toEqual([]);
  });
});
