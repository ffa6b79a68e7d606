import { describe, expect, it } from 'vitest';

import { planDetails, planSummary } from '../../../src/commands/render/plan-markdown.ts';
import { samplePlan } from '../../support/samples.ts';

const uri = 's3://bucket/runs/bees/bees-0a1b2c3d4e/';
const folder = { uri };

describe('what the Temporal UI shows of a run from its start', () => {
  it('says what it is for, what it will do and cost, and how to follow and stop it', () => {
    const plan = samplePlan({ description: 'Haikus', labels: { team: 'design' }, items: 12 });
    expect(planSummary(plan)).toBe('bees: 12 items');
    expect(planDetails(plan, folder)).toBe(
      [
        'Haikus',
        '',
        '- 12 items for openai',
        `- at most 0.5 Pollen at the prices of ${plan.createdAt.slice(0, 10)}`,
        '- labels: team=design',
        '- API: https\\://gen\\.example, dialect gen',
        `- results: \`${uri}\``,
        '',
        'On the command line:',
        '',
        '- watch: `pollen-batch watch bees-0a1b2c3d4e`',
        '- hold it: `pollen-batch suspend bees-0a1b2c3d4e`, and go on: `pollen-batch resume bees-0a1b2c3d4e`',
        '- stop it for good, with a report: `pollen-batch stop bees-0a1b2c3d4e`, or Request Cancellation above',
        '- copy the results: `pollen-batch results bees-0a1b2c3d4e`',
      ].join('\n'),
    );
  });

  it('shows what the author wrote as text and nothing more', () => {
    const plan = samplePlan({ description: '<img src=x> [a](b)\n\n# c', labels: { by: '*me*' } });
    const text = planDetails(plan, folder);
    expect(text).toContain('\\<img src=x\\> \\[a\\]\\(b\\) \\# c');
    expect(text).toContain('by=\\*me\\*');
  });

  it('says of a retry which run it is of, and why', () => {
    const text = planDetails(samplePlan({ parent: { runId: 'bees-0', reason: 'it *works* again' } }), folder);
    expect(text).toContain('- a retry of `bees-0`, whose results it takes over');
    expect(text).toContain('- why it is one: it \\*works\\* again');
  });

  it('links the results where a browser can open them', () => {
    const url = 'https://files.example/bees/';
    expect(planDetails(samplePlan(), { uri, url })).toContain(`- [results](${url}): \`${uri}\``);
  });

  it('says of an emulated API that nothing is real', () => {
    const plan = samplePlan({ api: { ...samplePlan().api, emulated: true } });
    expect(planDetails(plan, folder)).toContain('nothing here is a real generation or a real cost');
  });
});
