import { describe, expect } from 'vitest';

import { EARLY_HIT } from '../../src/activities/early-hit.ts';
import { type FaultCode, verdicts } from '../../src/pollinations/verdicts.ts';
import type { ItemRecord } from '../../src/records/record.ts';
import { SAME_BYTES } from '../../src/report/doubt-fold.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { hostileAnswers } from '../hostile-answers/catalogue.ts';
import type { Endpoint, Serve } from '../hostile-answers/hostile-answer.ts';
import {
  askedFor,
  type HostileServer,
  type RawRequest,
  startHostileServer,
} from '../hostile-answers/hostile-server.ts';
import { hostileWords, okPicture, picture } from '../hostile-answers/parts.ts';
import type { Harness } from '../support/harness.ts';
import { test } from '../support/on-servers.ts';

/** Waits of five minutes are held by the whole lane: what is made of them is shown attempt by attempt. */
const tooLong: ReadonlySet<string> = new Set(['wait-huge', 'wait-date', 'wait-huge-body']);

interface HostileItem {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly code: FaultCode;
}

const all: readonly HostileItem[] = hostileAnswers
  .filter(({ name }) => !tooLong.has(name))
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
function hostileFront(): (upstream: string) => Promise<HostileServer> {
  const given = new Map<string, number>();
  return (upstream) =>
    startHostileServer((request: RawRequest) => {
      const asked = askedFor(request);
      if (asked === undefined) return undefined;
      const key = `${request.path} ${request.body}`;
      const count = (given.get(key) ?? 0) + 1;
      given.set(key, count);
      return count > asked.times ? undefined : served.get(asked.name);
    }, upstream);
}

async function openHostile(
  open: (options: object) => Promise<Harness>,
  concurrency: number,
): Promise<Harness> {
  return open({
    lanes: [{ name: 'all', concurrency }],
    deadlineMs: 5_000,
    front: async (emulator: string) => (await hostileFront()(emulator)).url,
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
    const { submit, finish, files, session } = await openHostile(open, 24);
    const items = [...doing('retry'), ...doing('throttle')];
    expect(items.length).toBeGreaterThan(150);
    const { run } = await submit(job('once', items, ':1'));
    const outcome = await finish(run);
    const records = await files(run).records();
    expect(
      records.filter(({ status }) => status !== 'succeeded').map((record) => [record.id, endOf(record)]),
    ).toEqual([]);
    expect(outcome).toMatchObject({ state: 'completed', tally: { succeeded: 2 * items.length, failed: 0 } });
    // Each has met its fault, and under its right name.
    const codes = new Map(records.map(({ id, attempts }) => [id, attempts.map(({ code }) => code)]));
    const met = items
      .filter(({ code }) => verdicts[code].verdict.action === 'retry')
      .filter((item) => codes.get(idOf(item))?.includes(item.code) !== true);
    expect(met.map(idOf)).toEqual([]);
    const throttled = records.filter(({ throttled: count }) => count > 0).length;
    expect(throttled).toBeGreaterThanOrEqual(doing('throttle').length);
    expect((await verifyRun(session.store, run)).findings).toEqual([]);
  });

  test('stores none of what is wrong for good, fails those items at once, and does all others', async ({
    open,
  }) => {
    const { submit, finish, files, session } = await openHostile(open, 24);
    const items = doing('fail');
    expect(items.length).toBeGreaterThan(60);
    const silent = { name: 'silence', endpoint: 'text', code: 'deadline' } as const;
    const { run } = await submit(job('for-ever', [...items, silent], ''));
    const outcome = await finish(run);
    const records = await files(run).records();
    const hostile = records.filter(({ id }) => !id.startsWith('good-'));
    expect(hostile.map((record) => [record.id, endOf(record)])).toEqual(
      [...items, silent].map((item) => [idOf(item), item.code]),
    );
    expect(hostile.filter(({ attempts }) => attempts.length > 1).map(({ id }) => id)).toEqual([idOf(silent)]);
    const good = records.filter(({ id }) => id.startsWith('good-'));
    expect(good.filter(({ status }) => status !== 'succeeded')).toEqual([]);
    expect(outcome).toMatchObject({ state: 'completed_with_failures', tally: { failed: hostile.length } });

    // Of a failed item there is its record, and nothing else.
    const keys = await files(run).keys();
    const left = keys.filter((key) => /^items\//.test(key) && /-(text|image)-/.test(key));
    expect(left.filter((key) => !/\.(record|attempts)\.json$/.test(key))).toEqual([]);
    const told = JSON.stringify((await files(run).results()).filter(({ status }) => status === 'succeeded'));
    expect(told).not.toContain(hostileWords);
    // The one that says nothing, again and again, held nobody up.
    const last = (ones: readonly ItemRecord[]): number => Math.max(...ones.map(({ at }) => Date.parse(at)));
    expect(last(good)).toBeLessThan(last(hostile));
    expect((await verifyRun(session.store, run)).findings).toEqual([]);
  });

  test('is told of results that are the same, or were there before they were asked for', async ({ open }) => {
    const { submit, finish, files, session } = await openHostile(open, 8);
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
