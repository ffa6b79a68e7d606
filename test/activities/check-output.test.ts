import { describe, expect, it } from 'vitest';

import { checkOutput, schemaFault, type WantedList } from '../../src/activities/check-output.ts';
import type { Expectation } from '../../src/plan/plan.ts';
import { sampleAnswer } from '../support/samples.ts';

const schemas = {
  person: {
    type: 'object',
    required: ['name', 'age'],
    additionalProperties: false,
    properties: { name: { type: 'string' }, age: { type: 'integer', minimum: 0 } },
  },
  seven: {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'array',
    items: [{ type: 'string' }, { type: 'number' }],
    additionalItems: false,
  },
  remote: { $ref: 'https://example.com/schema.json' },
};

const check = (said: string, expect_: Expectation, lists: readonly WantedList[] = []) =>
  checkOutput(
    sampleAnswer({ body: Buffer.from(said), finishReason: 'stop' }),
    { expect: expect_ },
    schemas,
    lists,
  );

const problemOf = (...given: Parameters<typeof check>): string => {
  const checked = check(...given);
  return 'problem' in checked ? checked.problem : 'none';
};

describe('a text answer', () => {
  it('is left alone where nothing is expected of it', () => {
    expect(check('prose', {})).toEqual({
      answer: sampleAnswer({ body: Buffer.from('prose'), finishReason: 'stop' }),
    });
  });

  it('is JSON in its very bytes, or none', () => {
    expect(check(' {"a": 1}\n', { json: true })).toMatchObject({
      json: true,
      answer: { extension: 'json', contentType: 'application/json', body: Buffer.from(' {"a": 1}\n') },
    });
    expect(problemOf('{"a": 1', { json: true })).toBe('JSON was asked for, and the answer is none (stop)');
  });

  it.each([
    ['```json\n{"a":1}\n```', '{"a":1}'],
    ['\n```\n[1]\n```\n', '[1]'],
    ['```JSON\r\n{"a":"```"}\n```', '{"a":"```"}'],
  ])('counts without the code fence that stands around it: %j', (said, inside) => {
    const checked = check(said, { json: true });
    expect(checked).toMatchObject({ json: true, answer: { doubt: expect.stringContaining('fence') } });
    expect('answer' in checked && Buffer.from(checked.answer.body).toString()).toBe(inside);
  });

  it('is looked through for a code fence at once, whatever stands in it', () => {
    const before = process.cpuUsage();
    expect(problemOf(`\`\`\`json\n{${' '.repeat(1_000_000)}`, { json: true })).toContain('is none');
    expect(problemOf(`\`\`\`json\n{${' \n'.repeat(500_000)}\`\`\``, { json: true })).toContain('is none');
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
  });

  it.each(['Here it is: {"a":1}', '```json\n{"a":1}\n``` as you asked'])(
    'is no JSON when words stand around it: %j',
    (said) => expect(problemOf(said, { json: true })).toContain('the answer is none'),
  );

  it('is held against its schema, and is told the first things that are wrong', () => {
    const expected = { json: true, schema: 'person' };
    expect(problemOf('{"name":"Ada","age":36}', expected)).toBe('none');
    expect(problemOf('{"name":1,"age":-1,"x":0}', expected)).toBe(
      'the answer does not fit its schema: the answer must NOT have additional properties ("x"); /name must be string; /age must be >= 0',
    );
    expect(problemOf('{}', expected).split(';')).toHaveLength(2);
    const large = JSON.stringify({ name: 'x'.repeat(70_000) });
    expect(problemOf(large, expected)).toContain("must have required property 'age'");
  });

  it('is held against a schema of draft 7 by the rules of that draft', () => {
    expect(problemOf('["a",1]', { schema: 'seven' })).toBe('none');
    expect(problemOf('["a",1,2]', { schema: 'seven' })).toContain('must NOT have more than 2 items');
  });

  it('is never held against a schema from elsewhere', () => {
    const fault = schemaFault({ expect: { schema: 'remote' } }, schemas);
    expect(fault).toMatchObject({ code: 'schema-invalid', message: expect.stringContaining('example.com') });
    expect(schemaFault({ expect: { schema: 'gone' } }, schemas)?.code).toBe('schema-invalid');
    expect(schemaFault({ expect: { schema: 'person' } }, schemas)).toBeUndefined();
  });

  it('has the lists that later steps go over, none of them too long', () => {
    const lists = [{ step: 2, path: ['a', 'b'], max: 2 }];
    expect(check('{"a":{"b":[1,2]}}', {}, lists)).toMatchObject({ json: true, lists: { 2: 2 } });
    expect(check('[]', {}, [{ step: 1, path: [], max: 2 }])).toMatchObject({ lists: { 1: 0 } });
    expect(problemOf('{"a":{"b":[1,2,3]}}', {}, lists)).toBe(
      '"a.b" of the answer has 3 entries, and at most 2 may be used',
    );
    expect(problemOf('{"a":{"b":"x"}}', {}, lists)).toBe(
      '"a.b" of the answer is no list, and a later step goes over it',
    );
    expect(problemOf('{}', {}, [{ step: 1, path: ['constructor'], max: 2 }])).toContain('is no list');
  });
});
