import { setTimeout as pause } from 'node:timers/promises';

import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import type { Latency } from '../../src/emulator/latency.ts';
import { stop, terminate } from '../../src/commands/runs/steer.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { formatAmount, parseAmount } from '../../src/pollen/amount.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { callsInFlight } from '../support/calls.ts';
import { openHarness, type Harness } from '../support/harness.ts';
import { quietRuntime } from '../support/quiet-runtime.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { startSharedServers } from '../support/shared-servers.ts';

const RUNS = 20;
/** Runs at once: small enough for their calls to be made soon. */
const AT_ONCE = 10;
const jobOf = (name: string): string => `
version: 1
name: ${name}
budget: "5"
defaults:
  text: { model: openai, max_tokens: 300 }
  image: { model: flux, width: 64, height: 64 }
limits: { concurrency: 6 }
items:
  - { id: plain, text: "${name}: a haiku" }
  - { id: throttled, text: "${name}: a limerick [[fault:429:1]]" }
  - { id: broken, text: "${name}: an ode [[fault:503:1]]" }
  - { id: refused, text: "${name}: nothing [[fault:422]]" }
  - prompts: ["${name}: one bee", "${name}: two bees", "${name}: three bees"]
  - { id: sun, image: "${name}: the sun" }
  - id: chain
    steps:
      - { id: say, text: "${name}: a line" }
      - { id: draw, image: "{{ steps.say.text }}" }
`;

const closes: (() => Promise<void>)[] = [];
let servers: Awaited<ReturnType<typeof startSharedServers>>;
let connection: Connection;

beforeAll(async () => {
  quietRuntime();
  servers = await startSharedServers();
  connection = await Connection.connect({ address: servers.servers.temporal });
});

afterAll(async () => {
  for (const close of closes.reverse()) await close();
  await connection?.close();
  await servers?.stop();
});

function open(latency: Latency): Promise<Harness> {
  const emulator = { latency };
  const lanes = [
    { name: 'all', concurrency: 40 },
    { name: 'pictures', models: ['flux'], concurrency: 16 },
  ];
  return openHarness(servers.servers, connection, { emulator, lanes, checked: true }, closes);
}

/** Submits runs and ends each of them at a random instant. */
async function endAll(
  harness: Harness,
  name: string,
  /** Milliseconds from its submit on: before it is planned, or near its end. */
  within: number,
  end: (run: RunLocation) => Promise<unknown>,
): Promise<readonly RunLocation[]> {
  const random = seededRandom(name.length);
  const runs: RunLocation[] = [];
  for (let first = 0; first < RUNS; first += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, index) => ({
      number: first + index,
      at: random() * within,
    }));
    const ended = numbers.map(async ({ number, at }) => {
      const { run } = await harness.submit(jobOf(`${name}-${number}`));
      await pause(at);
      // It may have ended, or its worker be too busy to answer at once.
      const codes = /^(?:not-found|temporal-unreachable)$/;
      await end(run).catch((error: unknown) =>
        expect(error).toMatchObject({ code: expect.stringMatching(codes) }),
      );
      await harness.finish(run);
      return run;
    });
    runs.push(...(await Promise.all(ended)));
  }
  await vi.waitFor(async () => expect(await callsInFlight(harness.emulator)).toBe(0), { timeout: 150_000 });
  return runs;
}

/** What the emulator has billed for a run. */
function metered({ emulator }: Harness, { runId }: RunLocation): string {
  const own = emulator.journal().filter(({ requestId }) => requestId.startsWith(`${runId}-`));
  return formatAmount(own.reduce((sum, { charge }) => sum + parseAmount(charge), 0n));
}

describe(`${RUNS} runs of steps, faults, two lanes and a budget`, { timeout: 180_000 }, () => {
  it('stopped at any instant leave states, records, bill and marker that agree, and all that was paid for', async () => {
    const harness = await open({ kind: 'lognormal', medianMs: 400, sigma: 0.8 });
    const { temporal, store } = harness.session;
    const states = new Set<string | undefined>();
    for (const run of await endAll(harness, 'stopped', 4_000, ({ runId }) => stop(temporal, runId))) {
      const verified = await verifyRun(store, run);
      states.add(verified.state);
      expect(verified.findings).toEqual([]);
      expect({ run, ...verified.cost }).toMatchObject({
        settled: metered(harness, run),
        unknown: { count: 0 },
      });
    }
    expect(states).toContain('stopped');
  });

  it('terminated at any instant do the same, and what they were charged unheard is on their bills as unknown', async () => {
    const harness = await open({ kind: 'fixed', ms: 12_000 });
    const { temporal, store } = harness.session;
    let unheard = 0;
    const ended = await endAll(harness, 'terminated', 10_000, ({ runId }) => terminate(temporal, runId));
    for (const run of ended) {
      const verified = await verifyRun(store, run);
      expect(verified.findings).toEqual([]);
      const { settled, unknown: rest } = verified.cost;
      unheard += rest.count + verified.late.attempts;
      const most = parseAmount(settled) + parseAmount(rest.atMost ?? '1');
      const charged = parseAmount(metered(harness, run));
      expect({ run, isRight: parseAmount(settled) <= charged && charged <= most }).toMatchObject({
        isRight: true,
      });
    }
    expect(unheard).toBeGreaterThan(0);
  });
});
