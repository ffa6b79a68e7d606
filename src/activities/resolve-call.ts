import { requestDigest } from '../plan/digest.ts';
import { maximumOfRequest } from '../plan/maximum.ts';
import type { Plan, PlannedCall, PlannedChain, PlannedItem, PlannedStep } from '../plan/plan.ts';
import { stableSeed } from '../plan/seed.ts';
import { withSeed } from '../plan/with-seed.ts';
import { dialects, type WireRequest } from '../pollinations/dialects/index.ts';
import { attachmentsOf } from '../pollinations/attachments.ts';
import { parseKept, type KeptRequest } from '../records/kept-request.ts';
import { runKeys, type CallPart } from '../storage/keys.ts';
import { StoreError } from '../storage/store-error.ts';
import type { CallReference } from '../workflows/inputs.ts';
import { ATTACHED_BYTES } from './attached.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { fillRequest } from './fill-request.ts';
import { repairRequest } from './repair-request.ts';
import type { Resolution } from './resolution.ts';
import { readStepValues } from './step-values.ts';

type Kept = Omit<KeptRequest, 'version'> & { readonly isNew?: true };

type Made = Kept | { readonly problem: string; readonly isDamaged?: true };

/** Which call of its item a reference means; `undefined` for an item's only one. */
export function partOf(reference: CallReference, item: PlannedItem): CallPart | undefined {
  if (!('steps' in item)) return undefined;
  const { index, repair } = reference;
  return {
    step: stepOf(reference, item).id,
    ...(index === undefined ? {} : { index }),
    ...(repair === undefined ? {} : { repair }),
  };
}

/**
 * Finds the bytes of a call. What hangs on other steps is filled in once, and kept before it is first sent: every attempt
 * after that, on whatever worker, sends what is kept.
 */
export async function resolveCall(
  dependencies: ActivityDependencies,
  reference: CallReference,
  { plan, item }: { readonly plan: Plan; readonly item: PlannedItem },
): Promise<Resolution> {
  if (!('steps' in item)) return { call: { plan, call: item } };
  const step = stepOf(reference, item);
  const part = partOf(reference, item) ?? { step: step.id };
  if ('request' in step && part.index === undefined && part.repair === undefined) {
    return { call: { plan, part, call: callOf(plan, item, step, step) } };
  }
  const kept = await fixWhole(dependencies, reference, { plan, item, step, part });
  if (!('problem' in kept)) {
    const { images, isNew } = kept;
    const call = callOf(plan, item, step, kept);
    return {
      call: { plan, part, call },
      ...(isNew === undefined ? {} : { isNew }),
      ...(images === undefined ? {} : { images }),
    };
  }
  // A request that cannot be made has no bytes to name it by.
  const nothing = { request: { method: 'GET' as const, path: '' }, digest: item.digest };
  return {
    call: { plan, part, call: callOf(plan, item, step, nothing) },
    fault: {
      code: kept.isDamaged === true ? 'step-input-unusable' : 'step-unfillable',
      message: `step ${step.id} cannot be filled in: ${kept.problem}`,
      remedy:
        kept.isDamaged === true
          ? 'Look for who changed the bucket, and submit the job as a new run.'
          : 'Look at what the steps before it answered, and at the templates of this one.',
    },
  };
}

interface StepInput {
  readonly plan: Plan;
  readonly item: PlannedChain;
  readonly step: PlannedStep;
  readonly part: CallPart;
}

// Steps are made after those that they need: what is not there now, or no longer whole, will not be at another attempt.
async function fixWhole(...given: Parameters<typeof fix>): Promise<Made> {
  try {
    return await fix(...given);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'store-corrupt') throw error;
    return { problem: error.message, isDamaged: true };
  }
}

async function fix(
  dependencies: ActivityDependencies,
  reference: CallReference,
  input: StepInput,
): Promise<Made> {
  const { store } = dependencies;
  const { item, part } = input;
  const key = runKeys(reference.run).request(reference.page, item.number, item.id, part);
  const known = await store.get(key);
  if (known !== undefined) return parseKept(key, known.body);
  const made = await make(dependencies, reference, input);
  if ('problem' in made) return made;
  const written = await store.putOnce(key, JSON.stringify({ version: 1, ...made } satisfies KeptRequest), {
    contentType: 'application/json',
  });
  return written.stored ? { ...made, isNew: true } : parseKept(key, written.existing.body);
}

