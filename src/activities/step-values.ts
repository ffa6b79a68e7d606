import type { PlannedChain, PlannedStep } from '../plan/plan.ts';
import { isOfItems, runKeys } from '../storage/keys.ts';
import { StoreError } from '../storage/store-error.ts';
import type { StepImage } from '../records/kept-request.ts';
import type { StepRecord, SucceededRecord } from '../records/record.ts';
import type { CallReference } from '../workflows/inputs.ts';
import { valueAt } from './check-output.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** What the templates of a step may name besides the plan's own scope. */
export interface StepValues {
  readonly values: Readonly<Record<string, unknown>>;
  /** Images among them, by sha256. */
  readonly images: ReadonlyMap<string, StepImage>;
}

type Succeeded = StepRecord & SucceededRecord;

/**
 * Reads what the steps before a call have answered: those it needs, and the element of the list that it is for.
 *
 * @throws StoreError `store-corrupt` when the bucket has no longer what they answered
 */
export async function readStepValues(
  dependencies: ActivityDependencies,
  { run, page, index }: CallReference,
  item: PlannedChain,
  step: PlannedStep,
): Promise<StepValues> {
  const { store, records } = dependencies;
  const images = new Map<string, StepImage>();

  async function read(position: number, at: number | undefined): Promise<Succeeded> {
    const { id, repair: most = 0 } = stepAt(item, position);
    for (let repair = 0; repair <= most; repair += 1) {
      const part = {
        step: id,
        ...(at === undefined ? {} : { index: at }),
        ...(repair === 0 ? {} : { repair }),
      };
      const record = await records.read(runKeys(run).step(page, item.number, item.id, part));
      if (record?.status === 'succeeded') return record as Succeeded;
    }
    throw new StoreError('store-corrupt', `step ${id} of item ${item.id} has no result in the bucket`);
  }
  // The record lies in the bucket: what it names shall not be another's.
  function ownKey(key: string): string {
    if (isOfItems(runKeys(run).root, key)) return key;
    throw new StoreError(
      'store-corrupt',
      `a step of item ${item.id} names an object that is none of the run's`,
    );
  }
  async function textOf({ text, artifact }: Succeeded): Promise<string> {
    if (text !== undefined || artifact === undefined) return text ?? '';
    const object = await store.get(ownKey(artifact.key));
    if (object === undefined)
      throw new StoreError('store-corrupt', `${artifact.key} is missing from the bucket`);
    return Buffer.from(object.body).toString('utf8');
  }
  async function valueOf(record: Succeeded, isNamed: boolean): Promise<unknown> {
    const { model, sha256, bytes, artifact } = record;
    const common = { model, sha256, bytes };
    if (record.kind === 'text') {
      if (!isNamed) return common;
      const text = await textOf(record);
      const json = parse(text);
      return { ...common, text, ...(json === undefined ? {} : { json }) };
    }
    if (artifact === undefined) return common;
    const { key, contentType, width, height } = artifact;
    images.set(sha256, { key: ownKey(key), contentType, bytes });
    return {
      ...common,
      image: `attachment:${sha256}`,
      ...(width === undefined ? {} : { width }),
      ...(height === undefined ? {} : { height }),
    };
  }
  async function valuesOf(position: number): Promise<unknown> {
    const { id, forEach } = stepAt(item, position);
    const isNamed = position === step.forEach?.step || mayName(step, id);
    if (forEach === undefined) return valueOf(await read(position, undefined), isNamed);
    const length = (await read(forEach.step, undefined)).lists?.[position] ?? 0;
    return Promise.all(
      Array.from({ length }, async (_, element) => valueOf(await read(position, element), isNamed)),
    );
  }

  const needed = new Set([...step.needs, ...(step.forEach === undefined ? [] : [step.forEach.step])]);
  const steps = Object.fromEntries(
    await Promise.all(
      [...needed].map(async (position) => [stepAt(item, position).id, await valuesOf(position)] as const),
    ),
  );
  if (step.forEach === undefined) return { values: { steps }, images };
  const source: unknown = steps[stepAt(item, step.forEach.step).id];
  const list = valueAt(source, ['json', ...step.forEach.path]);
  return { values: { steps, each: Array.isArray(list) ? list[index ?? 0] : undefined, index }, images };
}

// A step may wait for another one without a word of it: its text, which can be long, is not read. A step's id in a prompt
// is enough to read it, and so is anything that goes over all steps.
function mayName(step: PlannedStep, id: string): boolean {
  const templates = 'deferred' in step ? JSON.stringify(step.deferred) : '';
  return templates.includes(id) || /\bsteps\b(?!\.)/.test(templates);
}

function stepAt(item: PlannedChain, position: number): PlannedStep {
  const step = item.steps[position];
  if (step === undefined) throw new Error(`item ${item.id} has no step ${position}`);
  return step;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
