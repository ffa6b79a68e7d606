import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { dialects } from '../../../src/pollinations/dialects/index.ts';
import { askedOf } from '../../../src/report/export/asked.ts';

const names = Object.keys(dialects) as (keyof typeof dialects)[];

it.each(names)('reads back what an image was asked for, whatever stands in its prompt: %s', (name) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 2 ** 31 - 1 }), (prompt, seed) => {
      const params = { width: 768, nologo: true, quality: 'high', image: 'https://a.example/?b=1&c' };
      const request = dialects[name].imageRequest({ model: 'flux', prompt, params, seed });
      expect(askedOf(request)).toEqual({ prompt, params });
    }),
  );
});

it.each(['..', '.', '../../account', 'a?b#c', '100 %', 'a/b\\c'])(
  'takes a prompt for no path: %s',
  (prompt) => {
    const request = dialects.gen.imageRequest({ model: 'flux', prompt, params: {} });
    expect(askedOf(request)).toEqual({ prompt, params: {} });
  },
);

it('leaves texts among the parameters that only look like numbers as they are', () => {
  const params = { a: '007', b: '1e3', c: '', d: '+1', e: 'false', f: 1.5, g: -2 };
  expect(askedOf(dialects.gen.imageRequest({ model: 'flux', prompt: 'x', params })).params).toEqual(params);
});

it.each(names)('reads back what a text was asked for: %s', (name) => {
  const params = { temperature: 0.7, response_format: { type: 'json_object' } };
  const ask = (messages: readonly object[]) =>
    askedOf(dialects[name].textRequest({ model: 'openai', messages: messages as never, params, seed: 7 }));
  const user = { role: 'user', content: 'A haiku' };
  expect(ask([user])).toEqual({ prompt: 'A haiku', params });
  const talk = [{ role: 'system', content: 'Be brief' }, { role: 'user', content: 'Hello' }, user];
  expect(ask(talk)).toEqual({ prompt: 'A haiku', messages: talk, params });
  const seen = [{ role: 'user', content: [{ type: 'image_url' }, { type: 'text', text: 'What is it?' }] }];
  expect(ask(seen)).toEqual({ prompt: 'What is it?', messages: seen, params });
  const silent = [{ role: 'system', content: 'Go' }];
  expect(ask(silent)).toEqual({ prompt: '', messages: silent, params });
});
