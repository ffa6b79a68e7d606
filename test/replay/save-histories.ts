import { mkdir } from 'node:fs/promises';

import { Connection } from '@temporalio/client';

import { applySchedule } from '../../src/commands/schedule/apply-schedule.ts';
import { triggerSchedule } from '../../src/commands/schedule/change-schedule.ts';
import { setRun } from '../../src/commands/runs/steer.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { installRuntime } from '../../src/telemetry/runtime.ts';
import { pageWorkflowId, runWorkflowId } from '../../src/workflows/ids.ts';
import {
  pageProgressQuery,
  pageProgressSignal,
  pauseSignal,
  resumeSignal,
} from '../../src/workflows/messages.ts';
import { callsInFlight } from '../support/calls.ts';
import { chain, laterImage, laterText, startPlan, textStep } from '../support/chain-plan.ts';
import { readOf } from '../support/job.ts';
import { openHarness, type Harness } from '../support/harness.ts';
import { startSharedServers } from '../support/shared-servers.ts';
import { untilDone } from '../support/until.ts';
import { longScenes } from './long-scenes.ts';
import { folder, head, prompts, save, slow, untilCalling, untilView, type Scenes } from './scene-parts.ts';
import { steeredScenes } from './steered-scenes.ts';

/*
 * Saves a history of each way that the workflows go, to be replayed by the tests. Run by hand, with
 * `npx tsx test/replay/save-histories.ts`, when a change of the workflows is meant to end runs that are under way; else
 * the saved ones must go on to replay. With names of scenes, as `told`, it saves those alone.
 */

async function savePlain(harness: Harness): Promise<void> {
  const { run } = await harness.submit(
    `${head('plain')}${prompts(12)}  - { id: lamp, image: A lamp, params: { width: 32, height: 32 } }\n`,
  );
  await harness.finish(run);
  await save(harness, 'run-job-plain', runWorkflowId(run.runId));
  await save(harness, 'run-page-plain', pageWorkflowId(run.runId, 0));
}

async function saveFailed(harness: Harness): Promise<void> {
  const { run } = await harness.submit(
    `${head('failed')}  - { id: refused, text: '[[fault:422]]' }\n  - { id: passing, text: 'bee [[fault:500:1]]' }\n${prompts(4)}`,
  );
  await harness.finish(run);
  await save(harness, 'run-job-failures', runWorkflowId(run.runId));
  await save(harness, 'run-page-failures', pageWorkflowId(run.runId, 0));
}

async function savePages(harness: Harness): Promise<void> {
  const { run } = await harness.submit(`${head('pages')}${prompts(520)}`);
  await harness.finish(run);
  await save(harness, 'run-job-pages', runWorkflowId(run.runId));
  await save(harness, 'run-page-granted', pageWorkflowId(run.runId, 1));
}

// Those named `cancelled` are of pages that did not look at their calls first, and cannot be made any more.
async function saveStopped(harness: Harness): Promise<void> {
  const { run } = await harness.submit(`${head('stopped')}${prompts(12)}  - { text: '[[fault:429]]' }\n`);
  await untilDone(async () => {
    const page = harness.client.workflow.getHandle(pageWorkflowId(run.runId, 0));
    const { waiting } = await page.query(pageProgressQuery);
    if (waiting > 9 || (await callsInFlight(harness.emulator)) === 0) throw new Error('not yet');
  });
  await harness.handle(run).cancel();
  await harness.finish(run);
  await save(harness, 'run-job-stopped', runWorkflowId(run.runId));
  await save(harness, 'run-page-stopped', pageWorkflowId(run.runId, 0));
}

async function saveBudgeted(harness: Harness): Promise<void> {
  const { run } = await harness.submit(`version: 1
name: budgeted
budget: '0.0065'
items:
  - { prompts: [a, b, c, d, e, f, g, h], kind: image, params: { width: 32, height: 32 } }
`);
  await untilView(harness, run, ({ state }) => state === 'paused');
  await setRun(harness.session.temporal, run.runId, { budget: '+1' });
  await harness.finish(run);
  await save(harness, 'run-job-budgeted', runWorkflowId(run.runId));
  await save(harness, 'run-page-budgeted', pageWorkflowId(run.runId, 0));
}

async function savePaused(harness: Harness): Promise<void> {
  const { run } = await harness.submit(
    `${head('paused')}${prompts(12)}  - { text: '[[fault:402-balance:1]]' }\n`,
  );
  await untilCalling(harness);
  await harness.handle(run).signal(pauseSignal, { reason: 'operator' });
  await untilDone(async () => {
    if ((await callsInFlight(harness.emulator)) > 0) throw new Error('not yet');
  });
  await harness.handle(run).signal(resumeSignal, {});
  // By the call that has no credit; another one finds out that there is some again.
  await untilView(harness, run, ({ state }) => state === 'running');
  await untilView(harness, run, ({ state }) => state === 'paused');
  await harness.finish(run);
  await save(harness, 'run-job-paused', runWorkflowId(run.runId));
  await save(harness, 'run-page-paused', pageWorkflowId(run.runId, 0));
}

