import { runIdOf } from '../../src/plan/run-id.ts';
import { writePlan } from '../../src/records/run-store.ts';
import { laneOf } from '../../src/lanes/lanes.ts';
import type { Harness } from './harness.ts';
import { jobOf } from './job.ts';
import { planOf } from './plan.ts';

/**
 * Stores the plan of a job before it is submitted, cut into pages of one call each: so a few hundred calls fill the
 * history of a run, which takes tens of thousands otherwise.
 */
export async function planFinePages({ session }: Harness, yaml: string): Promise<void> {
  const { lanes } = session.config;
  const job = jobOf(yaml);
  const run = { ...session.location, job: job.name, runId: runIdOf(job, session.plannedApi) };
  const { plan, pages } = await planOf(yaml, {
    api: session.plannedApi,
    prices: session.api.prices,
    laneOf: (model) => laneOf(lanes, model),
    createdAt: new Date().toISOString(),
  });
  const fine = pages
    .flatMap(({ lane, items }) => items.map((item) => ({ lane, item })))
    .map((page, number) => ({ ...page, page: number }));
  await writePlan(session.store, run, {
    plan: { ...plan, pages: fine.map(({ page, lane }) => ({ page, lane, calls: 1 })) },
    pageText: (page) => `${JSON.stringify(fine[page]?.item)}\n`,
  });
}
