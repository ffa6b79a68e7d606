import { describe, expect, it } from 'vitest';

import { canonicalJson } from '../../src/canonical-json.ts';
import type { Output } from '../../src/manifest/job.ts';
import type { PlannedCall } from '../../src/plan/plan.ts';
import { sha256 } from '../../src/plan/digest.ts';
import { filesOf, imageStep, itemOf, planCall, planner, problemOf, textStep } from '../support/planning.ts';

const schema = { type: 'object', required: ['title'], properties: { title: { type: 'string' }, age: {} } };
const digest = sha256(canonicalJson(schema));
const ask = (output: Partial<Output>, params = {}) =>
  itemOf(
    textStep('As JSON, please', {
      output: { format: 'json', repair: 0, ...output },
      params: { model: 'openai', ...params },
    }),
  );
const formatOf = ({ request }: PlannedCall): unknown =>
  (JSON.parse(request.body ?? '{}') as Record<string, unknown>)['response_format'];

describe('an answer that is to be JSON', () => {
  it('is asked for as any JSON, and by its schema where there is one', async () => {
    const any = await planCall(ask({}));
    expect([formatOf(any), any.expect]).toEqual([{ type: 'json_object' }, { json: true }]);
    const fitting = await planCall(ask({ schema }));
    expect(formatOf(fitting)).toEqual({ type: 'json_schema', json_schema: { name: 'answer', schema } });
    expect(fitting.expect).toEqual({ json: true, schema: digest });
  });

  it('is asked for as its author says where he does', async () => {
    const call = await planCall(ask({ schema }, { response_format: { type: 'json_object' } }));
    expect([formatOf(call), call.expect]).toEqual([{ type: 'json_object' }, { json: true, schema: digest }]);
  });

  it('has its schema in the plan once, written out or from a file of JSON or YAML', async () => {
    const opened: string[] = [];
    const yaml = 'type: object\nrequired: [title]\nproperties:\n  age: {}\n  title: { type: string }\n';
    const files = filesOf({ 'a.json': JSON.stringify(schema), 'b.yaml': yaml }, opened);
    const { plan, schemas, inputs } = planner({ files });
    for (const named of [schema, { file: 'a.json' }, { file: 'a.json' }, { file: 'b.yaml' }]) {
      expect(await plan(ask({ schema: named }))).toMatchObject({ item: { expect: { schema: digest } } });
    }
    expect(schemas()).toEqual({ [digest]: schema });
    expect(opened).toEqual(['a.json', 'b.yaml']);
    expect(inputs().map(({ path, sha256: bytes }) => [path, bytes])).toEqual([
      ['a.json', sha256(JSON.stringify(schema))],
      ['b.yaml', sha256(yaml)],
    ]);
  });

  it.each([
    [
      'gone.json',
      {},
      'job.yaml:7:5: schema-invalid: the schema `gone.json` cannot be used: there is no file',
    ],
    ['a.json', { 'a.json': '{ "type": "text" }' }, 'a.json:1:1: schema-invalid: this is no JSON Schema: '],
    ['a.json', { 'a.json': '[1]' }, 'a.json:1:1: schema-invalid: a JSON Schema is an object'],
    [
      'a.json',
      { 'a.json': '{ "$ref": "#/$defs/none" }' },
      'a.json:1:1: schema-invalid: this is no JSON Schema: ',
    ],
    ['a.json', { 'a.json': '{ "pattern": "(" }' }, 'a.json:1:1: schema-invalid: this is no JSON Schema: '],
    ['a.yaml', { 'a.yaml': 'type: object\nrequired: [title\n' }, 'a.yaml:3:1: schema-invalid: '],
    [
      'a.yaml',
      { 'a.yaml': 'a: 1\na: 2\n' },
      'a.yaml:2:1: schema-invalid: the key `a` is in this map already',
    ],
  ])('is refused with the place in its schema: %s', async (file, contents, problem) => {
    expect(await problemOf(ask({ schema: { file } }), { files: filesOf(contents) })).toContain(problem);
  });

  it('is refused at its item where the schema stands there', async () => {
    expect(await problemOf(ask({ schema: { type: 'text' } }))).toContain(
      'job.yaml:7:5: schema-invalid: this is no JSON Schema: ',
    );
  });
});

describe('what an image must be', () => {
  it('is what its author expects, and not the size that he asks for', async () => {
    const params = { model: 'flux', width: 64, height: 32 };
    const call = await planCall(itemOf(imageStep('A lamp', { params, expect: { width: 60, type: 'png' } })));
    expect(call.expect).toEqual({ width: 60, type: 'png' });
    expect((await planCall(itemOf(imageStep('A lamp', { params })))).expect).toBeUndefined();
  });
});

describe('parameters that the API does not document', () => {
  it('are sent beside the others', async () => {
    const text = await planCall(ask({}, { extra: { new_thing: { a: 1 } }, temperature: 1 }));
    expect(JSON.parse(text.request.body ?? '{}')).toMatchObject({ new_thing: { a: 1 }, temperature: 1 });
    expect(text.request.body).not.toContain('extra');
    const image = await planCall(
      itemOf(imageStep('A lamp', { params: { model: 'flux', extra: { steps: 4 } } })),
    );
    expect(image.request.path).toContain('&steps=4');
    expect(image.request.path).not.toContain('extra');
  });
});

describe('an image call', () => {
  it('is refused where prompt and parameters do not fit into a URL', async () => {
    const step = imageStep('a'.repeat(5_000), {
      params: { model: 'flux', negative_prompt: 'b'.repeat(5_000) },
    });
    expect(await problemOf(itemOf(step))).toContain('job.yaml:7:5: url-too-long: ');
  });
});
