import { formatAmount, parseAmount } from '../src/pollen/amount.ts';
import { readMarker } from '../src/records/run-store.ts';
import { runWithKills } from '../test/support/kill-run.ts';
import { table, type Benchmark, type Row } from './support/benchmark.ts';
import { startFaultyStack } from './support/faulty-stack.ts';
import { KILLS, SERVER_KILLS } from './kills.ts';

const KEY = 'sk_budget0000000000000000000000000000';
const RUNS = 5;
/** What the whole job costs at the emulator is known from `kills`: about so much an item. */
const PRICE = parseAmount('0.000643');
/** Kills come before the money is used up. */
const SHARE = 0.2;

/**
 * Runs with 30 % of the money they need, through the faults and SIGKILLs of `kills`: what the meter says is never over the
 * budget, and what is left of it holds no further call.
 */
export const budget: Benchmark = async ({
  items = 2_000,
  repeats = RUNS,
  seed = Date.now() % 1_000_000,
  say,
}) => {
  const runs: BudgetRun[] = [];
  for (let index = 0; index < repeats; index += 1) {
    runs.push(await runOnce(items, seed + index, say));
    say(`${index + 1} of ${repeats}: ${JSON.stringify(runs.at(-1))}`);
  }
  const rows: Row[] = [
    ['seed', 'state', 'budget', 'meter', 'billed', 'unknown', 'of the budget', 's'],
    ...runs.map((run): Row => [
      String(run.seed),
      run.state,
      run.budget,
      run.metered,
      run.settled,
      String(run.unknown),
      `${(run.used * 100).toFixed(1)} %`,
      run.seconds.toFixed(0),
    ]),
  ];
  return {
    text: `${items} items and money for 30 % of them, 17 % faults, the worker killed ${KILLS} times and Temporal ${SERVER_KILLS} times in each run\n\n${table(rows)}`,
    figures: runs,
    missed: runs.flatMap(({ seed: own, budget: cap, metered, settled, unknown }) => [
      ...(parseAmount(metered) <= parseAmount(cap)
        ? []
        : [`seed ${own}: ${metered} charged, ${cap} allowed`]),
      ...(unknown > 0 || metered === settled ? [] : [`seed ${own}: ${settled} billed, ${metered} charged`]),
    ]),
  };
};

interface BudgetRun {
  readonly seed: number;
  readonly state: string;
  readonly budget: string;
  readonly metered: string;
  readonly settled: string;
  readonly unknown: number;
  /** Share of the budget that was charged. */
  readonly used: number;
  readonly seconds: number;
}

async function runOnce(items: number, seed: number, say: (sentence: string) => void): Promise<BudgetRun> {
  const { emulator, stack } = await startFaultyStack(KEY, seed);
  try {
    const images = Math.floor(items * 0.3);
    const amount = formatAmount((PRICE * BigInt(items) * 3n) / 10n);
    const job = { name: 'capped', texts: items - images, images, budget: amount };
    const kills = { kills: KILLS, serverKills: SERVER_KILLS, share: SHARE, seed, say };
    const { run, seconds } = await runWithKills(stack, emulator, { job, ...kills });
    const marker = await readMarker(stack.session.store, run);
    const metered = emulator.meter().charged;
    return {
      seed,
      state: marker?.state ?? 'none',
      budget: amount,
      metered,
      settled: marker?.tally.settled ?? '',
      unknown: marker?.tally.unknown.count ?? 0,
      used: Number(parseAmount(metered)) / Number(parseAmount(amount)),
      seconds,
    };
  } finally {
    await stack.stop();
    await emulator.close();
  }
}
