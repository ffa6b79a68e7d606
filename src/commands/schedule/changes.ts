import type { Entry } from '../../manifest/job.ts';
import { describeSchedule } from '../../manifest/schedule.ts';
import { entryContent } from '../../plan/job-content.ts';
import { describeSettings, settingChanges, type SettingChange } from '../../plan/job-settings.ts';
import type { KeptJob } from '../../records/kept-job.ts';

/** One thing that an apply changes: a setting of the schedule or of its job, or an item. */
export type ScheduleChange =
  | ({ readonly kind: 'setting' } & SettingChange)
  | { readonly kind: 'item'; readonly change: 'added' | 'removed' | 'changed'; readonly id: string };

/**
 * What changes between the job that a schedule runs and the one that it shall run.
 *
 * @param before - absent where there is no schedule yet: then only its settings are told, not its items
 */
export function scheduleChanges(before: KeptJob | undefined, after: KeptJob): readonly ScheduleChange[] {
  const settings = settingChanges(before === undefined ? {} : settingsOf(before), settingsOf(after)).map(
    (change) => ({ kind: 'setting', ...change }) as const,
  );
  if (before === undefined) return settings;
  const items = itemChanges(before.job.entries, after.job.entries);
  const isReordered = items.length === 0 && orderOf(before) !== orderOf(after);
  return [
    ...settings,
    ...items,
    ...(isReordered
      ? [{ kind: 'setting', name: 'order', from: 'of the items', to: 'another' } as const]
      : []),
  ];
}

function settingsOf({
  job,
  items,
  inputs = [],
  api,
  allowUnpriced,
}: KeptJob): Readonly<Record<string, string>> {
  return {
    ...Object.fromEntries(inputs.map(({ path, sha256 }) => [`file ${path}`, sha256.slice(0, 10)])),
    ...(job.schedule === undefined ? {} : describeSchedule(job.schedule)),
    items: String(items),
    API: `${api.id} (${api.dialect})`,
    ...describeSettings(job, allowUnpriced),
    reuse: String(job.reuse === true),
  };
}

function itemChanges(before: readonly Entry[], after: readonly Entry[]): readonly ScheduleChange[] {
  const [old, now] = [byId(before), byId(after)];
  const changes: ScheduleChange[] = [];
  for (const [id, item] of now) {
    const earlier = old.get(id);
    if (earlier === undefined) changes.push({ kind: 'item', change: 'added', id });
    else if (earlier !== item) changes.push({ kind: 'item', change: 'changed', id });
  }
  for (const id of old.keys()) if (!now.has(id)) changes.push({ kind: 'item', change: 'removed', id });
  return changes;
}

function orderOf({ job }: KeptJob): string {
  return JSON.stringify(job.entries.map(({ id }) => id));
}

function byId(entries: readonly Entry[]): ReadonlyMap<string, string> {
  return new Map(entries.map((entry, index) => [entry.id ?? String(index + 1), entryContent(entry)]));
}
