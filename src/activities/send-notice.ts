import { createHash } from 'node:crypto';

import { ApplicationFailure, log } from '@temporalio/activity';

import type { Job, Notify } from '../manifest/job.ts';
import { writeBody, type NoticedRun } from '../notices/body.ts';
import { readKeptJob } from '../records/kept-job.ts';
import { readJobFile } from '../records/run-store.ts';
import { folderAt } from '../storage/folder.ts';
import { runKeys } from '../storage/keys.ts';
import type { ControlActivities } from '../workflows/contract.ts';
import type { NoticeInput } from '../workflows/inputs.ts';
import { plannedTimeOf } from '../workflows/ids.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** Until a worker without the settings is likely to have them. */
const UNSET_DELAY = '10 minutes';

type Dependencies = Pick<ActivityDependencies, 'store' | 'plans' | 'post'>;

/** Says who of a job's receivers is to be told something, by their positions in the job. */
export function createFindReceivers(dependencies: Dependencies): ControlActivities['findReceivers'] {
  return async (input) => {
    const { receivers } = await read(dependencies, input);
    return receivers.flatMap(({ on }, position) => (on.includes(input.notice.event) ? [position] : []));
  };
}

/** Tells a receiver something. Temporal tries again where it was not taken. */
export function createSendNotice(dependencies: Dependencies): ControlActivities['sendNotice'] {
  return async (input) => {
    const { receivers, about } = await read(dependencies, input);
    const receiver = receivers[input.receiver];
    if (receiver === undefined) throw new Error(`run ${input.run.runId} has no receiver ${input.receiver}`);
    const posted = await dependencies.post({
      url: receiver.url,
      id: idOf(dependencies, input),
      body: writeBody(about, input.notice),
    });
    switch (posted.kind) {
      case 'taken':
        return { host: new URL(receiver.url).host, status: posted.status };
      case 'refused': {
        const { message, remedy, isFinal = false } = posted;
        log.warn(`a notice of run ${input.run.runId} is not sent: ${message}. ${remedy}`);
        throw ApplicationFailure.create({
          type: 'notice-refused',
          message: `${message}. ${remedy}`,
          // Other workers may have the settings already, and this one gets them within the day that is tried.
          ...(isFinal ? { nonRetryable: true } : { nextRetryDelay: UNSET_DELAY }),
        });
      }
      case 'missed':
        throw ApplicationFailure.create({
          type: 'not-told',
          message: `${new URL(receiver.url).host} has not taken it: ${posted.why}`,
          ...(posted.retryAfter === undefined ? {} : { nextRetryDelay: posted.retryAfter }),
        });
    }
  };
}

// A run that could not be planned has left no plan; its job says whom to tell.
async function read(
  { store, plans }: Dependencies,
  { run, scheduled }: NoticeInput,
): Promise<{ readonly receivers: readonly Notify[]; readonly about: NoticedRun }> {
  const plan = await plans.plan(run);
  const job = plan === undefined ? await jobOf(store, run, scheduled) : undefined;
  const labels = plan?.labels ?? job?.labels;
  const plannedFor = plannedTimeOf(run.runId);
  return {
    receivers: plan?.notify ?? job?.notify ?? [],
    about: {
      runId: run.runId,
      job: run.job,
      ...(labels === undefined ? {} : { labels }),
      emulated: run.emulated,
      ...(plannedFor === undefined ? {} : { plannedFor }),
      folder: folderAt(store.bucket, runKeys(run).root, undefined).uri,
      ...(plan === undefined ? {} : { items: plan.items }),
    },
  };
}

async function jobOf(
  store: ActivityDependencies['store'],
  run: NoticeInput['run'],
  scheduled: NoticeInput['scheduled'],
): Promise<Job | undefined> {
  const kept = scheduled === undefined ? await readJobFile(store, run) : await readKeptJob(store, scheduled);
  return kept?.job;
}

// Two deployments may have a run of the same name, and a dot would end it where it is signed.
function idOf({ store }: Dependencies, { run, notice }: NoticeInput): string {
  const named = `${store.bucket}\n${runKeys(run).root}\n${notice.key}`;
  return `notice_${createHash('sha256').update(named).digest('hex').slice(0, 32)}`;
}
