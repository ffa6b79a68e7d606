import { runWorkflowId } from '../../src/workflows/ids.ts';
import { fillHistory } from '../support/fill-history.ts';
import { planFinePages } from '../support/fine-pages.ts';
import type { Harness } from '../support/harness.ts';
import { head, prompts, save, slow, untilView, type Scenes } from './scene-parts.ts';

async function saveContinued(harness: Harness): Promise<void> {
  const yaml = `${head('continued')}  - { id: refused, text: '[[fault:422]]' }\n${prompts(29)}`;
  await planFinePages(harness, yaml);
  const { run } = await harness.submit(yaml);
  await untilView(harness, run, ({ pages }) => pages.done >= 4);
  await fillHistory(harness, run, 1_400);
  await harness.finish(run);
  await save(harness, 'run-job-continued', runWorkflowId(run.runId));
}

// The few pictures keep the run from continuing as new, and the texts go on beside them, behind `lanes-go-on`.
async function saveLanes(harness: Harness): Promise<void> {
  const pictures = '  - { prompts: [a, b, c], kind: image, params: { width: 32, height: 32 } }\n';
  const yaml = `${head('lanes')}${prompts(12)}${pictures}`;
  await planFinePages(harness, yaml);
  const { run } = await harness.submit(yaml);
  const stopWorker = await harness.startWorker();
  await untilView(harness, run, ({ pages }) => pages.running.length === 2);
  // Nothing ends while there is no worker, however long the machine takes to make the history long.
  await stopWorker();
  await fillHistory(harness, run, 1_400);
  await harness.startWorker();
  await harness.finish(run);
  await save(harness, 'run-job-lanes', runWorkflowId(run.runId));
}

/** What a run does whose history has grown long. */
export const longScenes: Scenes = {
  continued: [slow(300, 2), saveContinued],
  lanes: [
    {
      emulator: { latency: { kind: 'fixed', ms: 300 } },
      lanes: [
        { name: 'all', concurrency: 1 },
        { name: 'pictures', models: ['flux'], concurrency: 1 },
      ],
      workers: 0,
    },
    saveLanes,
  ],
};
