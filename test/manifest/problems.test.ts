import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/manifest/problem.ts';
import { places, problemsOf } from './api-rules.ts';
import { badFiles } from './bad-files.ts';

describe('a bad job file', () => {
  it.each(badFiles)('with %s is refused with every problem at its place', (_about, text, expected) => {
    expect(places(problemsOf(text))).toEqual(expected);
  });

  it('is told about all its problems at once, in the order of the file', () => {
    const text = [
      'version: 1',
      'nmae: x',
      'defaults:',
      '  text: { temperature: hot }',
      'items:',
      '  - { id: a, text: hello, params: { sead: 1 } }',
      '  - { id: "*", image: "" }',
      '  - { txet: b }',
      '  - prompts: [1]',
    ].join('\n');
    expect(problemsOf(text).map(formatProblem)).toMatchInlineSnapshot(`
      [
        "job.yaml:2:1: key-unknown: unknown key \`nmae\`; did you mean \`name\`?",
        "job.yaml:4:24: param-invalid: temperature is a number",
        "job.yaml:6:37: param-unknown: no parameter sead; what the API does not document goes under \`extra\`",
        "job.yaml:7:11: id-invalid: \`*\` is no id: an id has up to 100 of A-Z a-z 0-9 . _ - and starts with a letter or digit",
        "job.yaml:7:23: prompt-empty: the prompt is empty",
        "job.yaml:8:5: item-empty: an item has one of \`text\`, \`messages\`, \`image\`, \`prompts\`, \`steps\`",
        "job.yaml:8:7: key-unknown: unknown key \`txet\`; did you mean \`text\`?",
        "job.yaml:9:15: type-wrong: entry 1 must be text, not \`1\`; write it in quotes: "1"",
      ]
    `);
  });

  it('has the same places with CRLF line ends and a byte order mark', () => {
    const text = 'version: 1\nitems:\n  - text: a\n    sytem: b\n';
    const expected = ['4:5: key-unknown'];
    expect(places(problemsOf(text))).toEqual(expected);
    expect(places(problemsOf(`\uFEFF${text.replaceAll('\n', '\r\n')}`))).toEqual(expected);
    expect(places(problemsOf('\uFEFFnme: a\nversion: 1\nitems: [{ text: b }]'))).toEqual([
      '1:1: key-unknown',
    ]);
  });

  it('counts columns in UTF-16 units, as editors do', () => {
    expect(places(problemsOf('version: 1\nitems: [{ text: "🐝é", kind: a }]'))).toEqual([
      '2:24: key-misplaced',
    ]);
  });

  it.each(['a b.yaml', '-', '.yaml', 'ünter.yaml', `${'a'.repeat(64)}.yaml`])(
    'named %s needs a name of its own',
    (file) => {
      const text = 'version: 1\nitems:\n  - text: a\n';
      expect(places(problemsOf(text, file))).toEqual(['1:1: name-invalid']);
      expect(problemsOf(`name: mine\n${text}`, file)).toEqual([]);
    },
  );

  it('with 20,000 unknown keys gives each its place', () => {
    const text = `version: 1\nitems: [{ text: a }]\n${Array.from({ length: 20_000 }, (_, n) => `k${n}: 1\n`).join('')}`;
    const problems = problemsOf(text);
    expect(problems).toHaveLength(20_000);
    expect(problems.at(-1)).toMatchObject({ line: 20_002, column: 1, code: 'key-unknown' });
  });

  it('that is nothing but broken lines gets a bounded answer', () => {
    const problems = problemsOf('x: ]\n'.repeat(30_000));
    expect(problems.length).toBeLessThanOrEqual(101);
    expect(problems[0]).toMatchObject({ line: 1, code: 'yaml-syntax' });
  });

  it('cannot write control characters to a terminal through its problems', () => {
    const [problem] = problemsOf('"\\e[2J\\u202e": 1\nversion: 1\nitems: [{ text: a }]\n', 'a\u001b.yaml\n');
    expect(problem && formatProblem({ ...problem, file: 'a\u001b.yaml' })).toMatchInlineSnapshot(
      `"a\\u{1b}.yaml:1:1: key-unknown: unknown key \`\\u{1b}[2J\\u{202e}\`; known here: version, name, description, labels, vars, defaults, limits, budget, spend, canary, deadline, failFast, priority, schedule, notify, reuse, allowUnpriced, seed, matrix, items"`,
    );
  });
});

describe('a problem’s message', () => {
  const messageOf = (text: string): string | undefined => problemsOf(text)[0]?.message;

  it('names the key that was probably meant', () => {
    expect(messageOf('verison: 1\nversion: 1\nitems: [{ text: a }]')).toContain('did you mean `version`?');
    expect(messageOf('version: 1\nitems: [{ text: a, parms: {} }]')).toContain('did you mean `params`?');
    expect(messageOf('version: 1\nitems: [{ text: a, zzz: {} }]')).toContain(
      'known here: id, matrix, from, format, select, samples, seed, text, system,',
    );
  });

  it('shows how to write a number that is meant as text', () => {
    expect(messageOf('version: 1\nitems: [{ text: 007 }]')).toContain('write it in quotes: "007"');
  });
});
