import { describe, expect, it } from 'vitest';

import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import { resolveCall } from '../../src/activities/resolve-call.ts';
import type { PlannedStep } from '../../src/plan/plan.ts';
import { createRecords } from '../../src/records/record-store.ts';
import type { StepRecord } from '../../src/records/record.ts';
import { runKeys, type CallPart } from '../../src/storage/keys.ts';
import type { StepCall } from '../../src/workflows/item-steps.ts';
import { chain, laterImage, laterText, textStep } from '../support/chain-plan.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { failed, run, samplePlan, succeeded } from '../support/samples.ts';

const keys = runKeys(run);
const plan = samplePlan();
const picture = 'a'.repeat(64);
const artifact = {
  key: keys.artifact(0, 1, 'item', 'png', { step: 'shot' }),
  bytes: 10,
  sha256: picture,
  contentType: 'image/png',
  width: 64,
  height: 48,
};

/** An item of these steps whose first one has answered, and what one of its calls comes to. */
function world(steps: readonly PlannedStep[]) {
  const store = createMemoryStore();
  const records = createRecords(store);
  const item = chain(1, 'item', steps);
  return {
    store,
    answer: (part: CallPart, more: object) =>
      records.write(keys.step(0, 1, 'item', part), { ...succeeded(), part, ...more } as StepRecord),
    fail: (part: CallPart, more: object) =>
      records.write(keys.step(0, 1, 'item', part), { ...failed(), part, ...more } as StepRecord),
    resolve: (call: StepCall) =>
      resolveCall(
        { store, records } as unknown as ActivityDependencies,
        { run, page: 0, position: 0, resumed: false, ...call },
        { plan, item },
      ),
  };
}

const bodyOf = (request: { readonly body?: string }) =>
  JSON.parse(request.body ?? '{}') as {
    readonly seed?: number;
    readonly max_tokens?: number;
    readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  };

describe('a call whose bytes are in the plan', () => {
  it('is that of the plan, and nothing is written', async () => {
    const { resolve, store } = world([textStep('a', 'Hello')]);
    const { call } = await resolve({ step: 0 });
    expect(call.call).toMatchObject({ id: 'item', seed: 7, maximum: '0.01' });
    expect(bodyOf(call.call.request).messages[0]?.content).toBe('Hello');
    expect(store.keys()).toEqual([]);
  });
});

