import { runWorkflowId } from '../../src/workflows/ids.ts';
import { openBucket } from '../checker/bucket.ts';
import { checkRun } from '../checker/check-run.ts';
import { journalOf } from '../checker/evidence.ts';
import { finder, type Finding } from '../checker/finding.ts';
import { unitsOf } from '../checker/money.ts';
import { createScan, scanFolder } from '../support/secret-scan.ts';
import type { Load, LoadedRun } from './load/load.ts';
import type { World } from './world/world.ts';

/** What outside witnesses say of all runs of a world. */
export interface Judgement {
  readonly findings: readonly Finding[];
  /** Runs of which something does not hold. */
  readonly guilty: ReadonlySet<string>;
  readonly items: number;
  readonly requests: number;
  readonly generations: number;
  /** Whole units of 10⁻⁸ Pollen. */
  readonly charged: bigint;
}

/** Holds all runs against journal, bucket, Temporal and the disk, once the world is whole again and no worker runs. */
export async function judge(world: World, load: Load): Promise<Judgement> {
  const { stack, emulator, key } = world;
  const journal = await emulator.journal();
  const bucket = openBucket(stack.addresses.store);
  const findings: Finding[] = load.complaints.map((words) => finder('I1', 'a person')(words));
  const guilty = new Set<string>();
  let items = 0;
  try {
    const keys = await bucket.keys();
    for (const run of load.runs) {
      const root = keys.find((one) => one.includes(`/${run.runId}/`))?.split(`/${run.runId}/`)[0];
      const objects = await bucket.folder(`${root}/${run.runId}/`);
      const own = journalOf(run.runId, journal);
      const { job, runId, sights } = run;
      const temporal = await temporalOf(world, runId);
      const { asked, budget } = job;
      const wish = budget === undefined ? { asked } : { asked, budget };
      const found = [
        ...checkRun({ runId, objects, journal: own, ...wish, temporal, sights }),
        ...unlike(run, objects),
      ];
      if (found.length > 0) guilty.add(runId);
      findings.push(...found);
      items += job.asked.size;
    }
    const known = new Set(load.runs.map(({ runId }) => runId));
    for (const one of keys) {
      const runId = /([a-z0-9-]+-[0-9a-f]{10}(?:-r\d+)?)\//.exec(one)?.[1];
      if (runId !== undefined && !known.has(runId)) {
        findings.push(finder('I3', one)('nobody has asked for this run'));
      }
    }
    findings.push(...(await traces(world, keys, key)));
  } finally {
    bucket.close();
  }
  return {
    findings,
    guilty,
    items,
    requests: journal.length,
    generations: journal.filter(({ generated }) => generated).length,
    charged: journal.reduce((sum, { charge }) => sum + unitsOf(charge), 0n),
  };
}

// Nothing that happens here is an item's fault, and the API's cache settles every lost answer.
function unlike({ job, runId }: LoadedRun, objects: ReadonlyMap<string, Buffer>): readonly Finding[] {
  const say = finder('I1', runId);
  const report = objects.get('report.json')?.toString('utf8');
  if (report === undefined) return [say('it has not ended')];
  const { state, tally, failures } = JSON.parse(report) as {
    readonly state: string;
    readonly tally: { readonly failed: number; readonly unknown: { readonly count: number } };
    readonly failures?: unknown;
  };
  const states = job.budget === undefined ? ['completed'] : ['completed', 'stopped'];
  return [
    ...(states.includes(state) ? [] : [say(`it ended as ${state}`)]),
    ...(tally.failed === 0 ? [] : [say(`${tally.failed} items failed: ${JSON.stringify(failures)}`)]),
    ...(tally.unknown.count === 0 ? [] : [finder('I4', runId)(`${tally.unknown.count} charges are unknown`)]),
  ];
}

async function temporalOf({ stack }: World, runId: string) {
  const { workflow } = stack.session.temporal.client;
  const { status } = await workflow.getHandle(runWorkflowId(runId)).describe();
  const query = `WorkflowId STARTS_WITH "${runWorkflowId(runId)}/" AND ExecutionStatus = "Running"`;
  const { count } = await workflow.count(query);
  return { status: status.name, openPages: count };
}

async function traces(
  { stack }: World,
  keys: readonly string[],
  secret: string,
): Promise<readonly Finding[]> {
  const scan = createScan([{ secret, name: 'the key of the API' }]);
  const places = [
    ...(await scanFolder(stack.folder, scan)),
    ...[...stack.commandLines(), ...keys].filter((words) => scan(Buffer.from(words)).length > 0),
  ];
  return places.map((place) => finder('I7', place)('the key of the API is written there'));
}