// The only call in flight goes back for credit, and is looked at all the same.
async function saveParked(harness: Harness): Promise<void> {
  const { run } = await harness.submit(`${head('parked')}  - { text: 'bee [[fault:402-balance:1]]' }\n`);
  await harness.finish(run);
  await save(harness, 'run-page-parked', pageWorkflowId(run.runId, 0));
}

async function saveTold(harness: Harness): Promise<void> {
  // Long enough for its cost to be told in its course.
  const { run } = await harness.submit(
    `version: 1\nname: told\nlabels: { team: design }\nitems:\n${prompts(40)}`,
  );
  await harness.finish(run);
  await save(harness, 'run-job-told', runWorkflowId(run.runId));
}

// A report that comes after a younger one is left, behind `reports-by-turn`.
async function saveTurned(harness: Harness): Promise<void> {
  const { run } = await harness.submit(`${head('turned')}${prompts(12)}`);
  await untilDone(async () => {
    const page = harness.client.workflow.getHandle(pageWorkflowId(run.runId, 0));
    const progress = await page.query(pageProgressQuery);
    if (progress.tally.succeeded < 4) throw new Error('not yet');
    await harness.handle(run).signal(pageProgressSignal, { ...progress, turn: 1 });
  });
  await harness.finish(run);
  await save(harness, 'run-job-turned', runWorkflowId(run.runId));
}

// Planned and closed by the names that earlier versions do not know.
async function saveGrown(harness: Harness): Promise<void> {
  const { run } = await harness.submit(`${head('grown')}${prompts(3)}`);
  await harness.finish(run);
  await save(harness, 'run-job-grown', runWorkflowId(run.runId));
}

async function saveScheduled(harness: Harness): Promise<void> {
  const yaml = `${head('nightly')}${prompts(2)}schedule: { cron: 0 6 * * * }\n`;
  await applySchedule(harness.session, readOf(yaml), { allowUnpriced: false, dryRun: false });
  const triggered = await triggerSchedule(harness.client, 'nightly');
  const runId = triggered.kind === 'started' ? triggered.runId : '';
  await harness.finish({ ...harness.session.location, job: 'nightly', runId });
  await save(harness, 'run-job-scheduled', runWorkflowId(runId));
}

async function saveChains(harness: Harness): Promise<void> {
  const items = ['one', 'two', 'three'].map((id, index) =>
    chain(index + 1, id, [
      textStep('list', `Words of ${id} [[answer:none]] [[answer:["a","b","c","d","e"]]]`, { repair: 1 }),
      laterText('each', `${id} {{ each }}`, [0], { forEach: { step: 0, path: [], max: 5 } }),
      laterText('left', `${id} left {{ steps.list.text }}`, [0]),
      laterImage('all', `${id} {{ steps.each | size }} {{ steps.left.bytes }}`, [1, 2]),
    ]),
  );
  const refused = chain(4, 'refused', [
    textStep('a', 'Refused [[fault:422]]'),
    laterText('b', '{{ steps.a.text }}', [0]),
  ]);
  const run = await startPlan(harness, [...items, refused]);
  await harness.finish(run);
  await save(harness, 'run-page-chains', pageWorkflowId(run.runId, 0));
}

async function saveCrossing(harness: Harness): Promise<void> {
  const { run } = await harness.submit(`version: 1
name: crossing
priority: high
limits: { concurrency: 6 }
items:
  - samples: 12
    id: there
    steps:
      - { id: caption, text: 'A caption for {{ sample }}' }
      - { id: shot, image: '{{ steps.caption.text }}', params: { width: 32, height: 32 } }
      - { id: tale, text: 'Number {{ sample }}', needs: [shot] }
  - prompts: [One, Two]
`);
  await harness.finish(run);
  await save(harness, 'run-job-crossing', runWorkflowId(run.runId));
  await save(harness, 'run-page-crossing', pageWorkflowId(run.runId, 0));
}

const scenes: Scenes = {
  plain: [{}, savePlain],
  failures: [{}, saveFailed],
  pages: [{ lanes: [{ name: 'all', concurrency: 40 }] }, savePages],
  stopped: [slow(1_000, 2), saveStopped],
  budgeted: [slow(100, 3), saveBudgeted],
  paused: [slow(500, 2), savePaused],
  parked: [slow(100, 1), saveParked],
  told: [slow(1_000, 2), saveTold],
  turned: [slow(1_000, 2), saveTurned],
  grown: [{}, saveGrown],
  scheduled: [{}, saveScheduled],
  chains: [slow(300, 16), saveChains],
  crossing: [
    {
      emulator: { latency: { kind: 'fixed', ms: 300 } },
      lanes: [
        { name: 'all', concurrency: 5 },
        { name: 'pictures', models: ['flux'], concurrency: 2 },
      ],
    },
    saveCrossing,
  ],
  ...longScenes,
  ...steeredScenes,
};

const wanted = process.argv.slice(2);
await mkdir(folder, { recursive: true });
installRuntime(createLogger('fatal'));
const { servers, stop } = await startSharedServers();
const connection = await Connection.connect({ address: servers.temporal });
for (const [name, [options, scene]] of Object.entries(scenes)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const closes: (() => Promise<void>)[] = [];
  await scene(await openHarness(servers, connection, options, closes));
  for (const close of closes.reverse()) await close();
}
await connection.close();
await stop();
