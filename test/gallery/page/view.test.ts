import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { sortKeys } from '../../../src/gallery/page/model/sort.ts';
import { firstView, formatView, parseView, tabs, type View } from '../../../src/gallery/page/model/view.ts';

const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const text = fc.string({ unit: 'grapheme' });
const views: fc.Arbitrary<View> = fc.record({
  tab: fc.constantFrom(...tabs),
  filter: fc.record({
    text,
    status: maybe(text),
    kind: maybe(text),
    model: maybe(text),
    code: maybe(text),
    codeStatus: maybe(fc.nat()),
    vars: fc.array(fc.tuple(text, text)).map((entries) => new Map(entries)),
  }),
  sort: fc.record({ by: fc.constantFrom(...sortKeys), descending: fc.boolean() }),
  item: maybe(fc.nat()),
  rows: maybe(text),
  columns: maybe(text),
});

it('reads back what it wrote', () => {
  fc.assert(
    fc.property(views, (view) => {
      expect(parseView(formatView(view))).toEqual(view);
    }),
  );
});

it('writes nothing for the view that the page begins with', () => {
  expect(formatView(firstView)).toBe('');
  expect(parseView('')).toEqual(firstView);
});

it('leaves out what it does not understand', () => {
  expect(parseView('#view=nonsense&sort=size&order=up&item=-1&http=x&what=ever')).toEqual(firstView);
});

it('takes names of variables that objects have for names', () => {
  const vars = new Map([['__proto__', '"x"']]);
  expect(parseView('#var.__proto__=%22x%22').filter.vars).toEqual(vars);
});
