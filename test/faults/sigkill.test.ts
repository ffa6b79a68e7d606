import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import { formatAmount, parseAmount } from '../../src/pollen/amount.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { chain, laterImage, laterText, startPlan, textStep } from '../support/chain-plan.ts';
import { manyFaults, runWithKills, type KillRun } from '../support/kill-run.ts';
import { startProcessStack, type ProcessStack } from '../support/process-stack.ts';
import { samplePrompt } from '../support/sample-job.ts';
import { createScan, scanBucket, scanFolder, scanFor } from '../support/secret-scan.ts';
import { judgeRun, type Verdict } from '../support/witness.ts';

const seed = Number(process.env['POLLEN_BATCH_TEST_SEED'] ?? Date.now() % 1_000_000);
const canary = 'sk_canaryQ7xW2mZ9vK4tB8nR1pL6sD3fG5';

let emulator: Emulator;
let stack: ProcessStack;
let killed: KillRun;
let verdict: Verdict;
let chained: Verdict;
/** Where the bucket has the key, and where a prompt. */
let found: { readonly key: readonly string[]; readonly prompt: readonly string[] };

// Under way in the same hours: a list, a picture of each of its two entries, and a text that needs both.
const chains = Array.from({ length: 40 }, (_, index) =>
  chain(index + 1, `chain-${index + 1}`, [
    textStep('list', `Two words [[answer:["rose ${index}","lily ${index}"]]]`),
    laterImage('draw', 'A {{ each }}', [0], { forEach: { step: 0, path: [], max: 3 } }),
    laterText('sum', 'All of {{ steps.list.json | join }}: {{ steps.draw | map: "bytes" | join }}', [1, 0]),
  ]),
);

beforeAll(async () => {
  console.log(`sigkill: POLLEN_BATCH_TEST_SEED=${seed}`);
  emulator = await startEmulator({
    keys: [{ name: 'canary', key: canary }],
    faults: manyFaults,
    latency: { kind: 'lognormal', medianMs: 40, sigma: 0.5 },
    gatewayTimeoutMs: 300,
    seed,
  });
  const environment = { POLLEN_BATCH_RPS: 'none' };
  stack = await startProcessStack({ api: emulator.url, key: canary, environment });
  killed = await runWithKills(stack, emulator, {
    job: { name: 'killed', texts: 700, images: 300 },
    kills: 5,
    seed,
    alongside: { start: () => startPlan(stack, chains, { name: 'chained' }), killAfter: 30 },
    say: console.log,
  });
  if (killed.alongside === undefined) throw new Error('the chains have no run');
  chained = await judgeRun(stack.session.store, killed.alongside, emulator.journal());
  verdict = await judgeRun(stack.session.store, killed.run, emulator.journal());
  // In one go: it reads thousands of objects.
  const scan = createScan([
    { secret: canary, name: 'key' },
    { secret: samplePrompt, name: 'prompt' },
  ]);
  const places = await scanBucket(stack.session.store, scan);
  const of = (name: string): readonly string[] => places.filter((place) => place.includes(`: ${name}, `));
  found = { key: of('key'), prompt: of('prompt') };
  console.log(`sigkill: ${killed.seconds.toFixed(1)} s, ${JSON.stringify(verdict)}`);
}, 240_000);

afterAll(async () => {
  await stack?.stop();
  await emulator?.close();
});

describe('a run of 1,000 items with 15 % faults whose worker is killed five times', () => {
  it('was hit where it hurts: calls in flight were lost, and faults of many sorts came up', () => {
    expect(killed.killedAt).toHaveLength(5);
    expect(verdict.attempts['lost-worker']).toBeGreaterThan(0);
    const faults = new Set(emulator.journal().flatMap(({ fault }) => (fault === undefined ? [] : [fault])));
    // Not all twelve: the seed decides, and the rarest may stay away.
    expect(faults.size).toBeGreaterThan(9);
  });

  it('has every item exactly once in its results, all of them succeeded', () => {
    expect(verdict.lostOrDoubled).toEqual([]);
    expect(verdict).toMatchObject({ state: 'completed', items: 1_000, succeeded: 1_000 });
  });

  it('stores the very bytes that the emulator made for each request', () => {
    expect(verdict.wrongBytes).toEqual([]);
  });

  it('leaves nothing that an independent reader finds wrong', async () => {
    expect((await verifyRun(stack.session.store, killed.run)).findings).toEqual([]);
  });

  it('sends the same request at every attempt of an item', () => {
    expect(verdict.changedRequests).toEqual([]);
    expect(verdict.requests).toBeGreaterThan(1_000);
  });

  it("bills what the emulator's meter says, item by item and in all", () => {
    const { charged, generations } = emulator.meter();
    expect(verdict.wrongCosts).toEqual([]);
    const { metered } = verdict;
    expect(verdict).toMatchObject({ billed: metered, reported: metered, unknownCharges: 0 });
    expect(formatAmount(parseAmount(metered) + parseAmount(chained.metered))).toBe(charged);
    expect(generations).toBe(1_000 + 4 * chains.length);
  });

  it('has the items of several calls beside it whole, each call made once and paid as metered', () => {
    const { metered } = chained;
    expect(chained).toMatchObject({
      state: 'completed',
      succeeded: chains.length,
      lostOrDoubled: [],
      wrongBytes: [],
      changedRequests: [],
      wrongCosts: [],
      billed: metered,
      reported: metered,
      unknownCharges: 0,
    });
    expect(chained.attempts['lost-worker']).toBeGreaterThan(0);
  });

  it('leaves no trace of its API key in database, bucket, logs, output or arguments', async () => {
    await stack.command('get', killed.run.runId);
    const scan = scanFor(canary);
    expect(await scanFolder(stack.folder, scan)).toEqual([]);
    expect(found.key).toEqual([]);
    expect(stack.commandLines().flatMap((line) => scan(Buffer.from(line)))).toEqual([]);
  });

  it('would have found the key, for it finds what is there: the run id everywhere, prompts in the bucket alone', async () => {
    const runId = scanFor(killed.run.runId);
    const database = join(stack.folder, 'temporal');
    expect(await scanFolder(database, runId)).not.toEqual([]);
    expect(await scanFolder(stack.logDir, runId)).not.toEqual([]);
    expect(await scanFolder(join(stack.folder, 'objects'), runId)).not.toEqual([]);
    const prompt = scanFor(samplePrompt);
    expect(found.prompt).not.toEqual([]);
    expect(await scanFolder(database, prompt)).toEqual([]);
    if (process.platform === 'linux') expect(stack.commandLines().join('\n')).toContain('pollen-batch.js');
  });
});
