import type { Client } from '@temporalio/client';

import { PollenBatchError } from '../../errors.ts';
import type { TemporalClient } from '../../temporal/connect-client.ts';
import { exitCodes } from '../exit-codes.ts';
import { readValidJob } from '../job/read-job.ts';
import { tellWarnings } from '../render/problems.ts';
import {
  appliedText,
  backfilledText,
  schedulesText,
  scheduleText,
  triggeredText,
} from '../render/schedule-text.ts';
import { failuresText } from '../render/schedule-runs-text.ts';
import { zoned } from '../render/words.ts';
import { applySchedule } from '../schedule/apply-schedule.ts';
import { backfillSchedule } from '../schedule/backfill-schedule.ts';
import {
  deleteSchedule,
  pauseSchedule,
  resumeSchedule,
  triggerSchedule,
} from '../schedule/change-schedule.ts';
import { getSchedule, listSchedules } from '../schedule/describe-schedule.ts';
import { findKeptSchedule } from '../schedule/find-schedule.ts';
import { listFailures } from '../schedule/list-failures.ts';
import { nextTimes } from '../schedule/matching-times.ts';
import { openTemporal, type Session } from '../session/session.ts';
import { tellMissing } from '../session/tell-missing.ts';
import { configure, withSession } from './configure.ts';
import type { CommandContext, Outcome, OutputFlags } from './outcome.ts';

export interface ApplyFlags extends OutputFlags {
  readonly allowUnpriced?: boolean;
  readonly dryRun?: boolean;
}

export interface FailuresFlags extends OutputFlags {
  readonly since: Date;
  readonly limit: number;
}

/** `schedule apply FILE` */
export async function applyAction(
  file: string,
  flags: ApplyFlags,
  { terminal }: CommandContext,
): Promise<Outcome> {
  const config = await configure();
  const reading = await readValidJob(file);
  if (file === '-' && reading.job.name === 'stdin') {
    throw new PollenBatchError(
      'usage',
      'a job from standard input needs a name, which its schedule has too',
      {
        remedy: 'Add `name` to the job.',
      },
    );
  }
  tellWarnings(reading.warnings, terminal);
  return withSession(config, async (session) => {
    const applied = await applySchedule(session, reading, {
      allowUnpriced: flags.allowUnpriced === true,
      dryRun: flags.dryRun === true,
    });
    for (const warning of applied.warnings) terminal.warn(warning);
    return succeeded(applied, appliedText(applied));
  });
}

/** `schedule list` */
export function listSchedulesAction(): Promise<Outcome> {
  return inSession(async (session) => {
    const schedules = await listSchedules(session);
    return succeeded(schedules, schedulesText(schedules));
  });
}

/** `schedule get NAME` */
export function getScheduleAction(name: string, limit: number): Promise<Outcome> {
  return inSession(async (session) => {
    const details = await getSchedule(session, name, limit);
    return succeeded(details, scheduleText(details));
  });
}

/** `schedule list-failures [NAME]` */
export function listFailuresAction(
  name: string | undefined,
  { since, limit }: FailuresFlags,
): Promise<Outcome> {
  return inSession(async (session) => {
    const failures = await listFailures(session, name, since);
    const shown = failures.slice(0, limit);
    return succeeded(shown, failuresText(shown, since, failures.length - shown.length));
  });
}

/** `schedule pause NAME` and `schedule resume NAME` */
export function pauseAction(name: string, isPause: boolean, reason: string | undefined): Promise<Outcome> {
  return inTemporal(async (client) => {
    await (isPause ? pauseSchedule : resumeSchedule)(client, name, reason);
    const state = isPause ? 'paused' : 'active';
    return succeeded({ schedule: name, state }, `${name}: ${state}`);
  });
}

/** `schedule trigger NAME` */
export function triggerAction(name: string, { terminal }: CommandContext): Promise<Outcome> {
  return inTemporal(async (client, temporal) => {
    const triggered = await triggerSchedule(client, name);
    // Which lanes it needs is planned by a worker.
    if (triggered.kind !== 'skipped') await tellMissing({ temporal }, undefined, terminal);
    return succeeded({ schedule: name, ...triggered }, triggeredText(name, triggered));
  });
}

/** `schedule backfill NAME --from --to` */
export function backfillAction(
  name: string,
  span: { readonly from: string; readonly to: string },
): Promise<Outcome> {
  return inSession(async (session) => {
    const backfilled = await backfillSchedule(session, name, span);
    return succeeded(backfilled, backfilledText(backfilled));
  });
}

/** `schedule next NAME --count N` */
export function nextAction(name: string, count: number): Promise<Outcome> {
  if (count < 1 || count > 1_000) {
    throw new PollenBatchError('usage', `--count ${count} is out of range`, { remedy: 'Give 1 to 1000.' });
  }
  return inSession(async (session) => {
    const { kept } = await findKeptSchedule(session, name);
    const times = await nextTimes(session, name, count, new Date());
    const next = times.map((time) => time.toISOString());
    const lines = next.map((time) => zoned(time, kept.job.timezone ?? 'UTC'));
    return succeeded({ schedule: name, next }, lines.join('\n'));
  });
}

/** `schedule delete NAME` */
export function deleteAction(name: string): Promise<Outcome> {
  return inTemporal(async (client) => {
    await deleteSchedule(client, name);
    return succeeded({ schedule: name }, `${name}: deleted. Its runs stay.`);
  });
}

function inSession(use: (session: Session) => Promise<Outcome>): Promise<Outcome> {
  return withSession(configure(), use);
}

async function inTemporal(
  use: (client: Client, temporal: TemporalClient) => Promise<Outcome>,
): Promise<Outcome> {
  const temporal = await openTemporal(await configure());
  try {
    return await use(temporal.client, temporal);
  } finally {
    await temporal.close();
  }
}

function succeeded(data: unknown, text: string): Outcome {
  return { data, text, exitCode: exitCodes.succeeded };
}
