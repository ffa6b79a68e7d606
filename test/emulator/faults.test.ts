import { describe, expect, test } from 'vitest';

import { type FaultName, faultKinds } from '../../src/emulator/index.ts';
import { chat, envelopeOf, genChat, get, rawAnswer, start } from './support.ts';

const small = 'width=64&height=64';
const marked = (fault: FaultName, times?: number): string =>
  `a lamp [[fault:${fault}${times === undefined ? '' : `:${times}`}]]`;
const imagePath = (prompt: string): string => `/image/${encodeURIComponent(prompt)}?${small}`;
const chatBody = (prompt: string): string =>
  JSON.stringify({ model: 'openai', messages: [{ role: 'user', content: prompt }] });

describe('faults before the generation', () => {
  const statuses: readonly (readonly [FaultName, number])[] = [
    ['400', 400],
    ['401', 401],
    ['402-balance', 402],
    ['402-budget', 402],
    ['403', 403],
    ['403-balance', 403],
    ['422', 422],
    ['429', 429],
    ['429-retry-after', 429],
    ['500', 500],
    ['500-flat', 500],
    ['500-nested', 500],
    ['502', 502],
    ['503', 503],
    ['wrong-type', 200],
    ['empty', 200],
    ['balance-notice', 200],
  ];

  test.each(statuses)('%s answers with status %i and bills nothing', async (fault, status) => {
    const emulator = await start();
    const response = await chat(emulator, marked(fault));
    expect(response.status).toBe(status);
    expect(response.headers.get('x-pollen-batch-emulator')).toBe('1');
    expect(emulator.meter()).toMatchObject({ charged: '0', generations: 0 });
    expect(emulator.journal()).toMatchObject([{ fault, status, generated: false, charge: '0' }]);
  });

  test('429 comes with Retry-After or without, by name', async () => {
    const emulator = await start();
    expect((await chat(emulator, marked('429'))).headers.get('retry-after')).toBeNull();
    expect((await chat(emulator, marked('429-retry-after'))).headers.get('retry-after')).toBe('1');
  });

  test('500-flat is a flat object, and 500-nested hides the same as text in an envelope', async () => {
    const emulator = await start();
    const flat = (await (await chat(emulator, marked('500-flat'))).json()) as { error: string };
    expect(flat.error).toBe('Internal Server Error');
    const nested = await envelopeOf(await chat(emulator, marked('500-nested')));
    expect(JSON.parse(nested.error.message)).toEqual(flat);
  });

  test('502 is an HTML page and wrong-type an HTML page with status 200', async () => {
    const emulator = await start();
    const page = await chat(emulator, marked('502'));
    expect(page.headers.get('content-type')).toBe('text/html');
    const wrong = await get(emulator, imagePath(marked('wrong-type')));
    expect(wrong.status).toBe(200);
    expect(wrong.headers.get('content-type')).toBe('text/html');
  });

  test('json-image answers an image call with JSON, and does not touch text calls', async () => {
    const emulator = await start();
    const image = await get(emulator, imagePath(marked('json-image')));
    expect(image.status).toBe(200);
    expect(await image.json()).toHaveProperty('error');
    const text = await chat(emulator, marked('json-image'));
    expect(text.headers.get('x-cache')).toBe('MISS');
  });

  test('placeholder gives every prompt the same picture', async () => {
    const emulator = await start();
    const bytes = async (prompt: string): Promise<Buffer> =>
      Buffer.from(await (await get(emulator, imagePath(`${prompt} ${marked('placeholder')}`))).arrayBuffer());
    const first = await bytes('one');
    expect(first.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
    expect(first.equals(await bytes('two'))).toBe(true);
    expect(emulator.meter().charged).toBe('0');
  });

  test('balance-notice is an assistant message without usage that no cache may keep', async () => {
    const emulator = await start();
    const response = await chat(emulator, marked('balance-notice'));
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    expect(await response.json()).toMatchObject({
      choices: [{ message: { content: expect.stringContaining("doesn't have enough credits") } }],
      usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    });
  });

  test('reset breaks the connection with nothing generated', async () => {
    const emulator = await start();
    await expect(chat(emulator, marked('reset'))).rejects.toThrow(TypeError);
    expect(emulator.meter().generations).toBe(0);
    expect(emulator.journal()).toMatchObject([{ fault: 'reset', status: 0, generated: false }]);
  });

  test('hang is in the journal at once and never answers', async () => {
    const emulator = await start();
    const hanging = chat(emulator, marked('hang'), { signal: AbortSignal.timeout(300) });
    await expect(hanging).rejects.toThrow(/timeout/);
    expect(emulator.journal()).toMatchObject([{ fault: 'hang', status: 0, generated: false }]);
  });
});

describe('faults after the generation', () => {
  const afterwards = Object.entries(faultKinds)
    .filter(([, { stage }]) => stage === 'after')
    .map(([name]) => name as FaultName);

  test.each(afterwards)(
    '%s bills once, and the repeated request gets the result from the cache',
    async (fault) => {
      const emulator = await start({ gatewayTimeoutMs: 5 });
      await chat(emulator, marked(fault, 1))
        .then((response) => response.arrayBuffer())
        .catch(() => undefined);
      expect(emulator.meter().generations).toBe(1);
      const { charged } = emulator.meter();
      const second = await chat(emulator, marked(fault, 1));
      expect(second.status).toBe(200);
      expect(second.headers.get('x-cache')).toBe('HIT');
      expect(emulator.meter().charged).toBe(charged);
      expect(emulator.journal()).toMatchObject([
        { fault, cache: 'miss', generated: true, charge: charged },
        { cache: 'hit', generated: false, charge: '0' },
      ]);
    },
  );

  test('524 comes late, as plain text', async () => {
    const emulator = await start({ gatewayTimeoutMs: 60 });
    const started = performance.now();
    const response = await chat(emulator, marked('524'));
    expect(performance.now() - started).toBeGreaterThanOrEqual(55);
    expect(response.status).toBe(524);
    expect(await response.text()).toBe('error code: 524');
  });

  test('lost closes the connection without a byte of an answer', async () => {
    const emulator = await start();
    expect(await rawAnswer(emulator, 'POST', genChat, chatBody(marked('lost')))).toHaveLength(0);
    expect(emulator.journal()).toMatchObject([{ fault: 'lost', status: 0, generated: true }]);
  });

  const halves = async (fault: FaultName): Promise<{ head: string; sent: number; whole: number }> => {
    const emulator = await start();
    const answer = await rawAnswer(emulator, 'GET', imagePath(marked(fault, 1)));
    const end = answer.indexOf('\r\n\r\n');
    const whole = await (await get(emulator, imagePath(marked(fault, 1)))).arrayBuffer();
    return {
      head: answer.toString('latin1', 0, end).toLowerCase(),
      sent: answer.length - end - 4,
      whole: whole.byteLength,
    };
  };

  test('cut-length promises the whole body and sends half of it', async () => {
    const { head, sent, whole } = await halves('cut-length');
    expect(head).toContain(`content-length: ${whole}`);
    expect(sent).toBe(Math.floor(whole / 2));
  });

  test('cut-chunked ends the connection without the last chunk', async () => {
    const { head, sent, whole } = await halves('cut-chunked');
    expect(head).toContain('transfer-encoding: chunked');
    expect(sent).toBeLessThan(whole);
  });

  test('cut-close sends half a body that no client can tell from a whole one by HTTP alone', async () => {
    const { head, sent, whole } = await halves('cut-close');
    expect(head).toContain('connection: close');
    expect(head).not.toMatch(/content-length|transfer-encoding/);
    expect(sent).toBe(Math.floor(whole / 2));
    const emulator = await start();
    const cut = await get(emulator, imagePath(marked('cut-close')));
    expect((await cut.arrayBuffer()).byteLength).toBeGreaterThan(0);
  });
});

describe('when faults happen', () => {
  test('a mark with a number faults so many arrivals of the same request, then lets it work', async () => {
    const emulator = await start();
    const statuses: number[] = [];
    for (let each = 0; each < 4; each += 1) statuses.push((await chat(emulator, marked('503', 2))).status);
    expect(statuses).toEqual([503, 503, 200, 200]);
    expect((await chat(emulator, `other ${marked('503', 2)}`)).status).toBe(503);
  });

  test('a mark does not show in what is generated from the prompt', async () => {
    const emulator = await start();
    const response = await chat(emulator, marked('json-image'));
    expect(await response.text()).not.toContain('[[fault');
  });

  const drawn = async (seed: number): Promise<readonly number[]> => {
    const emulator = await start({ seed, faults: { '500': 0.3, '503': 0.2 } });
    const statuses: number[] = [];
    for (let each = 0; each < 40; each += 1) statuses.push((await chat(emulator, `item ${each}`)).status);
    return statuses;
  };

  test('rates are drawn anew for each arrival, the same for the same seed', async () => {
    const first = await drawn(7);
    expect(await drawn(7)).toEqual(first);
    expect(await drawn(8)).not.toEqual(first);
    expect(first.filter((status) => status === 500).length).toBeGreaterThan(4);
    expect(first.filter((status) => status === 503).length).toBeGreaterThan(2);
    expect(first.filter((status) => status === 200).length).toBeGreaterThan(10);
  });

  test('names of no fault, and rates that add up to more than 1, are refused', async () => {
    await expect(start({ faults: JSON.parse('{"506": 0.1}') })).rejects.toThrow(/no fault named "506"/);
    await expect(start({ faults: { '500': 0.6, '503': 0.6 } })).rejects.toThrow(/more than 1/);
  });
});