describe('a call that hangs on earlier steps', () => {
  it('is filled in once, and kept before it is sent', async () => {
    const { resolve, answer, store } = world([
      textStep('a', 'x'),
      laterText('b', '{{ steps.a.text }} by {{ steps.a.model }}', [0]),
    ]);
    await answer({ step: 'a' }, { text: 'A “bee”' });
    const first = await resolve({ step: 1 });
    const key = keys.request(0, 1, 'item', { step: 'b' });
    expect(store.keys().at(-1)).toBe(key);
    expect(bodyOf(first.call.call.request)).toMatchObject({
      seed: 7,
      max_tokens: 100,
      messages: [{ role: 'user', content: 'A “bee” by openai' }],
    });
    expect(Number(first.call.call.maximum)).toBeGreaterThan(100 * 2e-6);
    const writes = store.keys().length;
    const { isNew, ...kept } = first;
    expect(isNew).toBe(true);
    expect(await resolve({ step: 1 })).toEqual(kept);
    expect(store.keys()).toHaveLength(writes);
  });

  it('reads no long texts of steps that it only waits for', async () => {
    const gone = { artifact: { ...artifact, key: keys.artifact(0, 1, 'item', 'txt', { step: 'first' }) } };
    const { resolve, answer } = world([
      textStep('first', 'x'),
      laterText('waits', 'Of {{ steps.other.text }}', [0, 2]),
      textStep('other', 'y'),
      laterText('names', 'Of {{ steps.first.text }}', [0]),
    ]);
    await answer({ step: 'first' }, { text: undefined, ...gone });
    await answer({ step: 'other' }, { text: 'bees' });
    const { call } = await resolve({ step: 1 });
    expect(bodyOf(call.call.request).messages[0]?.content).toBe('Of bees');
    expect(await resolve({ step: 3 })).toMatchObject({ fault: { code: 'step-input-unusable' } });
  });

  it('is what somebody else has kept first', async () => {
    const { resolve, answer, store } = world([textStep('a', 'x'), laterText('b', '{{ steps.a.text }}', [0])]);
    await answer({ step: 'a' }, { text: 'ours' });
    const request = {
      method: 'POST',
      path: '/v1/chat/completions',
      body: '{"messages":[],"model":"openai"}',
    };
    await store.putOnce(
      keys.request(0, 1, 'item', { step: 'b' }),
      JSON.stringify({ version: 1, seed: 3, request }),
      { contentType: 'application/json' },
    );
    expect((await resolve({ step: 1 })).call.call).toMatchObject({ seed: 3, request });
  });

  it('has an element of a list and a seed of its own for each', async () => {
    const { resolve, answer } = world([
      textStep('a', 'x'),
      laterImage('b', '{{ index }}: {{ each.name }}', [0], { forEach: { step: 0, path: ['list'], max: 3 } }),
    ]);
    await answer({ step: 'a' }, { text: '{"list":[{"name":"rose"},{"name":"lily"}]}', lists: { 1: 2 } });
    const calls = [await resolve({ step: 1, index: 0 }), await resolve({ step: 1, index: 1 })].map(
      ({ call }) => call.call,
    );
    expect(calls.map(({ request }) => decodeURIComponent(request.path))).toEqual([
      expect.stringContaining('/0: rose?'),
      expect.stringContaining('/1: lily?'),
    ]);
    const seeds = calls.map(({ seed }) => seed);
    expect(new Set([7, ...seeds]).size).toBe(3);
    expect(calls[0]?.request.path).toContain(`seed=${seeds[0]}`);
    expect(calls.map(({ maximum }) => maximum)).toEqual(['0.002', '0.002']);
  });

  it('has the results of a step over a list as a list, the mended ones among them', async () => {
    const { resolve, answer, fail } = world([
      textStep('a', 'x'),
      laterText('b', '{{ each }}', [0], { forEach: { step: 0, path: [], max: 3 }, repair: 1 }),
      laterText('c', '{{ steps.b | map: "text" | join: "+" }} {{ steps.b[1].json.n }}', [1]),
    ]);
    await answer({ step: 'a' }, { text: '["x","y"]', lists: { 1: 2 } });
    await answer({ step: 'b', index: 0 }, { text: 'one' });
    await fail({ step: 'b', index: 1 }, {});
    await answer({ step: 'b', index: 1, repair: 1 }, { text: '{"n":2}' });
    const { call } = await resolve({ step: 2 });
    expect(bodyOf(call.call.request).messages[0]?.content).toBe('one+{"n":2} 2');
  });

  it('carries images of its own item by their sha256, and no others', async () => {
    const steps = (url: string): readonly PlannedStep[] => [
      laterImage('shot', 'x', []),
      textStep('said', 'y'),
      laterText('look', 'What?', [0, 1], { images: [url] }),
    ];
    for (const url of [
      '{{ steps.shot.image }}',
      'https://example.com/a.png',
      `attachment:${'b'.repeat(64)}`,
    ]) {
      const { resolve, answer } = world(steps(url));
      await answer({ step: 'shot' }, { kind: 'image', text: undefined, artifact, sha256: picture });
      await answer({ step: 'said' }, {});
      const { call, images, fault } = await resolve({ step: 2 });
      expect(fault).toBeUndefined();
      expect(JSON.stringify(bodyOf(call.call.request).messages)).toContain('"image_url"');
      expect(Object.keys(images ?? {})).toEqual(url.startsWith('{{') ? [picture] : []);
    }
    for (const said of [`attachment:${'c'.repeat(64)}`, 'file:///etc/passwd', 'http://plain.example/a.png']) {
      const { resolve, answer } = world(steps('{{ steps.said.text }}'));
      await answer({ step: 'shot' }, { kind: 'image', text: undefined, artifact, sha256: picture });
      await answer({ step: 'said' }, { text: said });
      expect((await resolve({ step: 2 })).fault).toMatchObject({
        code: 'step-unfillable',
        message: expect.stringContaining('an image must be'),
      });
    }
  });

  it('carries all images of a step over a list', async () => {
    const { resolve, answer } = world([
      textStep('a', 'x'),
      laterImage('draw', '{{ each }}', [0], { forEach: { step: 0, path: [], max: 3 } }),
      laterText('look', 'What?', [1], { images: ['{{ steps.draw | map: "image" }}'] }),
    ]);
    await answer({ step: 'a' }, { text: '["x","y"]', lists: { 1: 2 } });
    const shas = ['d'.repeat(64), 'e'.repeat(64)];
    for (const [index, sha256] of shas.entries()) {
      await answer({ step: 'draw', index }, { kind: 'image', text: undefined, artifact, sha256 });
    }
    const { images, fault } = await resolve({ step: 2 });
    expect(fault).toBeUndefined();
    expect(Object.keys(images ?? {})).toEqual(shas);
  });

  it.each([
    ['a variable that is not there', '{{ steps.a.json.name }}', 'prose', 'undefined variable'],
    ['a null in a text', 'A {{ steps.a.json.name }}', '{"name":null}', '`{{ steps.a.json.name }}` is null'],
    ['a null behind a filter', 'A {{ steps.a.json.name | upcase }}', '{"name":null}', 'is null'],
    ['an empty prompt', '{{ steps.a.text }}', '  ', 'the prompt is empty'],
    ['a prompt that is too long', '{{ steps.a.text }}', 'x'.repeat(9_000), 'bytes in the URL'],
    ['a prompt that means another path', '{{ steps.a.text }}', '..', 'another path'],
  ])('fails without a call for %s', async (_, prompt, said, reason) => {
    const { resolve, answer, store } = world([textStep('a', 'x'), laterImage('b', prompt, [0])]);
    await answer({ step: 'a' }, { text: said });
    const { fault } = await resolve({ step: 1 });
    expect(fault).toMatchObject({
      code: 'step-unfillable',
      message: expect.stringContaining(reason),
      remedy: expect.stringContaining('templates'),
    });
    expect(store.keys()).toHaveLength(1);
  });

  it('has parameters of the type they need, and no answer of a model that is none', async () => {
    const step = (width: string): PlannedStep => ({
      ...laterImage('b', 'A lamp', [0]),
      deferred: {
        prompt: 'A lamp',
        params: { model: 'flux', width, nologo: true, extra: { new: '{{ steps.a.sha256 }}' } },
        scope: {},
        timezone: 'UTC',
      },
    });
    const { resolve, answer } = world([textStep('a', 'x'), step('{{ steps.a.json.width }}')]);
    await answer({ step: 'a' }, { text: '{"width":320,"look":"soft"}' });
    const { path } = (await resolve({ step: 1 })).call.call.request;
    expect(path.split('?')[1]).toBe(`model=flux&new=${'a'.repeat(64)}&nologo=true&seed=7&width=320`);
    const other = world([textStep('a', 'x'), step('{{ steps.a.text }}')]);
    await other.answer({ step: 'a' }, { text: 'wide' });
    expect((await other.resolve({ step: 1 })).fault?.message).toContain('"width" must be');
  });
});

