import { forecast, type Forecast } from '../../lanes/forecast.ts';
import type { LaneSettings } from '../../lanes/lanes.ts';
import type { ModelEstimate } from '../../plan/estimate.ts';
import type { Measured } from '../../plan/likely-use.ts';
import type { Estimate, Plan } from '../../plan/plan.ts';
import type { PlannedJob } from '../../plan/plan-job.ts';

/** What a job comes to, before it does: calls, price and time. */
export interface Outlook {
  readonly items: number;
  /** Items that are taken over from earlier runs. */
  readonly reused: number;
  /** Calls that are likely made. */
  readonly calls: number;
  readonly estimate: Estimate;
  readonly models: readonly ModelEstimate[];
  readonly time: Forecast;
  readonly emulated: boolean;
  /** What may hold the run back or end it before its time. */
  readonly gates: Pick<Plan, 'canary' | 'deadline' | 'failFast'>;
}

/** Milliseconds that a call is taken to last where no past run tells. */
const LATENCY = { text: 5_000, image: 10_000 } as const;

/** Sums a plan up for whoever decides about it. */
export function outlookOf(
  { plan, models, reused }: Pick<PlannedJob, 'plan' | 'models' | 'reused'>,
  lanes: readonly LaneSettings[],
  measured: readonly Measured[],
): Outlook {
  const loads = models.map(({ kind, model, calls }) => ({
    model,
    calls,
    latencyMs: latencyOf(
      kind,
      measured.find((one) => one.kind === kind && one.model === model),
    ),
  }));
  return {
    items: plan.items,
    reused,
    calls: models.reduce((sum, { calls }) => sum + calls, 0),
    estimate: plan.estimate,
    models,
    time: forecast(loads, lanes, plan.concurrency),
    emulated: plan.api.emulated,
    gates: gatesOf(plan),
  };
}

function gatesOf({ canary, deadline, failFast }: Outlook['gates']): Outlook['gates'] {
  return {
    ...(canary === undefined ? {} : { canary }),
    ...(deadline === undefined ? {} : { deadline }),
    ...(failFast === undefined ? {} : { failFast }),
  };
}

function latencyOf(kind: 'text' | 'image', past: Measured | undefined): number {
  return past === undefined || past.timed === 0 ? LATENCY[kind] : past.latencyMs / past.timed;
}
