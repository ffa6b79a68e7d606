import { describe, expect, it } from 'vitest';

import type { PlannedCall } from '../../src/plan/plan.ts';
import { planOf } from '../support/plan.ts';
import { api } from '../support/samples.ts';

async function plan(
  items: string,
  changes: { readonly apiId?: string; readonly name?: string; readonly mayRepeat?: boolean } = {},
): Promise<readonly PlannedCall[]> {
  const { pages } = await planOf(`version: 1\nname: ${changes.name ?? 'bees'}\nitems:\n${items}`, {
    api: { ...api, id: changes.apiId ?? api.id },
    mayRepeat: changes.mayRepeat ?? false,
    allowUnpriced: true,
  });
  return pages.flatMap((page) => page.items as readonly PlannedCall[]);
}

const seedsOf = (calls: readonly PlannedCall[]) => calls.map(({ seed }) => seed);
const bodyOf = ({ request }: PlannedCall) => JSON.parse(request.body ?? '{}') as Record<string, unknown>;

const three = `
  - { id: a, text: One bee }
  - text: Two bees
  - text: Three bees
`;

describe('the seed of a call', () => {
  it('is the one its author pinned', async () => {
    const [call] = await plan('  - { text: One bee, params: { seed: 42 } }');
    expect(call?.seed).toBe(42);
  });

  it('stays the same when rows are inserted before it, with an id or without', async () => {
    const before = seedsOf(await plan(three));
    const after = seedsOf(
      await plan(`
  - { id: new, text: No bee }
  - text: Zero bees
${three}`),
    );
    expect(after.slice(2)).toEqual(before);
  });

  it('stays the same when the text of a row with an id changes', async () => {
    const [changed] = await plan('  - { id: a, text: Another bee }');
    expect(changed?.seed).toBe((await plan(three))[0]?.seed);
  });

  it('differs between equal rows without an id, and between jobs', async () => {
    const twice = seedsOf(await plan('  - text: One bee\n  - text: One bee\n'));
    expect(new Set(twice).size).toBe(2);
    expect((await plan(three, { name: 'other' }))[0]?.seed).not.toBe((await plan(three))[0]?.seed);
  });

  it('is a whole number of 31 bits, and part of the bytes', async () => {
    for (const call of await plan(three)) {
      expect(Number.isInteger(call.seed) && (call.seed ?? -1) >= 0 && (call.seed ?? 0) < 2 ** 31).toBe(true);
      expect(bodyOf(call)['seed']).toBe(call.seed);
    }
    const [image] = await plan('  - { id: lamp, image: A lamp }');
    expect(image?.request.path).toContain(`seed=${image?.seed}`);
  });
});

describe('the digest of a call', () => {
  it('is the same for the same bytes at the same API, and another for other bytes or another API', async () => {
    const digests = (await plan(three)).map(({ digest }) => digest);
    expect((await plan(three)).map(({ digest }) => digest)).toEqual(digests);
    expect(new Set(digests).size).toBe(3);
    expect(digests.every((digest) => /^[0-9a-f]{64}$/.test(digest))).toBe(true);
    const elsewhere = (await plan(three, { apiId: 'emulator' })).map(({ digest }) => digest);
    expect(elsewhere.filter((digest) => digests.includes(digest))).toEqual([]);
  });

  it('is flagged as shared when others may send the same bytes: a twin, anybody with a pinned seed, another run', async () => {
    const calls = await plan(`
  - { id: a, text: One bee, params: { seed: 1 } }
  - { id: b, text: One bee, params: { seed: 1 } }
  - { id: c, text: One bee, params: { seed: 2 } }
  - { id: d, text: One bee }
`);
    expect(calls.map(({ shared }) => shared)).toEqual([true, true, true, undefined]);
    expect(calls[0]?.digest).toBe(calls[1]?.digest);
    expect((await plan(three, { mayRepeat: true })).every(({ shared }) => shared === true)).toBe(true);
  });
});

describe('a planned call', () => {
  it('is numbered by its place, and named by its number where it has no id', async () => {
    expect((await plan(three)).map(({ number, id }) => [number, id])).toEqual([
      [1, 'a'],
      [2, '2'],
      [3, '3'],
    ]);
  });

  it('knows its highest price where there is one', async () => {
    const [bounded, unbounded, image, unpriced] = await plan(`
  - { text: One bee, params: { max_tokens: 100 } }
  - { text: One bee }
  - { image: A lamp }
  - { text: One bee, params: { model: new } }
`);
    const promptBytes = Buffer.byteLength(bounded?.request.body ?? '');
    expect(Number(bounded?.maximum)).toBeCloseTo(promptBytes * 1e-6 + 100 * 2e-6, 8);
    expect([unbounded?.maximum, image?.maximum, unpriced?.maximum]).toEqual([null, '0.002', null]);
  });

  it('says what its answer is checked against', async () => {
    const calls = await plan(`
  - { image: A lamp, params: { width: 64, height: 32 } }
  - { image: A lamp }
  - { text: JSON, params: { response_format: { type: json_object } } }
  - { text: Text }
`);
    expect(calls.map(({ expect: expected }) => expected)).toEqual([
      undefined,
      undefined,
      { json: true },
      undefined,
    ]);
  });
});
