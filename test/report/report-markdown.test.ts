import { describe, expect, it } from 'vitest';

import { createReportFold } from '../../src/report/report-fold.ts';
import { reportMarkdown } from '../../src/report/report-markdown.ts';
import type { Report } from '../../src/report/report.ts';
import { failed, now, samplePlan, succeeded } from '../support/samples.ts';

const retryFault = {
  code: 'bad-result',
  message: '200 and no picture',
  remedy: 'Look at it, then call the item again with `pollen-batch retry RUN`.',
};

function sampleReport(changes: Partial<Report> = {}): Report {
  const plan = samplePlan({
    items: 4,
    description: 'Haiku for the garden',
    labels: { team: 'garden' },
    estimate: { atLeast: '0.0001', likely: '0.0002', atMost: '0.5', unbounded: 0, free: 0 },
  });
  const fold = createReportFold(plan);
  fold.add(
    succeeded({
      throttled: 3,
      attempts: [
        { attempt: 1, code: 'answered', latencyMs: 820, charge: { amount: '0.00005', certainty: 'exact' } },
      ],
    }),
  );
  fold.add(
    succeeded({
      attempts: [],
      usage: { promptTextTokens: 10, completionTextTokens: 20 },
      reused: { runId: 'bees-1' },
      cost: { settled: '0', unknown: { count: 0, atMost: '0' } },
    }),
  );
  fold.add(failed({ id: 'item-3', fault: retryFault }));
  fold.add(failed({ id: 'item-4' }));
  return { ...fold.report('completed_with_failures', now.toISOString()), ...changes };
}

/** What nobody may read as markup, wherever it stands in a report. */
const hostile = [
  '| a | b |',
  '`code` ``` fence',
  '[click](https://evil.example)',
  '![x](https://evil.example/x.png)',
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  'one\n\n# Head\n\n- item\r\n---',
  'https://evil.example/path www.evil.example',
  '**bold** _it_ ~~no~~ \\| \\',
  '&lt;b&gt; &#60;i&#62;',
  '\u202Ebackwards\u0000\u001B[31m',
];

