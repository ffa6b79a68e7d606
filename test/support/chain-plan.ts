import { requestDigest } from '../../src/plan/digest.ts';
import type { PlannedChain, PlannedItem, PlannedStep } from '../../src/plan/plan.ts';
import { callsAtMost } from '../../src/plan/pages.ts';
import { dialects } from '../../src/pollinations/dialects/index.ts';
import { writePlan } from '../../src/records/run-store.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { CONTROL_QUEUE, runWorkflowId } from '../../src/workflows/ids.ts';
import type { Harness } from './harness.ts';
import { api, samplePlan } from './samples.ts';

/** A text step whose prompt is known. */
export function textStep(id: string, prompt: string, more: Partial<PlannedStep> = {}): PlannedStep {
  const request = dialects.gen.textRequest({
    model: 'openai',
    seed: 7,
    params: { max_tokens: 100 },
    messages: [{ role: 'user', content: prompt }],
  });
  return {
    id,
    lane: 'all',
    kind: 'text',
    model: 'openai',
    seed: 7,
    needs: [],
    maximum: '0.01',
    request,
    digest: requestDigest(api, request),
    ...more,
  };
}

/** A text step whose prompt names earlier ones. */
export function laterText(
  id: string,
  prompt: string,
  needs: readonly number[],
  { images, ...more }: Partial<PlannedStep> & { readonly images?: readonly string[] } = {},
): PlannedStep {
  return {
    id,
    lane: 'all',
    kind: 'text',
    model: 'openai',
    seed: 7,
    needs,
    maximum: '0.01',
    deferred: {
      messages: [{ role: 'user', content: prompt }],
      params: { max_tokens: 100 },
      scope: {},
      timezone: 'UTC',
      ...(images === undefined ? {} : { images }),
    },
    ...more,
  };
}

/** An image step whose prompt names earlier ones. */
export function laterImage(
  id: string,
  prompt: string,
  needs: readonly number[],
  more: Partial<PlannedStep> = {},
): PlannedStep {
  const deferred = { prompt, params: { width: 64, height: 48 }, scope: {}, timezone: 'UTC' };
  return {
    id,
    lane: 'all',
    kind: 'image',
    model: 'flux',
    seed: 7,
    needs,
    maximum: '0.01',
    deferred,
    ...more,
  };
}

/** An item of several calls. */
export function chain(number: number, id: string, steps: readonly PlannedStep[]): PlannedChain {
  return { number, id, digest: requestDigest(api, { method: 'GET', path: id }), steps };
}

/** Stores a plan of these items, on one page unless told otherwise, and starts its run. */
export async function startPlan(
  { session }: Pick<Harness, 'session'>,
  items: readonly PlannedItem[],
  { name = 'chains', schemas = {}, resumed = false }: PlanOptions = {},
): Promise<RunLocation> {
  const run: RunLocation = { ...session.location, job: name, runId: `${name}-0a1b2c3d4e` };
  const calls = items.reduce((sum, item) => sum + callsAtMost(item), 0);
  const models = items.flatMap((item) => ('steps' in item ? item.steps : [item]).map(({ model }) => model));
  await writePlan(session.store, run, {
    plan: samplePlan({
      job: name,
      api: session.plannedApi,
      prices: session.api.prices,
      items: items.length,
      pages: [{ page: 0, lane: 'all', calls }],
      models: [...new Set(models)],
      schemas,
    }),
    pageText: () => items.map((item) => `${JSON.stringify(item)}\n`).join(''),
  });
  await session.temporal.client.workflow.start('runJob', {
    workflowId: runWorkflowId(run.runId),
    taskQueue: CONTROL_QUEUE,
    args: [{ run, resumed }],
  });
  return run;
}

interface PlanOptions {
  readonly name?: string;
  readonly schemas?: NonNullable<ReturnType<typeof samplePlan>['schemas']>;
  /** As after an execution that was ended from outside. */
  readonly resumed?: boolean;
}