describe('a call whose inputs are damaged', () => {
  const steps = [textStep('a', 'x', { repair: 1 }), laterText('b', '{{ steps.a.text }}', [0])];
  const unusable = (message: string) => ({
    code: 'step-input-unusable',
    message: expect.stringContaining(message),
    remedy: expect.stringContaining('bucket'),
  });
  const put = { contentType: 'application/json' };

  it('fails without a call, and quotes nothing of them', async () => {
    for (const key of [keys.step(0, 1, 'item', { step: 'a' }), keys.request(0, 1, 'item', { step: 'b' })]) {
      const { resolve, store } = world(steps);
      await store.put(key, 'secret', put);
      const { fault } = await resolve({ step: 1 });
      expect(fault).toMatchObject(unusable(`${key} holds no re`));
      expect(JSON.stringify(fault)).not.toContain('secret');
    }
  });

  it('fails without a call where they are gone', async () => {
    const { resolve, answer } = world(steps);
    expect((await resolve({ step: 1 })).fault).toMatchObject(unusable('step a of item item has no result'));
    expect((await resolve({ step: 0, repair: 1 })).fault).toMatchObject(unusable('nothing to mend'));
    await answer({ step: 'a' }, { text: undefined, artifact });
    expect((await resolve({ step: 1 })).fault).toMatchObject(unusable('is missing from the bucket'));
  });
});

