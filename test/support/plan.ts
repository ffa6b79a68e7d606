import type { Problem } from '../../src/manifest/problem.ts';
import { noFiles } from '../../src/plan/job-files.ts';
import type { Plan, PlannedPage } from '../../src/plan/plan.ts';
import { planJob, type PlanJobInput } from '../../src/plan/plan-job.ts';
import { parsePage } from '../../src/plan/pages.ts';
import { openSpool } from '../../src/plan/spool.ts';
import { jobChecks } from '../../src/pollinations/job-checks.ts';
import { readOf } from './job.ts';
import { api, prices, run } from './samples.ts';

/** A plan with its pages in memory. */
export interface WholePlan {
  readonly plan: Plan;
  readonly pages: readonly PlannedPage[];
  readonly warnings: readonly Problem[];
}

/** Plans a job's text, which must be right. */
export async function planOf(yaml: string, changes: Partial<PlanJobInput> = {}): Promise<WholePlan> {
  const planned = await tryPlan(yaml, changes);
  if ('problems' in planned) throw new Error(JSON.stringify(planned.problems));
  return planned;
}

/** Plans a job's text, or says what is wrong with it. */
export async function tryPlan(
  yaml: string,
  changes: Partial<PlanJobInput> = {},
): Promise<WholePlan | { readonly problems: readonly Problem[] }> {
  const spool = openSpool();
  try {
    const { job, placeOf } = readOf(yaml);
    const planned = await planJob({
      job,
      file: 'job.yaml',
      placeOf,
      files: noFiles,
      checks: jobChecks,
      api,
      prices,
      laneOf: () => 'all',
      allowUnpriced: false,
      mayRepeat: false,
      createdAt: '2026-01-02T03:04:05.000Z',
      spool,
      ...changes,
    });
    if ('problems' in planned) return planned;
    const plan = { ...planned.plan, runId: run.runId };
    return {
      plan,
      pages: plan.pages.map(({ page, lane }) => ({ page, lane, items: parsePage(planned.pageText(page)) })),
      warnings: planned.warnings,
    };
  } finally {
    spool.close();
  }
}