async function make(
  dependencies: ActivityDependencies,
  reference: CallReference,
  input: StepInput,
): Promise<Made> {
  const { plan, item, step, part } = input;
  const { index, repair } = part;
  const dialect = dialects[plan.api.dialect];
  if (repair !== undefined) {
    const { repair: _repair, ...first } = part;
    const base =
      'request' in step && index === undefined
        ? step
        : await fix(dependencies, reference, { ...input, part: first });
    if ('problem' in base) return base;
    const wrong = await readWrong(dependencies, reference, input);
    if (wrong.answer === undefined) return { problem: 'the answer that it would mend was not kept' };
    const seed = seedOf(base.seed, 'repair', repair);
    const request = repairRequest(dialect, base.request, { ...wrong, answer: wrong.answer }, seed);
    const images = 'images' in base ? base.images : undefined;
    return { ...withSeedOf(seed), request, ...(images === undefined ? {} : { images }) };
  }
  const seed = index === undefined ? step.seed : seedOf(step.seed, 'element', index);
  if ('request' in step) {
    const request = seed === undefined ? step.request : withSeed(dialect, step.request, seed);
    return { ...withSeedOf(seed), request };
  }
  const { values, images } = await readStepValues(dependencies, reference, item, step);
  const { kind, model, deferred } = step;
  const scope = { ...deferred.scope, ...values };
  const isOwn = (sha256: string): boolean => images.has(sha256);
  const filled = fillRequest({ kind, model, seed, deferred, scope, dialect, isOwn });
  if ('problem' in filled) return filled;
  const carried = attachmentsOf(filled.request.body ?? '').flatMap((sha256) => {
    const image = images.get(sha256);
    return image === undefined ? [] : [[sha256, image] as const];
  });
  const bytes = carried.reduce((sum, [, image]) => sum + image.bytes, 0);
  if (bytes > ATTACHED_BYTES) {
    return { problem: `its images have ${bytes} bytes together, and ${ATTACHED_BYTES} can be sent` };
  }
  return {
    ...withSeedOf(seed),
    request: filled.request,
    ...(carried.length === 0 ? {} : { images: Object.fromEntries(carried) }),
  };
}

// The call before this one has failed, or this one would not be made. Its answer is lost where the store took the failure
// at a later attempt only.
async function readWrong(
  { records }: ActivityDependencies,
  { run, page }: CallReference,
  { item, part }: StepInput,
): Promise<{ readonly answer: string | undefined; readonly problem: string }> {
  const { repair = 1, ...first } = part;
  const before = repair > 1 ? { ...first, repair: repair - 1 } : first;
  const record = await records.read(runKeys(run).step(page, item.number, item.id, before));
  if (record?.status !== 'failed') {
    throw new StoreError('store-corrupt', `there is nothing to mend in step ${part.step} of ${item.id}`);
  }
  return { answer: record.answer, problem: record.fault.message };
}

function callOf(
  plan: Plan,
  { number, id }: PlannedChain,
  step: PlannedStep,
  made: {
    readonly seed?: number;
    readonly request: WireRequest;
    readonly digest?: string;
    readonly maximum?: string | null;
    readonly attachments?: PlannedCall['attachments'];
  },
): PlannedCall {
  const { kind, model, shared, expect } = step;
  const { seed, request, attachments } = made;
  return {
    number,
    id,
    kind,
    model,
    request,
    digest: made.digest ?? requestDigest(plan.api, request),
    maximum:
      made.maximum ?? maximumOfRequest(step, request, plan.prices, dialects[plan.api.dialect].rounding),
    ...withSeedOf(seed),
    ...(shared === undefined ? {} : { shared }),
    ...(expect === undefined ? {} : { expect }),
    ...(attachments === undefined ? {} : { attachments }),
  };
}

function seedOf(seed: number | undefined, what: string, which: number): number | undefined {
  return seed === undefined ? undefined : stableSeed(String(seed), what, String(which));
}

function withSeedOf(seed: number | undefined): { readonly seed?: number } {
  return seed === undefined ? {} : { seed };
}

function stepOf({ step }: Pick<CallReference, 'step'>, item: PlannedChain): PlannedStep {
  const found = item.steps[step ?? -1];
  if (found === undefined) throw new Error(`item ${item.id} has no step ${String(step)}`);
  return found;
}
