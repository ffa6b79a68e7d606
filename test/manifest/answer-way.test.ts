import { expect, it } from 'vitest';

import { wayFault } from '../../src/manifest/answer-way.ts';

const schema = {
  type: 'object',
  properties: {
    title: { type: 'string' },
    count: { type: ['integer', 'null'] },
    topics: {
      type: 'array',
      items: { type: 'object', properties: { name: {} }, additionalProperties: false },
    },
    maybe: { type: ['array', 'null'] },
    other: { $ref: '#/$defs/other' },
    either: { anyOf: [{ type: 'string' }] },
    open: { type: 'object' },
    counts: { type: 'object', additionalProperties: { type: 'number' } },
  },
  additionalProperties: false,
};

const faultAt = (way: string, isListWanted = false): string | undefined =>
  wayFault(schema, way.split('.'), 'steps.o.json', isListWanted);

it.each([
  ['titel', '`steps.o.json` has no `titel` by the schema; it has `title`, `count`, `topics`'],
  ['title.first_name', '`steps.o.json.title` is a text by the schema, which has no `first_name`'],
  ['topics.0.title', '`steps.o.json.topics.0` has no `title` by the schema; it has `name`'],
  ['topics.name', '`steps.o.json.topics` is a list by the schema, which has no `name`'],
  ['count.0', '`steps.o.json.count` is a whole number or nothing by the schema, which has no `0`'],
  ['counts.a.b', '`steps.o.json.counts.a` is a number by the schema, which has no `b`'],
])('tells that no answer that fits has %s', (way, fault) => {
  expect(faultAt(way)).toContain(fault);
});

it.each(['title', 'counts.a', 'open'])('tells that %s is no list', (way) => {
  expect(faultAt(way)).toBeUndefined();
  expect(faultAt(way, true)).toMatch(/by the schema, and `forEach` takes a list$/);
});

it.each([
  'topics',
  'maybe',
  'topics.0.name',
  'topics.first',
  'topics.size',
  'title.size',
  'other',
  'other.a.b',
  'either',
  'either.a',
  'open.a.b',
])('says nothing of %s, which may be there', (way) => {
  expect(faultAt(way, way !== 'topics.size' && way !== 'title.size')).toBeUndefined();
});

it.each([undefined, true, {}, { properties: { a: true } }, { allOf: [{ type: 'string' }], type: 'string' }])(
  'says nothing by the schema %j',
  (open) => {
    expect(wayFault(open, ['a', 'b'], 'x', true)).toBeUndefined();
    expect(wayFault(open, [], 'x', true)).toBeUndefined();
  },
);
