import { describe, expect, it } from 'vitest';

import { formatProblem } from '../../src/manifest/problem.ts';
import { tryPlan } from '../support/plan.ts';

const prices = [
  { model: 'gift', kind: 'text', aliases: ['present'], rates: {} },
  { model: 'nothing', kind: 'image', aliases: [], rates: { completionImageTokens: '0.00' } },
  { model: 'openai', kind: 'text', aliases: [], rates: { completionTextTokens: '0.000001' } },
] as const;

async function problemsOf(job: string): Promise<readonly string[]> {
  const planned = await tryPlan(`version: 1\n${job}`, { prices, allowUnpriced: true });
  return 'problems' in planned ? planned.problems.map(formatProblem) : [];
}

describe('a job that spends nothing', () => {
  it('may ask models that are free, by any of their names', async () => {
    expect(
      await problemsOf(
        'spend: free-only\nitems:\n  - { text: a, params: { model: present } }\n  - { image: b, params: { model: nothing } }\n',
      ),
    ).toEqual([]);
  });

  it('is refused a model that costs something, or of which nobody knows it, at its place and with a way out', async () => {
    expect(
      await problemsOf(
        'spend: free-only\nitems:\n  - { text: a, params: { model: openai } }\n  - { image: b, params: { model: rare } }\n',
      ),
    ).toEqual([
      expect.stringMatching(
        /:4:\d+: model-paid: .*"openai", which costs something; take a model that is free/,
      ),
      expect.stringMatching(/:5:\d+: model-paid: .*"rare", which has no known price/),
    ]);
  });

  it('is refused a paid step of a chain as well', async () => {
    expect(
      await problemsOf(
        'spend: free-only\ndefaults: { text: { model: gift } }\nitems:\n  - steps:\n      - { id: a, text: a }\n      - { id: b, text: "{{ steps.a.text }}", params: { model: openai } }\n',
      ),
    ).toEqual([expect.stringContaining(':7:')]);
  });

  it('is any job that does not say so', async () => {
    for (const spend of ['', 'spend: any\n']) {
      expect(await problemsOf(`${spend}items:\n  - { text: a, params: { model: openai } }\n`)).toEqual([]);
    }
  });
});
