import { describe, expect, it } from 'vitest';

import { formatProblem } from '../../../src/manifest/problem.ts';
import { tryPlan } from '../../support/plan.ts';

async function problemsOf(items: string): Promise<readonly string[]> {
  const planned = await tryPlan(`version: 1\nitems:\n${items}`);
  return 'problems' in planned ? planned.problems.map(formatProblem) : [];
}

describe('ids', () => {
  it('are taken once, whatever their case', async () => {
    expect(await problemsOf('  - { id: Hero, text: a }\n  - { id: hERO, image: b }\n')).toEqual([
      'job.yaml:4:11: id-duplicate: the id `hERO` is taken by `Hero`, whose case alone differs, in line 3',
    ]);
    expect(await problemsOf('  - { id: a, text: a }\n  - { id: a, text: b }\n')).toEqual([
      'job.yaml:4:11: id-duplicate: the id `a` is taken in line 3',
    ]);
  });

  it('are not the number of an item that has none', async () => {
    expect(await problemsOf('  - prompts: [a, b]\n  - { id: "2", text: a }\n')).toEqual([
      'job.yaml:4:11: id-reserved: item number 2 has no id and is named `2` already; give it an id, or this one another',
    ]);
    expect(await problemsOf('  - { id: "2", text: a }\n  - { id: "1", text: b }\n  - text: c\n')).toEqual([]);
  });
});