describe('the report for people', () => {
  it('says on one page what was asked, done, failed, spent and saved', () => {
    expect(reportMarkdown(sampleReport())).toMatchInlineSnapshot(`
      "# Run \`bees-0a1b2c3d4e\`

      **Completed with failures: 2 of 4 items succeeded, for 0.00005 Pollen.**

      ## Asked

      - Job: \`bees\`, 4 items for openai (text)
      - What it is for: Haiku for the garden
      - Labels: team=garden
      - From 2026-01-02 03:00:00 UTC to 2026-01-02 03:04:05 UTC: 4 min 5 s
      - API: \`https://gen.example\`, dialect gen
      - Planned: at least 0.0001, likely 0.0002, at most 0.5 Pollen

      ## Done

      | what | items |
      |:--|--:|
      | succeeded | 2 |
      | of these taken over from earlier runs | 1 |
      | failed | 2 |

      ## Failed

      - \`bad-request\`: 1 item, as \`item-4\`. Correct it\\.
      - \`bad-result\`: 1 item, as \`item-3\`. Look at it, then call the item again with \`pollen-batch retry bees-0a1b2c3d4e\`\\.

      ## Spent

      0.00005 Pollen. Exact: every charge is known to the last 1e-8 Pollen.

      | model | calls | failed | Pollen | unknown, at most |
      |:--|--:|--:|--:|--:|
      | openai (text) | 4 | 2 | 0.00005 |  |

      | what became of it | attempts | Pollen |
      |:--|--:|--:|
      | kept: the answer is a result | 1 | 0.00005 |

      ## Saved

      | why it cost nothing | answers | Pollen |
      |:--|--:|--:|
      | an earlier run had the answer | 1 | 0.00005 |

      ## Throttled

      3 attempts, of 1 item: the API asked to slow down, which costs nothing.

      ## Latency

      | model | answers | median | 95 % within |
      |:--|--:|--:|--:|
      | openai (text) | 1 | 0.8 s | 0.8 s |

      All of it is in \`report.json\`, and every attempt in \`bill.jsonl\`. \`pollen-batch bill bees-0a1b2c3d4e\` tells what is known by now, \`pollen-batch results bees-0a1b2c3d4e\` copies the results, and \`pollen-batch verify bees-0a1b2c3d4e\` checks all of it.
      "
    `);
  });

  it('is the same each time it is made', () => {
    expect(reportMarkdown(sampleReport())).toBe(reportMarkdown(sampleReport()));
  });

  it('says what is unknown, what people did, and what it is a retry of', () => {
    const page = reportMarkdown(
      sampleReport({
        certainty: 'estimated',
        tally: { ...sampleReport().tally, unknown: { count: 2, atMost: null } },
        parent: { runId: 'bees-1', reason: 'the provider is back' },
        budget: { amount: '2', onExceeded: 'stop', reached: true },
        story: [{ version: 1, at: now.toISOString(), kind: 'stop', reason: 'wrong prompts' }],
      }),
    );
    expect(page).toContain('Estimated: 2 charges may or may not have been made, with no known bound.');
    expect(page).toContain('A retry of `bees-1`: the provider is back');
    expect(page).toContain('Budget: 2 Pollen, which was used up');
    expect(page).toContain('2026-01-02 03:04:05 UTC: told to stop: wrong prompts');
  });

  it('can be made of a report of an earlier version', () => {
    const { paid: _p, saved: _s, failures: _f, throttled: _t, latency: _l, ...old } = sampleReport();
    const page = reportMarkdown(old);
    expect(page).toContain('2 items; `errors.jsonl` tells which.');
    expect(page).not.toContain('undefined');
    expect(page).not.toContain('## Latency');
  });

  it('stays a page where a hundred models and classes of failures are told', () => {
    const report = sampleReport();
    const [model] = report.models;
    const [failure] = report.failures ?? [];
    if (model === undefined || failure === undefined) throw new Error('it has one of each');
    const many = Array.from({ length: 100 }, (_, index) => index);
    const page = reportMarkdown({
      ...report,
      models: many.map((index) => ({ ...model, model: `model-${index}` })),
      failures: many.map((index) => ({ ...failure, code: `code-${index}` })),
      latency: many.map((index) => ({
        model: `m-${index}`,
        kind: 'text',
        answers: 1,
        medianMs: 1,
        p95Ms: 1,
      })),
    });
    expect(page.split('\n').length).toBeLessThan(100);
    expect(page).toContain('88 more models, all cheaper, in `report.json`.');
    expect(page).toContain('88 items in other ways');
  });

  it.each(hostile)('shows what is not ours as just that text: %j', (text) => {
    const report = sampleReport();
    const [model] = report.models;
    const [failure] = report.failures ?? [];
    const [latency] = report.latency ?? [];
    if (model === undefined || failure === undefined || latency === undefined) throw new Error('it has one');
    const plainPage = reportMarkdown({
      ...report,
      labels: { x: 'y' },
      parent: { runId: 'bees-1', reason: 'z' },
    });
    const page = reportMarkdown({
      ...report,
      description: text,
      labels: { x: text },
      parent: { runId: 'bees-1', reason: text },
      models: [{ ...model, model: text }],
      latency: [{ ...latency, model: text }],
      failures: [{ ...failure, remedy: text }, ...(report.failures ?? []).slice(1)],
      story: [],
    });
    // No line more, no cell more, no markup, no link.
    expect(page.split('\n')).toHaveLength(plainPage.split('\n').length);
    const cells = (one: string): readonly number[] =>
      one.split('\n').map((line) => line.split(/(?<!\\)\|/).length);
    expect(cells(page)).toEqual(cells(plainPage));
    const outside = page.replaceAll(/`[^`]*`|^\*\*.*\*\*$/gm, '');
    expect(outside).not.toMatch(/(?<!\\)[<>[\]*_~&]|https?:\/\/|www\./);
    expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