describe('what a call takes from rows and models', () => {
  const other = `attachment:${'c'.repeat(64)}`;
  const parts = (content: readonly unknown[], deferred: object = {}): PlannedStep => ({
    ...laterText('b', '', [0]),
    deferred: {
      messages: [{ role: 'user', content: [{ type: 'text', text: 'What?' }, ...content] }],
      params: {},
      scope: { said: other },
      timezone: 'UTC',
      ...deferred,
    },
  });
  const faultOf = async (step: PlannedStep, text: string) => {
    const { resolve, answer } = world([textStep('a', 'x'), step]);
    await answer({ step: 'a' }, { text });
    return (await resolve({ step: 1 })).fault?.message;
  };
  const said = '{{ steps.a.text }}';

  it.each([
    ['an image', { type: 'image_url', image_url: { url: said } }, 'url'],
    ['an image without a map', { type: 'image_url', image_url: said }, 'image_url'],
    ['a video', { type: 'video_url', video_url: { url: said } }, 'url'],
    ['a file', { type: 'file', file: { file_data: said } }, 'file_data'],
  ])('is shown to a model from https alone: %s', async (_, part, name) => {
    expect(await faultOf(parts([part]), 'https://example.com/a.png')).toBeUndefined();
    for (const url of ['http://example.com/a.png', 'file:///etc/passwd', 'data:image/png;base64,AA', other]) {
      expect(await faultOf(parts([part]), url)).toContain(`"${name}" of a message must be an https URL`);
    }
  });

  it('leaves the addresses alone that the file itself has', async () => {
    const own = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } };
    expect(await faultOf(parts([own, { type: 'text', text: said }]), 'x')).toBeUndefined();
  });

  it('names no attachment of another item, by whatever way', async () => {
    expect(await faultOf(parts([], { images: ['{{ said }}'] }), 'x')).toContain('an image must be');
    const extra = { extra: { more: { url: said } } };
    expect(await faultOf(parts([], { params: extra }), other)).toContain('a parameter names an attachment');
    const tools = { tools: [{ type: 'function', function: { url: said } }] };
    expect(await faultOf(parts([], { params: tools }), other)).toContain('a parameter names an attachment');
    expect(await faultOf(parts([{ type: 'other', more: { url: other } }]), 'x')).toContain(
      'a message names an attachment',
    );
  });

  it('is fetched for an image over https alone', async () => {
    const step = {
      ...laterImage('b', 'A lamp', [0]),
      deferred: { prompt: 'A lamp', params: { model: 'flux', image: said }, scope: {}, timezone: 'UTC' },
    };
    expect(await faultOf(step, 'https://a.example/1.png,https://a.example/2.png')).toBeUndefined();
    for (const url of ['http://a.example/1.png', 'https://a.example/1.png|http://127.0.0.1/']) {
      expect(await faultOf(step, url)).toContain('"image" must be https URLs');
    }
  });

  it('fails the step where no request can carry it', async () => {
    const image = {
      ...laterImage('b', 'A lamp', [0]),
      deferred: {
        prompt: 'A lamp',
        params: { model: 'flux', extra: { style: '{{ steps.a.json }}' } },
        scope: {},
        timezone: 'UTC',
      },
    };
    expect(await faultOf(image, String.raw`"\ud800"`)).toContain('half of a surrogate pair');
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    expect(await faultOf(image, deep)).toContain('nested too deep');
  });

  it('makes no empty system message', async () => {
    const messages = [
      { role: 'system', content: said },
      { role: 'user', content: 'Hi' },
    ];
    const { resolve, answer } = world([textStep('a', 'x'), parts([], { messages })]);
    await answer({ step: 'a' }, { text: '' });
    const { call } = await resolve({ step: 1 });
    expect(bodyOf(call.call.request).messages).toEqual([{ role: 'user', content: 'Hi' }]);
  });
});

describe('a call that mends an answer', () => {
  const wrong = {
    fault: { code: 'output-invalid', message: '/a must be string', remedy: '' },
    answer: '{"a":1}',
  };

  it('sends the conversation, the answer, and what was wrong with it, under another seed', async () => {
    const { resolve, fail } = world([textStep('a', 'Say it', { repair: 2 })]);
    await fail({ step: 'a' }, wrong);
    const { call } = await resolve({ step: 0, repair: 1 });
    const { messages, seed } = bodyOf(call.call.request);
    expect(messages).toEqual([
      { role: 'user', content: 'Say it' },
      { role: 'assistant', content: '{"a":1}' },
      { role: 'user', content: expect.stringContaining('/a must be string') },
    ]);
    expect(seed).toBe(call.call.seed);
    expect(seed).not.toBe(7);

    await fail({ step: 'a', repair: 1 }, { ...wrong, answer: '{"a":2}' });
    const second = await resolve({ step: 0, repair: 2 });
    expect(bodyOf(second.call.call.request).messages).toHaveLength(3);
    expect(second.call.call.request.body).toContain(String.raw`{\"a\":2}`);
    expect(new Set([7, seed, second.call.call.seed]).size).toBe(3);
  });

  it('is not made where the answer was not kept', async () => {
    const { resolve, fail } = world([textStep('a', 'Say it', { repair: 1 })]);
    await fail({ step: 'a' }, { fault: wrong.fault });
    expect((await resolve({ step: 0, repair: 1 })).fault).toMatchObject({
      code: 'step-unfillable',
      message: expect.stringContaining('was not kept'),
    });
  });

  it('starts from what was first sent for its element of a list', async () => {
    const { resolve, answer, fail } = world([
      textStep('a', 'x'),
      laterText('b', 'About {{ each }}', [0], { forEach: { step: 0, path: [], max: 3 }, repair: 1 }),
    ]);
    await answer({ step: 'a' }, { text: '["rose"]', lists: { 1: 1 } });
    await resolve({ step: 1, index: 0 });
    await fail({ step: 'b', index: 0 }, wrong);
    const { call } = await resolve({ step: 1, index: 0, repair: 1 });
    expect(bodyOf(call.call.request).messages[0]?.content).toBe('About rose');
  });
});
