import type { Node } from 'yaml';

import { isObject } from '../json.ts';
import { checkCall, checkForm } from './check-call.ts';
import type { CheckContext, Forms } from './check-call.ts';
import { checkMatrix } from './check-matrix.ts';
import { checkSteps } from './check-steps.ts';
import type { CheckedStep } from './check-steps.ts';
import { idProblem } from './item-id.ts';
import { anyItemSchema, itemSchemas } from './item-schema.ts';
import type { WrittenItem } from './item-schema.ts';
import type { FilePath, ItemKind } from './job.ts';
import { formatOf, isGlob, sourcePathProblem } from './local-path.ts';
import { keyNode, nodeAt } from './node-at.ts';
import { quoted } from './printable.ts';
import type { Reporter } from './reporter.ts';
import { isTemplate } from './template.ts';
import type { NameScope } from './template-scope.ts';

/** Most items that stand in the file itself, shorthands spread out; a file of as many is read in half a second. */
export const maxItems = 5_000;

/** A well-formed item and where it stands. */
export interface CheckedItem {
  readonly written: WrittenItem;
  /** Its steps, where it is written as several. */
  readonly steps: readonly CheckedStep[];
  readonly path: FilePath;
}

const forms: Forms = { thing: 'an item', schemas: itemSchemas, any: anyItemSchema };

/** Keys of the shorthand that go with one kind only. */
const kindKeys: Readonly<Record<ItemKind, readonly string[]>> = {
  text: ['expect'],
  image: ['system', 'images', 'output'],
};

/** Checks every item on its own; those that are well formed come back, in order. */
export function checkItems(
  items: readonly unknown[],
  listNode: Node,
  jobScope: NameScope,
  context: CheckContext,
): readonly CheckedItem[] {
  const count = items.reduce((sum: number, item) => sum + rowsOf(item), 0);
  if (count > maxItems) {
    const message = `${count} items stand in the file, and ${maxItems} may; put rows into a CSV or JSONL file and name it with \`from:\``;
    context.reporter.report(listNode, 'item-limit', message);
    return [];
  }
  return items.flatMap((item, index) => {
    const checked = checkItem(item, nodeAt(listNode, [index]), jobScope, context);
    return checked === undefined ? [] : [{ ...checked, path: ['items', index] }];
  });
}

function rowsOf(item: unknown): number {
  return isObject(item) && Array.isArray(item['prompts']) ? item['prompts'].length : 1;
}

function checkItem(
  item: unknown,
  node: Node,
  jobScope: NameScope,
  context: CheckContext,
): Omit<CheckedItem, 'path'> | undefined {
  const { reporter } = context;
  if (!isObject(item)) {
    reporter.report(node, 'type-wrong', 'an item is a map, such as `- text: "A haiku"`');
    return undefined;
  }
  const { form, isWell } = checkForm(item, node, forms, reporter);
  checkId(item['id'], node, reporter);
  checkSource(item, node, reporter);
  const axes = checkMatrix(item['matrix'], nodeAt(node, ['matrix']), jobScope.axes, reporter);
  if (form === undefined) return undefined;

  const scope = {
    ...jobScope,
    axes: [...jobScope.axes, ...axes],
    hasRows: Object.hasOwn(item, 'from'),
  };
  const kind = form === 'image' || (form === 'prompts' && item['kind'] === 'image') ? 'image' : 'text';
  if (form === 'prompts') checkKind(kind, item, node, reporter);
  checkCall(kind, item, node, scope, context);
  const steps = form === 'steps' ? checkSteps(item['steps'], node, scope, context) : [];
  return isWell && steps !== undefined ? { written: item as WrittenItem, steps } : undefined;
}

function checkId(id: unknown, node: Node, reporter: Reporter): void {
  if (typeof id !== 'string' || isTemplate(id)) return;
  const problem = idProblem(id);
  if (problem !== undefined) {
    reporter.report(nodeAt(node, ['id']), 'id-invalid', `${quoted(id)} is no id: ${problem}`);
  }
}

function checkSource(item: Record<string, unknown>, node: Node, reporter: Reporter): void {
  const { from } = item;
  for (const key of ['format', 'select']) {
    if (from !== undefined || !Object.hasOwn(item, key)) continue;
    reporter.report(keyNode(node, [], key), 'key-misplaced', `${quoted(key)} goes with \`from\``);
  }
  if (typeof from !== 'string') return;
  const place = nodeAt(node, ['from']);
  if (isTemplate(from)) {
    reporter.report(place, 'template-misplaced', 'the path of `from` is no template');
    return;
  }
  const problem = sourcePathProblem(from);
  if (problem !== undefined) reporter.report(place, 'source-path', `${problem}: ${quoted(from)}`);
  else if (isGlob(from)) checkGlobFormat(item['format'], node, reporter);
  else if (item['format'] === undefined && formatOf(from) === undefined) {
    const message = `the ending of ${quoted(from)} tells no format; say \`format: csv\`, jsonl, json, yaml or text`;
    reporter.report(place, 'source-path', message);
  }
}

function checkGlobFormat(format: unknown, node: Node, reporter: Reporter): void {
  if (format === undefined || format === 'text') return;
  const message = 'each file that a glob names is one row, a text; name a table or a list by its own path';
  reporter.report(nodeAt(node, ['format']), 'source-path', message);
}

/** The one rule that a form alone cannot tell: the shorthand takes some keys for one kind only. */
function checkKind(kind: ItemKind, item: Record<string, unknown>, node: Node, reporter: Reporter): void {
  for (const key of kindKeys[kind]) {
    if (!Object.hasOwn(item, key)) continue;
    reporter.report(
      keyNode(node, [], key),
      'key-misplaced',
      `${quoted(key)} does not go with \`kind: ${kind}\``,
    );
  }
}
