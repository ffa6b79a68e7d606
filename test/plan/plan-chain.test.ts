import { describe, expect, it } from 'vitest';

import type { Values } from '../../src/manifest/job.ts';
import { itemOf, imageStep, planCall, planSteps, textStep } from '../support/planning.ts';

const limited = { model: 'openai', max_tokens: 100 };
const caption = textStep('One line about lamps', { id: 'caption', params: limited });
const shot = imageStep('{{ steps.caption.text }}, {{ row.style }}', {
  id: 'shot',
  needs: ['caption'],
  scope: { row: { style: 'photo' } },
});
const each = textStep('About {{ each }}', {
  id: 'each',
  needs: [],
  forEach: { step: 'caption', path: ['topics'], max: 4 },
  params: limited,
  scope: {},
});

describe('an item of steps', () => {
  it('knows for each its lane, and which come before it by their places', async () => {
    const { steps } = await planSteps(itemOf([caption, shot, each]));
    expect(steps).toMatchObject([
      { id: 'caption', kind: 'text', model: 'openai', lane: 'all', needs: [] },
      { id: 'shot', kind: 'image', model: 'flux', lane: 'pictures', needs: [0] },
      { id: 'each', needs: [0], forEach: { step: 0, path: ['topics'], max: 4 } },
    ]);
  });

  it('has the bytes of a step that hangs on no other, and of another what is left to fill in', async () => {
    const { steps } = await planSteps(itemOf([caption, shot]), { timezone: 'Europe/Berlin' });
    const [first, second] = steps;
    expect(first).toMatchObject({ digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(first !== undefined && 'request' in first && JSON.parse(first.request.body ?? '')).toEqual({
      ...limited,
      seed: first?.seed,
      messages: [{ role: 'user', content: 'One line about lamps' }],
    });
    expect(second).not.toHaveProperty('request');
    expect(second).toMatchObject({
      deferred: {
        prompt: '{{ steps.caption.text }}, {{ row.style }}',
        params: { model: 'flux' },
        scope: { row: { style: 'photo' } },
        timezone: 'Europe/Berlin',
      },
    });
  });

  it('is a chain with one step too, if it has a name or its answer may be mended', async () => {
    expect((await planSteps(itemOf(caption))).steps).toHaveLength(1);
    const output = { format: 'json', repair: 2 } as const;
    const mended = await planSteps(itemOf(textStep('JSON', { output })));
    expect(mended.steps).toMatchObject([{ id: 'answer', repair: 2, expect: { json: true } }]);
    const plain = await planCall(itemOf(textStep('JSON', { output: { ...output, repair: 0 } })));
    expect(mended.steps[0]).toMatchObject({ seed: plain.seed, digest: plain.digest });
  });

  it('has one digest over all that it sends', async () => {
    const digestOf = async (...steps: Parameters<typeof itemOf>[0][]): Promise<string> =>
      (await planSteps(itemOf(steps.flat()))).digest;
    const known = await digestOf(caption, shot);
    expect(await digestOf(caption, shot)).toBe(known);
    expect(await digestOf({ ...caption, messages: [] } as never, shot)).not.toBe(known);
    expect(await digestOf(caption, { ...shot, prompt: '{{ steps.caption.text }}' } as never)).not.toBe(known);
    expect(await digestOf(caption, { ...shot, scope: { row: { style: 'sketch' } } })).not.toBe(known);
    expect(await digestOf(caption, { ...shot, params: { model: 'turbo' } })).not.toBe(known);
    expect(await digestOf(caption, { ...shot, params: { model: 'flux', seed: 1 } })).not.toBe(known);
    const elsewhere = { api: { id: 'emulator', dialect: 'gen' as const } };
    expect((await planSteps(itemOf([caption, shot]), elsewhere)).digest).not.toBe(known);
  });

  it('is another one where what is filled in later differs in an order that counts, with other seeds if it has no id', async () => {
    const planned = (params: Values, look: Values, named = {}) => {
      const two = textStep('{{ steps.caption.text }} {{ look }}', {
        id: 'two',
        needs: ['caption'],
        params: { ...limited, ...params },
        scope: { look },
      });
      return planSteps({ ...itemOf([caption, two]), ...named });
    };
    const orders = [
      [
        { response_format: { b: 1, a: 2 }, top_p: 1 },
        { b: 1, a: 2 },
      ],
      [
        { response_format: { a: 2, b: 1 }, top_p: 1 },
        { b: 1, a: 2 },
      ],
      [
        { response_format: { b: 1, a: 2 }, top_p: 1 },
        { a: 2, b: 1 },
      ],
      // No order of what is sent.
      [
        { top_p: 1, response_format: { b: 1, a: 2 } },
        { b: 1, a: 2 },
      ],
    ] as const;
    const named = await Promise.all(orders.map(([params, look]) => planned(params, look)));
    expect(new Set(named.map(({ digest }) => digest)).size).toBe(3);
    expect(new Set(named.map(({ steps }) => steps[0]?.seed)).size).toBe(1);
    const unnamed = await Promise.all(
      orders.map(([params, look]) => planned(params, look, { id: undefined })),
    );
    expect(new Set(unnamed.map(({ steps }) => steps[0]?.seed)).size).toBe(3);
  });
});

describe('the highest price of a step', () => {
  const maximaOf = async (...steps: Parameters<typeof itemOf>[0][]): Promise<readonly (string | null)[]> =>
    (await planSteps(itemOf(steps.flat()))).steps.map(({ maximum }) => maximum);
  const after = (text: string, changes = {}) =>
    textStep(text, { id: 'after', needs: ['caption'], params: limited, scope: {}, ...changes });

  it('is that of a call: the list price of a picture, the bytes and max_tokens of a text', async () => {
    const { steps } = await planSteps(itemOf([caption, shot]));
    const [first] = steps;
    const bytes = first !== undefined && 'request' in first ? Buffer.byteLength(first.request.body ?? '') : 0;
    expect(Number(first?.maximum)).toBeCloseTo(bytes * 1e-6 + 100 * 2e-6, 8);
    expect(steps[1]?.maximum).toBe('0.002');
  });

  it('counts what an earlier answer can add to a prompt, as often as it stands there', async () => {
    const [, once, twice] = await maximaOf(
      caption,
      after('{{ steps.caption.text }}'),
      after('{{ steps.caption.text }}{{ steps.caption.text }}', { id: 'twice' }),
    );
    const bytes = 100 * 16;
    expect(Number(twice) - Number(once)).toBeCloseTo((bytes + '{{ steps.caption.text }}'.length) * 1e-6, 8);
    expect(Number(once)).toBeGreaterThan(bytes * 1e-6 + 100 * 2e-6);
    expect(Number(once)).toBeLessThan((bytes + 200) * 1e-6 + 100 * 2e-6);
  });

  it('is not known where an earlier answer has no limit, or pictures go with it', async () => {
    const free = { ...caption, params: { model: 'openai' } };
    expect(await maximaOf(free, after('{{ steps.caption.text }}'))).toEqual([null, null]);
    const [, , seen] = await maximaOf(
      caption,
      shot,
      after('What is it?', { images: ['{{ steps.shot.image }}'], needs: ['shot'] }),
    );
    expect(seen).toBeNull();
  });

  it('covers each call that mends an answer, with that answer in its prompt', async () => {
    const output = { format: 'json', repair: 1 } as const;
    const [plain] = await maximaOf({ ...caption, output: { ...output, repair: 0 } } as never);
    const [mended] = await maximaOf({ ...caption, output } as never);
    expect(Number(mended) - Number(plain)).toBeCloseTo((100 * 16 + 2_000) * 1e-6, 8);
    expect(await maximaOf({ ...caption, params: { model: 'openai' }, output } as never)).toEqual([null]);
  });
});
