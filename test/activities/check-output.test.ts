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
  nested: { $id: 'nested', type: 'array', items: { $ref: '#' } },
  patterned: { type: 'array', items: { type: 'string', pattern: '^(\\w+\\s?)*$' }, uniqueItems: true },
  remote: { $ref: 'https://example.com/schema.json' },
};

const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

const check = (said: string, expect_: Expectation, lists: readonly WantedList[] = []) =>
  checkOutput(
    sampleAnswer({ body: Buffer.from(said), finishReason: 'stop' }),
    { expect: expect_ },
    schemas,
    lists,
  );

const problemOf = async (...given: Parameters<typeof check>): Promise<string> => {
  const checked = await check(...given);
  return 'problem' in checked ? checked.problem : 'none';
};

describe('a text answer', () => {
  it('is left alone where nothing is expected of it', async () => {
    expect(await check('prose', {})).toEqual({
      answer: sampleAnswer({ body: Buffer.from('prose'), finishReason: 'stop' }),
    });
  });

  it('is JSON in its very bytes, or none', async () => {
    expect(await check(' {"a": 1}\n', { json: true })).toMatchObject({
      json: true,
      answer: { extension: 'json', contentType: 'application/json', body: Buffer.from(' {"a": 1}\n') },
    });
    expect(await problemOf('{"a": 1', { json: true })).toBe(
      'JSON was asked for, and the answer is none (stop)',
    );
  });

  it('is not what was asked for where it is nested deeper than a check can go', async () => {
    const checked = await check(deep, { schema: 'nested' });
    expect('problem' in checked && checked.problem).toMatch(
      /^the answer (cannot be checked|does not fit its schema): /,
    );
  });

  it.each([
    ['```json\n{"a":1}\n```', '{"a":1}'],
    ['\n```\n[1]\n```\n', '[1]'],
    ['```JSON\r\n{"a":"```"}\n```', '{"a":"```"}'],
  ])('counts without the code fence that stands around it: %j', async (said, inside) => {
    const checked = await check(said, { json: true });
    expect(checked).toMatchObject({ json: true, answer: { doubt: expect.stringContaining('fence') } });
    expect('answer' in checked && Buffer.from(checked.answer.body).toString()).toBe(inside);
  });

  it('is looked through for a code fence at once, whatever stands in it', async () => {
    const before = process.cpuUsage();
    expect(await problemOf(`\`\`\`json\n{${' '.repeat(1_000_000)}`, { json: true })).toContain('is none');
    expect(await problemOf(`\`\`\`json\n{${' \n'.repeat(500_000)}\`\`\``, { json: true })).toContain(
      'is none',
    );
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
  });

  it.each(['Here it is: {"a":1}', '```json\n{"a":1}\n``` as you asked'])(
    'is no JSON when words stand around it: %j',
    async (said) => expect(await problemOf(said, { json: true })).toContain('the answer is none'),
  );

  it('is held against its schema, and is told the first things that are wrong', async () => {
    const expected = { json: true, schema: 'person' };
    expect(await problemOf('{"name":"Ada","age":36}', expected)).toBe('none');
    expect(await problemOf('{"name":1,"age":-1,"x":0}', expected)).toBe(
      'the answer does not fit its schema: the answer must NOT have additional properties ("x"); /name must be string; /age must be >= 0',
    );
    expect((await problemOf('{}', expected)).split(';')).toHaveLength(2);
    const large = JSON.stringify({ name: 'x'.repeat(70_000) });
    expect(await problemOf(large, expected)).toContain("must have required property 'age'");
  });

  it('is held against a schema of draft 7 by the rules of that draft', async () => {
    expect(await problemOf('["a",1]', { schema: 'seven' })).toBe('none');
    expect(await problemOf('["a",1,2]', { schema: 'seven' })).toContain('must NOT have more than 2 items');
  });

  it('is held against a schema that may take hours in a thread of its own, which is given up in time', async () => {
    const schema = { schema: 'patterned' };
    expect(await problemOf('["a b","c"]', schema)).toBe('none');
    expect(await problemOf('["a","b","a"]', schema)).toContain('must NOT have duplicate items');
    let turns = 0;
    const beat = setInterval(() => (turns += 1), 50);
    const slow = await problemOf(`["${'a'.repeat(40)}!"]`, schema);
    clearInterval(beat);
    expect(slow).toContain('checking it took longer than 5 s');
    expect(turns).toBeGreaterThan(10);
    expect(await problemOf('["still checked"]', schema)).toBe('none');
  }, 30_000);

  it('is never held against a schema from elsewhere', async () => {
    const fault = schemaFault({ expect: { schema: 'remote' } }, schemas);
    expect(fault).toMatchObject({ code: 'schema-invalid', message: expect.stringContaining('example.com') });
    expect(schemaFault({ expect: { schema: 'gone' } }, schemas)?.code).toBe('schema-invalid');
    expect(schemaFault({ expect: { schema: 'person' } }, schemas)).toBeUndefined();
  });

  it('has the lists that later steps go over, none of them too long', async () => {
    const lists = [{ step: 2, path: ['a', 'b'], max: 2 }];
    expect(await check('{"a":{"b":[1,2]}}', {}, lists)).toMatchObject({ json: true, lists: { 2: 2 } });
    expect(await check('[]', {}, [{ step: 1, path: [], max: 2 }])).toMatchObject({ lists: { 1: 0 } });
    expect(await problemOf('{"a":{"b":[1,2,3]}}', {}, lists)).toBe(
      '"a.b" of the answer has 3 entries, and at most 2 may be used',
    );
    expect(await problemOf('{"a":{"b":"x"}}', {}, lists)).toBe(
      '"a.b" of the answer is no list, and a later step goes over it',
    );
    expect(await problemOf('{}', {}, [{ step: 1, path: ['constructor'], max: 2 }])).toContain('is no list');
  });
});
