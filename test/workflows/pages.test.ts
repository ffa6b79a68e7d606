import { describe, expect, vi } from 'vitest';

import { billTotal } from '../../src/report/report.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { pageWorkflowId, runWorkflowId } from '../../src/workflows/ids.ts';
import { runViewQuery } from '../../src/workflows/messages.ts';
import { callsOf } from '../support/calls.ts';
import { fillHistory } from '../support/fill-history.ts';
import { planFinePages } from '../support/fine-pages.ts';
import type { Harness } from '../support/harness.ts';
import { test } from '../support/on-servers.ts';
import { eventsOf, historyChain, payloadsOf, textOf } from '../support/histories.ts';

const waiting = { timeout: 60_000, interval: 50 };
const wide = { lanes: [{ name: 'all', concurrency: 64 }] } as const;

describe.concurrent('a run of several pages', () => {
  test('overlaps them, makes each call once, and lists the results in order', async ({ open }) => {
    const harness = await open(wide);
    // Ids of the greatest length make pages of 240 calls instead of 250.
    const items = Array.from({ length: 259 }, (_, index) => {
      const id = String(index + 1).padEnd(100, 'x');
      return `  - { id: ${id}, text: Canary ${index} in the meadow }`;
    });
    const { run, plan } = await harness.submit(
      `version: 1
name: pages
defaults: { text: { system: Sing like a canary, max_tokens: 20 } }
items:
${items.join('\n')}
  - { id: refused, text: 'A refused canary [[fault:422]]' }
`,
    );
    const outcome = await harness.finish(run);

    expect(plan.pages.map(({ calls }) => calls)).toEqual([240, 20]);
    expect(outcome).toMatchObject({ state: 'completed_with_failures', tally: { succeeded: 259, failed: 1 } });
    const { results, bill } = harness.files(run);
    expect((await results()).map(({ number }) => number)).toEqual(
      items.concat('').map((_, index) => index + 1),
    );
    const digests = callsOf(harness.emulator).map(({ digest }) => digest);
    expect(digests).toHaveLength(260);
    expect(new Set(digests).size).toBe(260);
    expect(outcome.tally.settled).toBe(harness.emulator.meter().charged);
    expect(billTotal(await bill())).toBe(harness.emulator.meter().charged);

    const [parent] = await historyChain(harness.client, runWorkflowId(run.runId));
    const events = eventsOf(parent ?? {});
    const second = events.findIndex(
      ({ childWorkflowExecutionStartedEventAttributes: started }) =>
        started?.workflowExecution?.workflowId === pageWorkflowId(run.runId, 1),
    );
    const firstEnd = events.findIndex((event) => event.childWorkflowExecutionCompletedEventAttributes);
    expect(second).toBeGreaterThan(0);
    expect(second).toBeLessThan(firstEnd);
    await expectLeanHistories(harness, run, 2);
  });

  test('continues as new before its history grows long, and carries every sum over', async ({ open }) => {
    const harness = await open({ workers: 0, lanes: [{ name: 'all', concurrency: 2 }] });
    const yaml = `version: 1
name: tiny-pages
items:
  - { id: refused, text: 'A refused canary [[fault:422]]' }
  - prompts: [${Array.from({ length: 29 }, (_, index) => `Canary ${index}`).join(', ')}]
`;
    await planFinePages(harness, yaml);
    const { run } = await harness.submit(yaml);
    const stopWorker = await harness.startWorker();
    await vi.waitFor(async () => {
      expect((await harness.handle(run).query(runViewQuery)).pages.done).toBeGreaterThan(3);
    }, waiting);
    // Nothing ends while there is no worker, however long the machine takes to make the history long.
    await stopWorker();
    const { runId: first } = await harness.handle(run).describe();
    await fillHistory(harness, run, 1_400);
    await harness.startWorker();
    await vi.waitFor(async () => {
      expect((await harness.handle(run).describe()).runId).not.toBe(first);
    }, waiting);
    const view = await harness.handle(run).query(runViewQuery);
    expect(view.failures).toMatchObject([{ id: 'refused' }]);
    expect(view.done.succeeded + view.done.failed).toBe(view.pages.done);
    const outcome = await harness.finish(run);

    const chain = await historyChain(harness.client, runWorkflowId(run.runId));
    expect(chain.length).toBeGreaterThan(1);
    for (const history of chain) {
      expect(eventsOf(history).some((event) => event.childWorkflowExecutionCompletedEventAttributes)).toBe(
        true,
      );
    }
    expect(outcome).toMatchObject({
      state: 'completed_with_failures',
      tally: { succeeded: 29, failed: 1, settled: harness.emulator.meter().charged },
    });
    expect(await harness.handle(run).query(runViewQuery)).toMatchObject({
      tally: outcome.tally,
      pages: { total: 30, done: 30, running: [] },
      failures: [{ id: 'refused' }],
    });
    expect(callsOf(harness.emulator)).toHaveLength(30);
    const lines = await harness.files(run).results();
    expect(lines.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    await expectLeanHistories(harness, run, 30);
  });
});

/** Short, of small payloads, and without a word of a prompt, an answer, or the key. */
async function expectLeanHistories(harness: Harness, run: RunLocation, pages: number): Promise<void> {
  const ids = [
    runWorkflowId(run.runId),
    ...Array.from({ length: pages }, (_, page) => pageWorkflowId(run.runId, page)),
  ];
  const histories = (await Promise.all(ids.map((id) => historyChain(harness.client, id)))).flat();
  const records = await harness.files(run).records();
  const answers = records.flatMap((record) => (record.status === 'succeeded' ? (record.text ?? []) : []));
  expect(answers.length).toBeGreaterThan(20);
  for (const history of histories) {
    expect(eventsOf(history).length).toBeLessThanOrEqual(2_000);
    for (const payload of payloadsOf(history)) expect(payload.length).toBeLessThanOrEqual(64 * 1024);
    const text = textOf(history);
    for (const secret of ['anary', harness.key, ...answers.map((answer) => answer.slice(-40))]) {
      expect(text.includes(secret), secret).toBe(false);
    }
  }
}
