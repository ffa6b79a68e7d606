import { describe, expect, it } from 'vitest';

import { formatProblem } from '../../src/manifest/problem.ts';
import { places, problemsOf } from './api-rules.ts';

describe('a template in a prompt', () => {
  it('is checked wherever a text is filled in', () => {
    const text = [
      'version: 1',
      'defaults: { text: { system: "{{ a }}" } }',
      'items:',
      '  - text: "{{ b }}"',
      '  - image: "{{ c }}"',
      '    id: x',
      '  - prompts: [fine, "{{ d }}"]',
      '  - system: "{{ e }}"',
      '    messages: [{ role: user, content: "{{ f }}" }, { role: user, content: [{ type: text, text: "{{ g }}" }] }]',
    ].join('\n');
    expect(places(problemsOf(text)).map((place) => place.split(': ')[0])).toEqual([
      '2:29',
      '4:11',
      '5:12',
      '7:21',
      '8:13',
      '9:39',
      '9:96',
    ]);
  });

  it.each([
    ['{{ run.tiem }}', 'template-unknown: unknown variable `run.tiem`; did you mean `run.time`?'],
    [
      '{{ run }}',
      'template-unknown: unknown variable `run`; known here: run.time, run.date, sample, item.number',
    ],
    [
      '{{ run.time.constructor }}',
      'template-unknown: unknown variable `run.time.constructor`; known here: run.time, run.date, sample, item.number',
    ],
    ['{{ run.time', 'template-invalid: the template cannot be read: output "{{ run.time" not closed'],
    [
      '{{ run.time | shout }}',
      'template-invalid: the template cannot be read: there is no filter `shout`; did you mean `sort`?',
    ],
    [
      '{% include "/etc/passwd" %}',
      'template-invalid: the template cannot be read: there is no tag `include`',
    ],
  ])('as %s is refused by name', (template, message) => {
    const [problem] = problemsOf(`version: 1\nitems:\n  - text: '${template}'\n`);
    expect(problem && formatProblem(problem)).toBe(`job.yaml:3:11: ${message}`);
  });
});
