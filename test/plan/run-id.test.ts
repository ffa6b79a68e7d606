import { describe, expect, it } from 'vitest';

import type { Job } from '../../src/manifest/job.ts';
import { fromKept, keptJob } from '../../src/plan/job-content.ts';
import { isTrial, retryIdOf, runIdOf } from '../../src/plan/run-id.ts';
import { jobOf } from '../support/job.ts';

const api = { id: 'https://gen.example', dialect: 'gen' };

const plain = `version: 1
name: bees
defaults: { text: { temperature: 0.5, max_tokens: 20 } }
items:
  - { id: a, text: One bee }
`;
const laidOut = `# A comment.
version: 1

name: "bees"
items: # and another
  - text: One bee
    id: a
    params: {}
defaults:
  text:
    max_tokens: 20
    temperature: 0.5
`;

describe('the id of a run', () => {
  it('has the name of the job and ten digits of a digest', () => {
    expect(runIdOf(jobOf(plain), api)).toMatch(/^bees-[0-9a-f]{10}$/);
  });

  it('does not depend on comments, layout, quotes, or the order of keys', () => {
    expect(runIdOf(jobOf(laidOut), api)).toBe(runIdOf(jobOf(plain), api));
  });

  it.each([
    ['a prompt', plain.replace('One bee', 'Two bees')],
    ['a parameter', plain.replace('0.5', '0.6')],
    ['an id', plain.replace('id: a', 'id: b')],
    ['an item', `${plain}  - text: Two bees\n`],
  ])('changes with %s', (_what, yaml) => {
    expect(runIdOf(jobOf(yaml), api)).not.toBe(runIdOf(jobOf(plain), api));
  });

  it.each([
    ['a description', 'description: Of bees'],
    ['labels', 'labels: { team: design }'],
    ['limits', 'limits: { concurrency: 4 }'],
    ['a budget', 'budget: "2.5"'],
    ['a deadline', 'deadline: 6h'],
    ['a canary', 'canary: 5'],
    ['fail-fast', 'failFast: 0.5'],
    ['a priority', 'priority: high'],
    ['a schedule', 'schedule: { cron: "0 6 * * *" }'],
    ['whom to notify', 'notify: { url: "https://example.org" }'],
    ['reuse', 'reuse: true'],
    ['calls without a price', 'allowUnpriced: true'],
  ])('does not change with %s, which change nothing of what is generated', (_what, line) => {
    expect(runIdOf(jobOf(`${plain}${line}\n`), api)).toBe(runIdOf(jobOf(plain), api));
  });

  it.each([
    ['a variable', 'vars: { brand: Acme }'],
    ['a matrix', 'matrix: { style: [photo] }'],
    ['seeds', 'seed: fresh'],
    ['the zone of its dates', 'schedule: { cron: "0 6 * * *", timezone: Europe/Berlin }'],
  ])('changes with %s', (_what, line) => {
    expect(runIdOf(jobOf(`${plain}${line}\n`), api)).not.toBe(runIdOf(jobOf(plain), api));
  });

  const answers = (schema: string, format: string): string => `version: 1
name: bees
vars: { one: 1, two: 2 }
items:
  - { text: A, output: { format: json, schema: { type: object, properties: { ${schema} } } } }
  - { text: B, params: { response_format: { ${format} }, max_tokens: 5 } }
`;
  const [b, a] = ['b: { type: string }', 'a: { type: number }'];
  const [type, name] = ['type: json_schema', 'json_schema: { name: x, schema: {} }'];

  it.each([
    ['a schema', answers(`${a}, ${b}`, `${type}, ${name}`)],
    ['what is sent as it is written', answers(`${b}, ${a}`, `${name}, ${type}`)],
  ])('changes with the order of %s, which models follow', (_what, yaml) => {
    expect(runIdOf(jobOf(yaml), api)).not.toBe(
      runIdOf(jobOf(answers(`${b}, ${a}`, `${type}, ${name}`)), api),
    );
  });

  it('changes with the order of the axes, in which items come', () => {
    const idOf = (axes: string): string => runIdOf(jobOf(`${plain}matrix: { ${axes} }\n`), api);
    expect(idOf('style: [a, b], size: [1, 2]')).not.toBe(idOf('size: [1, 2], style: [a, b]'));
    expect(idOf('style: [a], size: [1, 2], exclude: [{ style: a, size: 1 }]')).toBe(
      idOf('exclude: [{ size: 1, style: a }], style: [a], size: [1, 2]'),
    );
  });

  it.each([
    ['variables', 'vars: { look: { b: 1, a: 2 } }', 'vars: { look: { a: 2, b: 1 } }'],
    ['all variables', 'vars: { one: 1, two: 2 }', 'vars: { two: 2, one: 1 }'],
    ['a value of an axis', 'matrix: { look: [{ b: 1, a: 2 }] }', 'matrix: { look: [{ a: 2, b: 1 }] }'],
    [
      'what is added to a matrix',
      'matrix: { x: [1], include: [{ look: { b: 1, a: 2 } }] }',
      'matrix: { x: [1], include: [{ look: { a: 2, b: 1 } }] }',
    ],
  ])('changes with the order of %s, which prompts follow', (_what, one, other) => {
    expect(runIdOf(jobOf(`${plain}${one}\n`), api)).not.toBe(runIdOf(jobOf(`${plain}${other}\n`), api));
  });

  it('is the same of a job that was kept', () => {
    const job = jobOf(answers(`${b}, ${a}`, `${type}, ${name}`));
    const again = fromKept(JSON.parse(JSON.stringify(keptJob(job))) as Job);
    expect(runIdOf(again, api)).toBe(runIdOf(job, api));
    expect(JSON.stringify(again.entries[0]?.steps)).toContain('"properties":{"b":');
  });

  it('changes with the API and its dialect, so that runs of two APIs never mix', () => {
    const ids = [api, { ...api, id: 'emulator' }, { ...api, dialect: 'enter' }].map((each) =>
      runIdOf(jobOf(plain), each),
    );
    expect(new Set(ids).size).toBe(3);
  });

  it('changes with the content and the name of a data file, and not with their order', () => {
    const one = { path: 'a.csv', sha256: 'aa' };
    const two = { path: 'b.csv', sha256: 'bb' };
    const idOf = (...sources: (typeof one)[]): string => runIdOf(jobOf(plain), api, { files: sources });
    expect(idOf()).toBe(runIdOf(jobOf(plain), api));
    expect(idOf(one, two)).toBe(idOf(two, one));
    const others = [idOf(), idOf(one), idOf({ ...one, sha256: 'ab' }), idOf({ ...one, path: 'c.csv' })];
    expect(new Set(others).size).toBe(4);
  });

  it('has a number from the second run on', () => {
    const first = runIdOf(jobOf(plain), api);
    expect(runIdOf(jobOf(plain), api, { ordinal: 1 })).toBe(first);
    expect(runIdOf(jobOf(plain), api, { ordinal: 3 })).toBe(`${first}-r3`);
  });

  it('hangs on the files that the job uses, in whatever order they were read', () => {
    const lamp = { path: 'lamp.png', sha256: 'a' };
    const chair = { path: 'chair.png', sha256: 'b' };
    const both = runIdOf(jobOf(plain), api, { files: [lamp, chair] });
    expect(runIdOf(jobOf(plain), api, { files: [chair, lamp] })).toBe(both);
    expect(runIdOf(jobOf(plain), api, { files: [lamp, { ...chair, sha256: 'c' }] })).not.toBe(both);
    expect(runIdOf(jobOf(plain), api)).not.toBe(both);
  });

  it('has a number of its own as a retry, which counts on from the first run', () => {
    const first = 'bees-0123456789';
    expect(retryIdOf(first, 1)).toBe(`${first}-retry1`);
    expect(retryIdOf(`${first}-r2-retry1`, 2)).toBe(`${first}-r2-retry2`);
    expect(retryIdOf(`${first}-20261125T050000Z`, 1)).toBe(`${first}-20261125T050000Z-retry1`);
    expect(isTrial(`${first}-first3-retry1`)).toBe(true);
    expect(isTrial(`${first}-retry1`)).toBe(false);
  });
});
