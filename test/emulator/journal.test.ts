import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Emulator, JournalEntry, Meter } from '../../src/emulator/index.ts';
import { openJournal } from '../../src/emulator/open-journal.ts';
import { chat, contentOf, get, start, stop } from './support.ts';

let folder = '';
let journal = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'emulator-'));
  journal = join(folder, 'journal.jsonl');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
const linesOf = (path: string): readonly JournalEntry[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JournalEntry);

const admin = async (emulator: Emulator, path: string, change?: unknown): Promise<Response> =>
  fetch(
    `${emulator.url}/__emulator/${path}`,
    change === undefined ? {} : { method: 'PUT', body: JSON.stringify(change) },
  );

describe('the journal', () => {
  test('has a line for every request before its answer arrives, with what was sent and what it cost', async () => {
    const emulator = await start({ journal });
    const response = await chat(emulator, 'Hello', { headers: { 'x-request-id': 'item-1' } });
    const bytes = new Uint8Array(await response.clone().arrayBuffer());
    const content = await contentOf(response);
    const [entry] = linesOf(journal);
    expect(entry).toMatchObject({
      seq: 1,
      method: 'POST',
      path: '/v1/chat/completions',
      body: JSON.stringify({ model: 'openai', messages: [{ role: 'user', content: 'Hello' }] }),
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      keyKind: 'secret',
      key: 'secret',
      requestId: 'item-1',
      model: 'openai',
      status: 200,
      cache: 'miss',
      generated: true,
      charge: emulator.meter().charged,
      bodySha256: sha256(bytes),
      contentSha256: sha256(content),
      inFlight: 1,
    });
  });

  test('notes refusals and models calls too', async () => {
    const emulator = await start({ journal });
    await get(emulator, '/v1/models', { key: null });
    await chat(emulator, 'x', { key: 'sk_wrong' });
    expect(linesOf(journal)).toMatchObject([
      { method: 'GET', path: '/v1/models', keyKind: 'none', generated: false },
      { status: 401, keyKind: 'unknown', generated: false, charge: '0' },
    ]);
  });

  test('is served from any entry on, with the number to go on from', async () => {
    const emulator = await start({ journal });
    for (const path of ['/models', '/v1/models', '/text/models']) await get(emulator, path);
    const page = (await (await admin(emulator, 'journal?from=1&limit=1')).json()) as {
      entries: JournalEntry[];
      next: number;
    };
    expect(page.entries.map((entry) => entry.path)).toEqual(['/v1/models']);
    expect(page.next).toBe(2);
  });

  test('of thousands of entries is read from the middle as from the start', async () => {
    const emulator = await start({ journal });
    const entry = '{"seq":1,"path":"é","cache":"none","charge":"0","generated":false}\n';
    await stop(emulator);
    appendFileSync(journal, entry.repeat(2500));
    const next = await start({ journal });
    await get(next, '/models');
    const page = (await (await admin(next, 'journal?from=2499')).json()) as { entries: JournalEntry[] };
    expect(page.entries.map(({ path }) => path)).toEqual(['é', '/models']);
    expect(next.meter().requests).toBe(2501);
  });
});

describe('a restart on the same journal', () => {
  test('goes on with meter, wallet, budgets, numbers and cache', async () => {
    const options = {
      journal,
      wallet: '1',
      keys: [{ name: 'job', key: 'sk_job', budget: '0.5', account: true }],
    };
    const first = await start(options);
    const image = '/image/x?model=flux&width=8&height=8';
    const bytes = await (await get(first, image, { key: 'sk_job' })).arrayBuffer();
    await chat(first, 'x [[fault:503:2]]', { key: 'sk_job' });
    const before = first.meter();
    await stop(first);

    const second = await start(options);
    expect(second.meter()).toEqual(before);
    const again = await get(second, image, { key: 'sk_job' });
    expect(again.headers.get('x-cache')).toBe('HIT');
    expect(await again.arrayBuffer()).toEqual(bytes);
    expect((await chat(second, 'x [[fault:503:2]]', { key: 'sk_job' })).status).toBe(503);
    expect((await chat(second, 'x [[fault:503:2]]', { key: 'sk_job' })).status).toBe(200);
    const balance = await get(second, '/account/balance', { key: 'sk_job' });
    expect((await balance.json()) as { balance: number }).toMatchObject({
      balance: expect.closeTo(0.5 - Number(second.meter().charged), 8),
    });
    expect(second.journal().map((entry) => entry.seq)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('keeps what the wallet was set to while it ran', async () => {
    const first = await start({ journal, wallet: '1' });
    await get(first, '/image/x?model=flux&width=8&height=8');
    await admin(first, 'settings', { wallet: '7' });
    await get(first, '/image/y?model=flux&width=8&height=8');
    await stop(first);
    const second = await start({ journal, wallet: '1' });
    expect(second.meter()).toMatchObject({ wallet: '6.998', charged: '0.004', requests: 2 });
  });

  test('drops a last line that was cut, and refuses a file that is no journal', async () => {
    const first = await start({ journal });
    await chat(first, 'x');
    await stop(first);
    appendFileSync(journal, '{"seq":2,"ti');
    const second = await start({ journal });
    await chat(second, 'y');
    expect(linesOf(journal).map((entry) => entry.seq)).toEqual([1, 2]);
    await stop(second);
    appendFileSync(journal, 'no journal\n');
    await expect(start({ journal })).rejects.toThrow(SyntaxError);
  });
});

describe('the admin routes', () => {
  test('tell the meter, and are in no journal', async () => {
    const emulator = await start();
    await chat(emulator, 'x');
    const meter = (await (await admin(emulator, 'meter')).json()) as Meter;
    expect(meter).toEqual(emulator.meter());
    expect(meter).toMatchObject({ generations: 1, requests: 1 });
    expect(emulator.journal()).toHaveLength(1);
  });

  test('change settings while the emulator runs', async () => {
    const emulator = await start();
    expect((await admin(emulator, 'settings', { faults: { '503': 1 } })).status).toBe(200);
    expect((await chat(emulator, 'x')).status).toBe(503);
    await admin(emulator, 'settings', { faults: {}, limits: { key: { rps: 1, burst: 1 } } });
    expect((await chat(emulator, 'x')).status).toBe(200);
    expect((await chat(emulator, 'y')).status).toBe(429);
  });

  test.each([
    [{ latncy: 1 }],
    [{ latency: { kind: 'fixed', ms: -1 } }],
    [{ limits: { key: { rps: 0, burst: 1 } } }],
    [{ wallet: 5 }],
    [{ cacheMode: 'often' }],
    [{ revokeKey: 'nobody' }],
  ])('refuse settings that do not fit: %j', async (change) => {
    const emulator = await start();
    const response = await admin(emulator, 'settings', change);
    expect(response.status).toBe(400);
    expect(await response.json()).toHaveProperty('error');
  });
});

describe('a journal without a file', () => {
  test('keeps the latest entries, tells of which number the first is, and no page has one twice', () => {
    const kept = openJournal(undefined, () => {});
    const all = 50_000;
    for (let seq = 1; seq <= all; seq += 1) kept.append({ seq } as JournalEntry);
    const first = kept.first();
    expect(kept.length()).toBe(all);
    expect(all - first).toBeGreaterThanOrEqual(20_000);
    expect(kept.read(first, 1)).toEqual([{ seq: first + 1 }]);
    const pages = Array.from({ length: all / 1_000 }, (_, page) => kept.read(page * 1_000, 1_000));
    expect(pages.flat().map(({ seq }) => seq)).toEqual(
      Array.from({ length: all - first }, (_, index) => first + index + 1),
    );
  });
});
