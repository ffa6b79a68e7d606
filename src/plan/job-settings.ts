import { formatDuration } from '../manifest/duration.ts';
import type { Job, Notify } from '../manifest/job.ts';
import { describeBudget } from './budget.ts';
import { sha256 } from './digest.ts';
import { describeCanary, describeFailFast } from './gates.ts';
import { labelEntries } from './labels.ts';

/** What says how a job is run and found, and nothing of what it generates. */
const settings = [
  'description',
  'labels',
  'limits',
  'budget',
  'spend',
  'canary',
  'deadline',
  'failFast',
  'priority',
  'notify',
  'allowUnpriced',
] as const satisfies readonly (keyof Job)[];

type Settings = (typeof settings)[number];

/** A setting that one has otherwise than another; empty where it is not set. */
export interface SettingChange {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** What a job generates, and nothing of how it is run. */
export function withoutSettings<Given extends Partial<Job>>(job: Given): Omit<Given, Settings> {
  const rest = Object.entries(job).filter(([name]) => !isSetting(name));
  return Object.fromEntries(rest) as Omit<Given, Settings>;
}

/** A job under the settings of another. */
export function withSettingsOf(job: Job, other: Job): Job {
  const own = Object.fromEntries(Object.entries(other).filter(([name]) => isSetting(name)));
  return { ...withoutSettings(job), ...(own as Pick<Job, Settings>) };
}

/**
 * A job's settings by name, each as a short text, in the words of the job file.
 *
 * @param allowUnpriced - whether models without a price were allowed beside the job file
 */
export function describeSettings(job: Job, allowUnpriced: boolean): Readonly<Record<string, string>> {
  const { description, labels, limits, budget, spend, canary, deadline, failFast, priority, notify } = job;
  return {
    description: description ?? '',
    labels: labelEntries(labels ?? {}).join(', '),
    'limits.concurrency': String(limits?.concurrency ?? ''),
    budget: budget === undefined ? '' : describeBudget(budget),
    spend: spend ?? '',
    canary: canary === undefined ? '' : describeCanary(canary),
    deadline: deadline === undefined ? '' : formatDuration(deadline / 1_000),
    failFast: failFast === undefined ? '' : describeFailFast(failFast),
    priority: priority ?? '',
    notify: (notify ?? []).map(describeReceiver).join('; '),
    allowUnpriced: String(allowUnpriced || job.allowUnpriced === true),
  };
}

/** Which of two sets of settings are not the same. */
export function settingChanges(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): readonly SettingChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const [from = '', to = ''] = [before[name], after[name]];
    return from === to ? [] : [{ name, from, to }];
  });
}

// An address may hold what nobody else shall know: its host, and a mark by which it is told from others there.
function describeReceiver({ url, on }: Notify): string {
  return `${new URL(url).host} #${sha256(url).slice(0, 6)} (${on.join(', ')})`;
}

function isSetting(name: string): boolean {
  return (settings as readonly string[]).includes(name);
}
