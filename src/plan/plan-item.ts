import { canonicalJson } from '../canonical-json.ts';
import { maxItemCalls } from '../manifest/item-schema.ts';
import type { JobChecks, Values } from '../manifest/job.ts';
import type { PriceSnapshot } from '../pollen/prices.ts';
import { urlProblem } from '../pollinations/prompt-problem.ts';
import { createAnswerSchemas } from './answer-formats.ts';
import { requestDigest, sha256 } from './digest.ts';
import type { ExpandedItem } from './expand/expanded-item.ts';
import type { JobFiles } from './job-files.ts';
import type { JobInput } from './job-inputs.ts';
import { createLocalImages } from './local-images.ts';
import { makeCall, makeRequest } from './make-call.ts';
import type { PlanFault } from './plan-fault.ts';
import type { PlannedApi, PlannedItem } from './plan.ts';
import { type ChainStep, isChain, planChain, stepCalls } from './plan-chain.ts';
import { prepareStep, type Preparation, type PreparedStep } from './prepare-step.ts';
import { createSeeds, type SeedContext } from './seeds.ts';

export interface ItemContext {
  readonly api: Pick<PlannedApi, 'id' | 'dialect'>;
  readonly prices: PriceSnapshot;
  readonly laneOf: (model: string) => string;
  /** Zone of templates that are filled in later. */
  readonly timezone: string;
  readonly files: JobFiles;
  readonly checks: Pick<JobChecks, 'paramProblems'>;
  readonly seeds: SeedContext;
}

/** An item as it will be called, or all that keeps it from that. */
export type Planning = { readonly item: PlannedItem } | { readonly faults: readonly PlanFault[] };

/** Plans items in the job's order: each with its bytes, digest and highest price. */
export interface ItemPlanner {
  /** Plans one item: at once, unless it names files. */
  readonly plan: (item: ExpandedItem) => Planning | Promise<Planning>;
  /** Files that were read: pictures and schemas. */
  readonly inputs: () => readonly JobInput[];
  /** Schemas that answers are checked against. */
  readonly schemas: () => Readonly<Record<string, Values>> | undefined;
  /** Whether any seed was drawn from the run, so that another run has other bytes. */
  readonly hasFreshSeeds: () => boolean;
}

/** Makes a planner of items. */
export function createItemPlanner(context: ItemContext): ItemPlanner {
  const { api, prices } = context;
  const seeds = createSeeds(context.seeds);
  const images = createLocalImages(context.files);
  const schemas = createAnswerSchemas(context.files);
  const stepContext = { images, schemas, checks: context.checks };

  function plan(item: ExpandedItem): Planning | Promise<Planning> {
    const ready: Preparation[] = [];
    for (const step of item.steps) {
      const preparation = prepareStep(step, stepContext);
      if (preparation instanceof Promise) return planSlowly(item);
      ready.push(preparation);
    }
    return planPrepared(item, ready);
  }

  async function planSlowly(item: ExpandedItem): Promise<Planning> {
    const ready: Preparation[] = [];
    for (const step of item.steps) ready.push(await prepareStep(step, stepContext));
    return planPrepared(item, ready);
  }

  function planPrepared(item: ExpandedItem, preparations: readonly Preparation[]): Planning {
    const prepared: PreparedStep[] = [];
    const faults: PlanFault[] = [];
    for (const [step, preparation] of preparations.entries()) {
      if ('faults' in preparation) faults.push(...preparation.faults.map((fault) => ({ ...fault, step })));
      else prepared.push(preparation);
    }
    if (faults.length > 0) return { faults };
    const draw = seeds.of(item, () => contentDigest(item, prepared, context));
    if ('problem' in draw) return refuse({ code: 'value-invalid', message: draw.problem, path: ['seed'] });
    const steps = item.steps.flatMap((step, position): readonly ChainStep[] => {
      const found = prepared[position];
      return found === undefined ? [] : [{ step, prepared: found, seed: draw(step.params['seed'], step.id) }];
    });
    for (const [position, { step, seed }] of steps.entries()) {
      const [problem] = context.checks.paramProblems(step.kind, { seed: seed.seed });
      if (problem === undefined) continue;
      const { code, message } = problem;
      const isOwn = step.params['seed'] !== undefined;
      const where = isOwn ? { step: position, path: ['params', 'seed'] } : { path: ['seed'] };
      return refuse({ code, message, ...where });
    }
    const { number, id = String(number), customId, vars } = item;
    const base = {
      number,
      id,
      ...(customId === undefined ? {} : { customId }),
      ...(vars === undefined ? {} : { vars }),
    };
    const work = isChain(item) ? planChain(steps, context) : callOf(steps);
    for (const [step, call] of ('steps' in work ? work.steps : [work]).entries()) {
      const problem = 'request' in call ? urlProblem(call.request) : undefined;
      if (problem !== undefined) return refuse({ ...problem, step, path: ['prompt'] });
    }
    if (!('steps' in work)) return { item: { ...base, ...work } };
    const chain = work;
    const calls = stepCalls(chain.steps);
    if (calls <= maxItemCalls) return { item: { ...base, ...chain } };
    const message = `the item may come to ${calls} calls, lists and repairs counted in full; ${maxItemCalls} are possible`;
    return refuse({ code: 'step-limit', message, path: ['steps'] });
  }

  function callOf([only]: readonly ChainStep[]) {
    if (only === undefined) throw new Error('an item has no step');
    const { parts, attachments, expect } = only.prepared;
    const { seed, isShared } = only.seed;
    return {
      kind: parts.kind,
      model: parts.model,
      seed,
      ...makeCall({ ...parts, seed }, api, prices),
      ...(isShared ? { shared: true as const } : {}),
      ...(expect === undefined ? {} : { expect }),
      ...(attachments === undefined ? {} : { attachments }),
    };
  }

  return {
    plan,
    inputs: () => [...images.inputs(), ...schemas.inputs()],
    schemas: schemas.all,
    hasFreshSeeds: seeds.areFresh,
  };
}

function refuse(fault: PlanFault): Planning {
  return { faults: [fault] };
}

// All that an item sends, without its seeds.
function contentDigest(
  { steps }: ExpandedItem,
  prepared: readonly PreparedStep[],
  { api }: ItemContext,
): string {
  const contents = prepared.map(({ parts }, position) =>
    steps[position]?.scope === undefined
      ? requestDigest(api, makeRequest(parts, api.dialect))
      : sha256(canonicalJson([api.id, api.dialect, parts, steps[position].scope])),
  );
  const [only, ...others] = contents;
  return only !== undefined && others.length === 0 ? only : sha256(canonicalJson(contents));
}
