import { describe, expect, it } from 'vitest';

import { countFilters, filterItems, noFilter, type Filter } from '../../../src/gallery/page/model/filter.ts';
import { item } from '../support/item.ts';

const shown = (items: readonly ReturnType<typeof item>[], filter: Partial<Filter>): readonly number[] =>
  filterItems(items, { ...noFilter, ...filter }).map(({ number }) => number);

describe('filterItems', () => {
  it('gives the same list where nothing is asked for', () => {
    const items = [item({ number: 1 })];
    expect(filterItems(items, { ...noFilter, text: '  ' })).toBe(items);
  });

  it('finds words in id, custom id, prompt, text, variables, message and steps, whatever their case', () => {
    const fault = { code: 'x', message: 'Zebra', remedy: '' };
    const step = {
      name: 's',
      kind: 'text',
      model: 'm',
      status: 'succeeded',
      cost: '0',
      text: 'ZEBRA',
    } as const;
    const items = [
      item({ number: 1, id: 'a-ZEBRA' }),
      item({ number: 2, customId: 'zebra' }),
      item({ number: 3, prompt: 'one Zebra' }),
      item({ number: 4, text: 'zEbRa' }),
      item({ number: 5, vars: { animal: 'zebra' } }),
      item({ number: 6, vars: { nested: { deep: ['Zebra'] } } }),
      item({ number: 7, fault }),
      item({ number: 8, steps: [step] }),
      item({ number: 9 }),
    ];
    expect(shown(items, { text: 'ZEBRA' })).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('asks for every word, in any order', () => {
    const items = [item({ number: 1, prompt: 'a red lamp' }), item({ number: 2, prompt: 'a lamp' })];
    expect(shown(items, { text: 'lamp  red' })).toEqual([1]);
  });

  it('goes by status, kind, model and class of failure', () => {
    const fault = { code: 'server', status: 502, message: '', remedy: '' };
    const items = [
      item({ number: 1, status: 'failed', fault }),
      item({ number: 2, status: 'failed', fault: { ...fault, status: 500 } }),
      item({ number: 3, kind: 'image' }),
      item({ number: 4, model: 'other' }),
    ];
    expect(shown(items, { status: 'failed' })).toEqual([1, 2]);
    expect(shown(items, { code: 'server' })).toEqual([1, 2]);
    expect(shown(items, { code: 'server', codeStatus: 502 })).toEqual([1]);
    expect(shown(items, { kind: 'image' })).toEqual([3]);
    expect(shown(items, { model: 'other' })).toEqual([4]);
  });

  it('tells text from a number in a variable', () => {
    const items = [item({ number: 1, vars: { size: 1 } }), item({ number: 2, vars: { size: '1' } })];
    expect(shown(items, { vars: new Map([['size', '1']]) })).toEqual([1]);
    expect(shown(items, { vars: new Map([['size', '"1"']]) })).toEqual([2]);
  });

  it('has no variable but those of the job, whatever an object inherits', () => {
    const own = JSON.parse('{"__proto__":"x"}') as Record<string, unknown>;
    const items = [item({ number: 1, vars: {} }), item({ number: 2, vars: own })];
    expect(shown(items, { vars: new Map([['__proto__', '"x"']]) })).toEqual([2]);
    expect(shown(items, { vars: new Map([['__proto__', '{}']]) })).toEqual([]);
    expect(shown(items, { vars: new Map([['constructor', '"x"']]) })).toEqual([]);
  });

  it('counts its conditions', () => {
    expect(countFilters(noFilter)).toBe(0);
    expect(countFilters({ ...noFilter, text: 'a', status: 'failed', vars: new Map([['a', '1']]) })).toBe(3);
  });
});
