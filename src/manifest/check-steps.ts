import type { Node } from 'yaml';

import { isObject } from '../json.ts';
import { checkCall, checkForm } from './check-call.ts';
import type { CheckContext, Forms } from './check-call.ts';
import { eachRule, readEachList } from './each-list.ts';
import type { EachList } from './each-list.ts';
import { anyStepSchema, maxItemCalls, maxSteps, stepSchemas } from './item-schema.ts';
import type { WrittenStep } from './item-schema.ts';
import { nodeAt } from './node-at.ts';
import { quoted } from './printable.ts';
import { checkOrder } from './step-order.ts';
import type { StepUse } from './step-order.ts';
import { nameProblem } from './template-scope.ts';
import type { NameScope, StepGifts } from './template-scope.ts';

/** A well-formed step, and the ids of those that it waits for. */
export interface CheckedStep {
  readonly written: WrittenStep;
  readonly needs: readonly string[];
  readonly forEach?: EachList;
}

const forms: Forms = { thing: 'a step', schemas: stepSchemas, any: anyStepSchema };

/** Checks the steps of an item, each on its own and then what they say of each other; `undefined` where one is not well formed. */
export function checkSteps(
  steps: unknown,
  itemNode: Node,
  scope: NameScope,
  context: CheckContext,
): readonly CheckedStep[] | undefined {
  if (!Array.isArray(steps) || steps.length > maxSteps) return undefined;
  const listNode = nodeAt(itemNode, ['steps']);
  const gifts = new Map<string, StepGifts>();
  const ids: string[] = [];
  const folded = new Map<string, string>();
  steps.forEach((step: unknown, index) => {
    const id = isObject(step) && typeof step['id'] === 'string' ? step['id'] : '';
    ids.push(id);
    if (!isObject(step) || id === '') return;
    const twin = folded.get(id.toLowerCase());
    if (twin === undefined) {
      folded.set(id.toLowerCase(), id);
      gifts.set(id, giftsOf(step));
    } else {
      const message = `a step before this one has the id ${quoted(twin)} already`;
      context.reporter.report(nodeAt(listNode, [index, 'id']), 'step-duplicate', message);
    }
  });

  const uses: StepUse[] = [];
  const checked = steps.map((step: unknown, index) => {
    const node = nodeAt(listNode, [index]);
    const others = new Map([...gifts].filter(([id]) => id !== ids[index]));
    return checkStep(step, node, { ...scope, steps: others, self: ids[index] ?? '' }, context, (id, place) =>
      uses.push({ from: index, id, node: place }),
    );
  });
  checkOrder(ids, uses, context.reporter);
  const calls = checked.reduce((sum, step) => sum + (step === undefined ? 0 : callsOf(step)), 0);
  if (calls > maxItemCalls) {
    const message = `the item may take ${calls} calls with its lists and repairs, and ${maxItemCalls} at most; lower \`max\` or \`repair\``;
    context.reporter.report(listNode, 'step-limit', message);
  }
  const well = checked.filter((step) => step !== undefined);
  return well.length === steps.length ? well : undefined;
}

function checkStep(
  step: unknown,
  node: Node,
  itemScope: NameScope,
  context: CheckContext,
  use: (id: string, node: Node) => void,
): CheckedStep | undefined {
  const { reporter } = context;
  if (!isObject(step)) {
    reporter.report(node, 'type-wrong', 'a step is a map, such as `- { id: idea, text: "An idea" }`');
    return undefined;
  }
  const { form, isWell } = checkForm(step, node, forms, reporter);
  if (form === undefined) return undefined;
  const scope = { ...itemScope, isEach: step['forEach'] !== undefined };
  const { id: _id, ...call } = step;
  const names = checkCall(form === 'image' ? 'image' : 'text', call, node, scope, context);
  const needs = new Set<string>();
  const need = (id: string, place: Node): void => {
    needs.add(id);
    use(id, place);
  };
  for (const { name, node: place } of names) {
    if (name[0] === 'steps') need(String(name[1]), place);
  }
  const explicit = typeof step['needs'] === 'string' ? [step['needs']] : step['needs'];
  (Array.isArray(explicit) ? explicit : []).forEach((id: unknown, index) => {
    if (typeof id === 'string') need(id, nodeAt(node, ['needs', index]));
  });
  const forEach = checkForEach(step['forEach'], node, scope, context);
  if (forEach !== undefined) need(forEach.step, nodeAt(node, ['forEach']));
  if (!isWell) return undefined;
  return { written: step as WrittenStep, needs: [...needs], ...(forEach === undefined ? {} : { forEach }) };
}

function checkForEach(
  written: unknown,
  node: Node,
  scope: NameScope,
  { reporter }: CheckContext,
): EachList | undefined {
  const list = isObject(written) ? written['list'] : written;
  if (typeof list !== 'string') return undefined;
  const place = nodeAt(node, isObject(written) ? ['forEach', 'list'] : ['forEach']);
  const max = isObject(written) && typeof written['max'] === 'number' ? { max: written['max'] } : {};
  const each = readEachList({ list, ...max });
  if (each === undefined) {
    reporter.report(place, 'value-invalid', `${quoted(list)} is no list of a step; ${eachRule}`);
    return undefined;
  }
  const problem = nameProblem(
    ['steps', each.step, 'json', ...each.path],
    { ...scope, isEach: false },
    reporter.hint,
  );
  if (problem === undefined) return each;
  reporter.report(place, problem.code, problem.message);
  return undefined;
}

function giftsOf(step: Record<string, unknown>): StepGifts {
  const { output } = step;
  const isJson = isObject(output) && (output['format'] === 'json' || output['schema'] !== undefined);
  const isList = step['forEach'] !== undefined;
  return { kind: Object.hasOwn(step, 'image') ? 'image' : 'text', isJson, isList };
}

function callsOf({ written, forEach }: CheckedStep): number {
  const repair = 'output' in written ? (written.output?.repair ?? 0) : 0;
  return (forEach?.max ?? 1) * (1 + repair);
}
