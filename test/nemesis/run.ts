import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { finder } from '../checker/finding.ts';
import { judge } from './judge.ts';
import { keepEvidence } from './keep.ts';
import { createLoad } from './load/load.ts';
import {
  readOptions,
  readSeeds,
  reportFile,
  seedLine,
  usage,
  runsOf,
  type NemesisOptions,
  type NemesisRun,
} from './options.ts';
import { planFaults } from './plan.ts';
import { reportText, type NemesisResult } from './report.ts';
import { strikeAll, type Struck } from './strike-all.ts';
import { kinds } from './strikes/index.ts';
import type { Kind } from './strikes/kind.ts';
import { openWorld, type World } from './world/world.ts';

/** Milliseconds at the end in which no fault begins, and the world comes back. */
const RECOVERY_MS = 75_000;
/**
 * How long runs may take to end once all is whole again: a picture whose answer went into a half-open connection is waited for
 * for five minutes.
 */
const PATIENCE_MS = 390_000;
/** Exit code after Ctrl-C. */
const INTERRUPTED = 130;

/** The world that is, or is about to be. */
let latest: Promise<World> | undefined;
let isInterrupted = false;

// Its servers end with this process by themselves; its disks do not.
function endWorldOn(signal: NodeJS.Signals): void {
  process.on(signal, () => {
    if (isInterrupted) return;
    isInterrupted = true;
    console.error('The world is taken down, which takes some seconds.');
    // Whoever still asks something of it is cut short in many ways, and must not end this process before its disks are gone.
    process.on('uncaughtException', () => {});
    const ended = (latest ?? Promise.resolve(undefined)).then((world) => world?.[Symbol.asyncDispose]());
    void ended.catch(console.error).then(() => process.exit(INTERRUPTED));
  });
}

async function haunt(
  { seed, minutes, workers, items, only = '' }: NemesisRun,
  keep: string | undefined,
): Promise<NemesisResult> {
  const started = performance.now();
  const say = (sentence: string): void =>
    console.error(`${((performance.now() - started) / 1_000).toFixed(1).padStart(7)} s  ${sentence}`);
  say(`seed ${seed}`);
  latest = openWorld({ seed, workers, say });
  await using world = await latest;
  const wanted = kinds.filter(({ name }) => name.startsWith(only));
  const skipped = new Map(
    wanted.flatMap(({ name, unable }) => {
      const why = unable?.(world);
      return why === undefined ? [] : [[name, why] as const];
    }),
  );
  const able = wanted.filter(({ name }) => !skipped.has(name));
  if (able.length === 0) throw new Error(`no fault that can be struck here starts with "${only}"`);
  // Of what this machine cannot do as well: elsewhere the plan of the seed is the same one.
  const whole = planFaults(wanted, { seed, workers, spanMs: minutes * 60_000 - RECOVERY_MS });
  const plan = whole.filter(({ kind }) => !skipped.has(kind));
  const load = createLoad(world, items);
  let isOver = false;
  const strike = async () => {
    const struck = await strikeAll(world, load, plan, able);
    // One that has met nobody, since all were waiting for something else just then, gets another chance.
    const missed = able.filter((kind) => isUnstruck(kind, struck));
    const again = await strikeAll(world, load, planFaults(missed, { seed, workers, spanMs: 0 }), missed);
    say('all is whole again');
    isOver = true;
    return [...struck, ...again];
  };
  const [struck] = await Promise.all([strike(), load.run(() => isOver, PATIENCE_MS)]).finally(() =>
    load.giveUp(),
  );
  await Promise.all(world.workers.map(async (worker) => worker?.stop()));
  say(`${load.runs.filter(({ hasEnded }) => hasEnded).length} of ${load.runs.length} runs have ended`);
  const judged = await judge(world, load);
  if (keep !== undefined) {
    // Whatever keeps it from being kept must not keep the verdict from being told.
    await keepEvidence(world, load, judged.guilty, join(keep, String(seed))).catch((error: unknown) =>
      say(`not all of it was kept: ${String(error)}`),
    );
  }
  const unstruck = able.filter((kind) => isUnstruck(kind, struck));
  return {
    ...judged,
    findings: [
      ...judged.findings,
      ...(load.runs.length === 0 ? [finder('I9', 'the load')('nobody has submitted anything')] : []),
      ...unstruck.map(({ name }) => finder('I9', name)('it has never happened: this run does not count')),
    ],
    seed,
    minutes,
    workers,
    struck,
    skipped,
    runs: load.runs.length,
    seconds: (performance.now() - started) / 1_000,
  };
}

function isUnstruck({ name }: Kind, struck: readonly Struck[]): boolean {
  return !struck.some(({ kind, count }) => kind === name && count > 0);
}

async function knownRuns(): Promise<readonly NemesisRun[]> {
  return readSeeds(await readFile(new URL('seeds.txt', import.meta.url), 'utf8'));
}

/** @throws Error that names what does not fit, before anything is started */
function readWanted(parameters: readonly string[]): NemesisOptions {
  const options = readOptions(parameters, () => Date.now() % 1_000_000_000);
  const { only = '' } = options;
  if (kinds.some(({ name }) => name.startsWith(only))) return options;
  throw new Error(`no fault starts with "${only}": they are ${kinds.map(({ name }) => name).join(', ')}`);
}

async function main(parameters: readonly string[]): Promise<number> {
  let options: NemesisOptions;
  try {
    options = readWanted(parameters);
  } catch (error) {
    console.error(`${(error as Error).message}\nSee npm run faults -- --help.`);
    return 2;
  }
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const { keep, report } = options;
  const known = options.known ? await knownRuns() : [];
  const runs = runsOf(options, known);
  let findings = 0;
  for (const run of runs) {
    const result = await haunt(run, keep);
    const text = reportText(result);
    console.log(text);
    if (result.findings.length > 0) console.log(`For test/nemesis/seeds.txt: ${seedLine(run)}`);
    if (report !== undefined) await writeFile(options.known ? reportFile(report, run.seed) : report, text);
    findings += result.findings.length;
  }
  return findings === 0 ? 0 : 1;
}

// Said at the start of every process; which Node is supported is the product's own matter.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
endWorldOn('SIGINT');
endWorldOn('SIGTERM');
const code = await main(process.argv.slice(2)).catch((error: unknown) => {
  if (!isInterrupted) console.error(error);
  return 2;
});
// Not by itself: where a fault has failed, others that were to come are still waited for in this process.
process.exit(isInterrupted ? INTERRUPTED : code);
