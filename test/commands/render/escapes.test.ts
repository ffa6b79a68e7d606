import { expect, it } from 'vitest';

import type { ComparedRuns } from '../../../src/commands/diff/diff.ts';
import { diffText } from '../../../src/commands/render/diff-text.ts';
import { inertData } from '../../../src/commands/render/inert-data.ts';
import { plain } from '../../../src/commands/render/terminal.ts';
import { createReportFold } from '../../../src/report/report-fold.ts';
import { reportMarkdown } from '../../../src/report/report-markdown.ts';
import { escapes } from '../../support/payloads.ts';
import { api, failed, now, samplePlan } from '../../support/samples.ts';
import { createTestScreen } from '../../support/screen.ts';

// oxlint-disable-next-line no-control-regex -- what a terminal obeys, and what shows text in another order
const obeyed = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

function compared(text: string): ComparedRuns {
  const cost = { settled: '0', unknown: { count: 0, atMost: '0' } };
  const side = {
    runId: 'a',
    job: text,
    state: 'completed',
    api,
    items: 1,
    endedAt: now.toISOString(),
    cost,
  } as const;
  return {
    first: side,
    second: side,
    isSameApi: true,
    difference: '0',
    models: [{ model: text, kind: 'text', second: { attempts: 1, cost } }],
    added: [{ id: text, state: text }],
    gone: [],
    changed: [{ id: text, changes: ['state'], first: text, second: text }],
    counts: { added: 1, gone: 0, request: 0, result: 0, state: 1, unchanged: 0 },
  };
}

function reported(text: string): string {
  const fold = createReportFold(samplePlan({ description: text, labels: { team: text } }));
  fold.add(failed({ id: text, model: text, fault: { code: text, message: text, remedy: text } }));
  return reportMarkdown(fold.report('completed', now.toISOString()));
}

it('are a hundred and more, and all different', () => {
  expect(new Set(escapes).size).toBe(escapes.length);
  expect(escapes.length).toBeGreaterThanOrEqual(100);
});

it.each([
  ['a word among others', (text: string) => plain(text)],
  ['data that is printed', inertData],
  ['two runs beside each other', (text: string) => diffText(compared(text), 20, 80)],
  ['the report on a page', reported],
])('move nothing on a screen, name no window and hide no text in %s', async (_what, show) => {
  for (const text of escapes) {
    const shown = show(text);
    expect(shown).not.toMatch(obeyed);
    const screen = await createTestScreen(80, 24, ['before']);
    screen.stream.write(`${shown}\nafter`);
    const rows = [...(await screen.scrolled()), ...(await screen.visible())];
    expect([rows[0], rows.at(-1)]).toEqual(['before', 'after']);
  }
});
