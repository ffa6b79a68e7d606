import type { ImageStep, TextStep } from '../../src/manifest/job.ts';
import { PollenBatchError } from '../../src/errors.ts';
import { formatProblem } from '../../src/manifest/problem.ts';
import type { ExpandedItem, ExpandedStep } from '../../src/plan/expand/expanded-item.ts';
import { createFaultTeller } from '../../src/plan/expand/fault-teller.ts';
import type { JobFiles } from '../../src/plan/job-files.ts';
import type { PlannedCall, PlannedChain, PlannedItem } from '../../src/plan/plan.ts';
import { createItemPlanner, type ItemContext } from '../../src/plan/plan-item.ts';
import { jobChecks } from '../../src/pollinations/job-checks.ts';
import { api, prices } from './samples.ts';

type Changes = Partial<Omit<ItemContext, 'seeds'>> & { readonly seeds?: Partial<ItemContext['seeds']> };

/** A planner of items as a job's first run has it. */
export function planner({ seeds, ...changes }: Changes = {}) {
  return createItemPlanner({
    api,
    prices,
    laneOf: (model) => (model === 'flux' ? 'pictures' : 'all'),
    timezone: 'UTC',
    files: filesOf({}),
    checks: jobChecks,
    seeds: { job: 'bees', rule: 'stable', allFresh: false, scope: 'run-1', mayRepeat: false, ...seeds },
    ...changes,
  });
}

/** Plans one item, which must be right. */
export async function planOne(item: ExpandedItem, changes: Changes = {}): Promise<PlannedItem> {
  const result = await planner(changes).plan(item);
  if ('faults' in result) throw new Error(JSON.stringify(result.faults));
  return result.item;
}

/** Plans an item of one call. */
export async function planCall(item: ExpandedItem, changes: Changes = {}): Promise<PlannedCall> {
  const planned = await planOne(item, changes);
  if ('steps' in planned) throw new Error('the item is a chain');
  return planned;
}

/** Plans an item of several calls. */
export async function planSteps(item: ExpandedItem, changes: Changes = {}): Promise<PlannedChain> {
  const planned = await planOne(item, changes);
  if (!('steps' in planned)) throw new Error('the item is a single call');
  return planned;
}

/** Plans an item that must be wrong; its problem as `line: code: message`. */
export async function problemOf(item: ExpandedItem, changes: Changes = {}): Promise<string> {
  const result = await planner(changes).plan(item);
  if (!('faults' in result)) throw new Error('the item is right');
  const teller = createFaultTeller({ file: 'job.yaml', placeOf: () => item.place });
  return result.faults
    .map((fault) => teller.tell(item, fault))
    .filter((problem) => problem !== undefined)
    .map(formatProblem)
    .join('\n');
}

/** A row of a job. */
export function itemOf(
  steps: readonly ExpandedStep[] | ExpandedStep,
  changes: Partial<ExpandedItem> = {},
): ExpandedItem {
  const list = Array.isArray(steps) ? (steps as readonly ExpandedStep[]) : [steps as ExpandedStep];
  return { number: 1, id: 'hive', steps: list, place: { file: 'job.yaml', line: 7, column: 5 }, ...changes };
}

/** A call of a text model. */
export function textStep(text: string, changes: Partial<TextStep & ExpandedStep> = {}): ExpandedStep {
  const messages = [{ role: 'user' as const, content: text }];
  return { kind: 'text', messages, params: { model: 'openai' }, needs: [], path: [], ...changes };
}

/** A call of an image model. */
export function imageStep(prompt: string, changes: Partial<ImageStep & ExpandedStep> = {}): ExpandedStep {
  return { kind: 'image', prompt, params: { model: 'flux' }, needs: [], path: [], ...changes };
}

/** Files in memory, and how often each was opened. */
export function filesOf(
  contents: Readonly<Record<string, string | Uint8Array>>,
  opened: string[] = [],
): JobFiles {
  return {
    // oxlint-disable-next-line require-await
    async *open(path) {
      opened.push(path);
      const content = contents[path];
      if (content === undefined) throw new PollenBatchError('job-invalid', `there is no file ${path}`);
      yield typeof content === 'string' ? Buffer.from(content) : content;
    },
    match: () => Promise.resolve([]),
  };
}
