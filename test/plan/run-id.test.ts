import { describe, expect, it } from 'vitest';

import { runIdOf } from '../../src/plan/run-id.ts';
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
});
