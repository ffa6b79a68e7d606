import { canonicalJson } from '../canonical-json.ts';
import { jobContent } from '../plan/job-content.ts';
import { describeSettings, settingChanges, type SettingChange } from '../plan/job-settings.ts';
import type { JobFile } from './run-store.ts';

/** How what is asked for differs from what a run was claimed for. */
export interface ClaimDifference {
  /** What other work it would do; absent where it is the same. */
  readonly work?: 'seeds' | 'content';
  /** Settings of the run that are others now; those of the first claim stay. */
  readonly settings: readonly SettingChange[];
}

/**
 * Compares what is asked for with the claim of a run. What seeds are drawn from is no part of what is asked for, and
 * neither is who asked first.
 */
export function compareClaims(claimed: JobFile, wanted: JobFile): ClaimDifference {
  const settings = settingChanges(settingsOf(claimed), settingsOf(wanted));
  if ((claimed.allFresh ?? false) !== (wanted.allFresh ?? false)) return { work: 'seeds', settings };
  return workOf(claimed) === workOf(wanted) ? { settings } : { work: 'content', settings };
}

function settingsOf({ job, allowUnpriced, api }: JobFile): Readonly<Record<string, string>> {
  return { ...describeSettings(job, allowUnpriced), POLLINATIONS_CACHE: api.cacheMode };
}

function workOf({ api, sources = [], inputs = [], first, job }: JobFile): string {
  return canonicalJson([api.id, api.dialect, sources, inputs, first ?? null, jobContent(job)]);
}
