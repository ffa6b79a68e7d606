import { approve, setRun } from '../../src/commands/runs/steer.ts';
import { createNoticeSecrets } from '../../src/notices/secret.ts';
import { noticeWorkflowId, pageWorkflowId, runWorkflowId } from '../../src/workflows/ids.ts';
import { pageProgressQuery, steerSignal, stopSignal, terminateSignal } from '../../src/workflows/messages.ts';
import { callsInFlight } from '../support/calls.ts';
import type { Harness } from '../support/harness.ts';
import { startReceiver } from '../support/receiver.ts';
import { createUnheardCredit } from '../support/unheard-credit.ts';
import { untilDone } from '../support/until.ts';
import { head, prompts, save, slow, untilCalling, untilView, type Scenes } from './scene-parts.ts';

async function saveHalted(harness: Harness): Promise<void> {
  const { run } = await harness.submit(`${head('halted')}${prompts(6)}`);
  await untilCalling(harness);
  await harness.handle(run).signal(stopSignal, { reason: 'wrong prompts' });
  await harness.finish(run);
  await save(harness, 'run-job-halted', runWorkflowId(run.runId));
}

async function saveTerminated(harness: Harness): Promise<void> {
  const { run } = await harness.submit(`${head('terminated')}${prompts(4)}`);
  await untilCalling(harness);
  await harness.handle(run).signal(terminateSignal, { reason: 'it hangs' });
  await harness.finish(run);
  await save(harness, 'run-job-terminated', runWorkflowId(run.runId));
  await save(harness, 'run-page-terminated', pageWorkflowId(run.runId, 0));
}

async function saveSet(harness: Harness): Promise<void> {
  const { run } = await harness.submit(
    `${head('set', "budget: '1'\ndefaults: { text: { max_tokens: 20 } }\n")}${prompts(10)}`,
  );
  await untilCalling(harness);
  await setRun(harness.session.temporal, run.runId, {
    budget: '+1',
    concurrency: 1,
    priority: 'low',
    deadline: new Date(Date.now() + 3_600_000).toISOString(),
    reason: 'others first',
  });
  await harness.finish(run);
  await save(harness, 'run-job-set', runWorkflowId(run.runId));
  await save(harness, 'run-page-set', pageWorkflowId(run.runId, 0));
}

async function saveApproved(harness: Harness): Promise<void> {
  const { run } = await harness.submit(
    `${head('approved', 'canary: { items: 1, approve: manual }\n')}${prompts(3)}`,
  );
  await untilView(harness, run, ({ state }) => state === 'paused');
  await approve(harness.session.temporal, run.runId, 'looked at');
  await harness.finish(run);
  await save(harness, 'run-job-approved', runWorkflowId(run.runId));
}

async function saveExpired(harness: Harness): Promise<void> {
  const { run } = await harness.submit(`${head('expired', 'deadline: 3s\n')}${prompts(6)}`);
  await harness.finish(run);
  await save(harness, 'run-job-expired', runWorkflowId(run.runId));
}

async function saveFailFast(harness: Harness): Promise<void> {
  const refused = Array.from({ length: 16 }, (_, index) => `  - text: 'bee ${index} [[fault:422]]'\n`);
  const { run } = await harness.submit(
    `${head('fail-fast', 'failFast: { rate: 0.5, window: 4 }\n')}${refused.join('')}`,
  );
  await harness.finish(run);
  await save(harness, 'run-job-fail-fast', runWorkflowId(run.runId));
  await save(harness, 'run-page-fail-fast', pageWorkflowId(run.runId, 0));
}

// Of its budget, of the pause when that is used up, and of its end.
async function saveNotices(harness: Harness): Promise<void> {
  await using receiver = await startReceiver();
  const more = `budget: '0.0025'\nnotify: { url: '${receiver.url}', on: [budget, paused, completed] }\n`;
  const { run } = await harness.submit(
    `${head('notices', more)}  - { prompts: [a, b, c], kind: image, params: { width: 32, height: 32 } }\n`,
  );
  await untilView(harness, run, ({ state }) => state === 'paused');
  await setRun(harness.session.temporal, run.runId, { budget: '+1' });
  await harness.finish(run);
  const notice = noticeWorkflowId(run.runId, 'completed');
  await harness.client.workflow.getHandle(notice).result();
  await save(harness, 'run-job-notices', runWorkflowId(run.runId));
  await save(harness, 'deliver-notice-taken', notice);
}

// Pictures for which there is no money yet, while a pause and its end come in one turn.
async function saveMoneyless(harness: Harness): Promise<void> {
  const stopWorker = await harness.startWorker();
  const { run } = await harness.submit(
    `${head('moneyless', "budget: '0.0045'\n")}  - { prompts: [a, b, c, d], kind: image, params: { width: 32, height: 32 } }\n`,
  );
  await untilDone(async () => {
    if ((await callsInFlight(harness.emulator)) < 2) throw new Error('not yet');
  });
  await stopWorker();
  const page = harness.client.workflow.getHandle(pageWorkflowId(run.runId, 0));
  await page.signal(steerSignal, { turn: 1, asked: 1, isPaused: true, round: 0 });
  await page.signal(steerSignal, { turn: 2, asked: 2, isPaused: false, round: 1 });
  await harness.startWorker();
  await untilDone(async () => {
    const { tally } = await page.query(pageProgressQuery);
    if (tally.succeeded < 2) throw new Error('not yet');
  });
  await harness.handle(run).cancel();
  await harness.finish(run);
  await save(harness, 'run-page-moneyless', pageWorkflowId(run.runId, 0));
}

const credit = createUnheardCredit();

async function saveUnheard(harness: Harness): Promise<void> {
  const run = await credit.bringAbout(
    harness,
    async () => (await harness.submit(`${head('unheard')}${prompts(2)}`)).run,
  );
  await harness.handle(run).cancel();
  await harness.finish(run);
  await save(harness, 'run-job-unheard', runWorkflowId(run.runId));
  await credit.close();
}

/** What people, a rule or the time do to a run, and what it tells others. */
export const steeredScenes: Scenes = {
  halted: [slow(1_000, 2), saveHalted],
  terminated: [slow(60_000, 2), saveTerminated],
  set: [slow(500, 3), saveSet],
  approved: [slow(100, 2), saveApproved],
  expired: [slow(1_000, 1), saveExpired],
  'fail-fast': [slow(300, 2), saveFailFast],
  unheard: [credit.options, saveUnheard],
  moneyless: [{ ...slow(1_500, 4), workers: 0 }, saveMoneyless],
  notices: [
    {
      ...slow(100, 1),
      notices: {
        settings: {
          secrets: createNoticeSecrets('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwQ5xJ3sNvGmA='),
          hosts: ['127.0.0.1'],
          allowPrivate: true,
        },
      },
    },
    saveNotices,
  ],
};
