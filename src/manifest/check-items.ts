import { isMap } from 'yaml';
import type { Node } from 'yaml';
import { checkTemplates } from './check-templates.ts';
import type { FilePath, ItemKind, JobChecks } from './job.ts';
import { keyNode, nodeAt } from './node-at.ts';
import type { Path } from './node-at.ts';
import { quoted } from './printable.ts';
import { reportIssues } from './report-issues.ts';
import type { Reporter } from './reporter.ts';
import { sampleOf, templateProblem } from './template.ts';
import { anyItemSchema, itemForms, itemSchemas } from './schema.ts';
import type { ItemForm, WrittenItem } from './schema.ts';

/** A well-formed item and where it stands. */
export interface CheckedItem {
  readonly written: WrittenItem;
  readonly path: FilePath;
}

/** Checks every item on its own; those that are well formed come back, in order. */
export function checkItems(
  items: readonly unknown[],
  listNode: Node,
  checks: JobChecks,
  reporter: Reporter,
): readonly CheckedItem[] {
  return items.flatMap((item, index) => {
    const node = nodeAt(listNode, [index]);
    const written = checkItem(item, node, checks, reporter);
    return written ? [{ written, path: ['items', index] }] : [];
  });
}

function checkItem(
  item: unknown,
  node: Node,
  checks: JobChecks,
  reporter: Reporter,
): WrittenItem | undefined {
  if (!isRecord(item)) {
    reporter.report(node, 'type-wrong', 'an item is a map, such as `- text: "A haiku"`');
    return undefined;
  }
  const form = formOf(item, node, reporter);
  const schema = form === undefined ? anyItemSchema : itemSchemas[form];
  const parsed = schema.safeParse(item);
  const context = {
    root: node,
    keysAt: (path: Path) => keysAt(schema.shape, path),
    misplaced: misplacedIn(form),
  };
  if (!parsed.success) reportIssues(parsed.error.issues, context, reporter);
  if (form === undefined) return undefined;

  const kind = kindOf(form, item);
  checkSystem(kind, item, node, reporter);
  checkParams(kind, item['params'], nodeAt(node, ['params']), checks, reporter);
  checkPrompts(kind, form, item[form], node, checks, reporter);
  checkTemplates(item, node, reporter);
  return parsed.success ? (parsed.data as WrittenItem) : undefined;
}

function formOf(item: Record<string, unknown>, node: Node, reporter: Reporter): ItemForm | undefined {
  const [form, other] = itemForms.filter((key) => Object.hasOwn(item, key));
  if (form === undefined) {
    reporter.report(node, 'item-empty', `an item has one of ${itemForms.map(quoted).join(', ')}`);
  } else if (other !== undefined) {
    reporter.report(
      keyNode(node, [], other),
      'item-conflict',
      `an item has ${quoted(form)} or ${quoted(other)}, not both`,
    );
    return undefined;
  }
  return form;
}

function kindOf(form: ItemForm, item: Record<string, unknown>): ItemKind {
  return form === 'image' || (form === 'prompts' && item['kind'] === 'image') ? 'image' : 'text';
}

function misplacedIn(form: ItemForm | undefined) {
  return (path: Path, key: string): string | undefined =>
    form !== undefined && path.length === 0 && Object.hasOwn(anyItemSchema.shape, key)
      ? `${quoted(key)} does not go with ${quoted(form)}`
      : undefined;
}

function keysAt(shape: Readonly<Record<string, unknown>>, path: Path): readonly string[] {
  return path.length === 0 ? Object.keys(shape) : [];
}

/** The one rule that a form alone cannot tell: the shorthand takes `system` for texts only. */
function checkSystem(kind: ItemKind, item: Record<string, unknown>, node: Node, reporter: Reporter): void {
  if (kind === 'image' && Object.hasOwn(item, 'prompts') && Object.hasOwn(item, 'system')) {
    reporter.report(keyNode(node, [], 'system'), 'key-misplaced', '`system` does not go with `kind: image`');
  }
}

/** Checks the parameters as written, defaults and items apart, so that one slip in the defaults is one problem. */
export function checkParams(
  kind: ItemKind,
  params: unknown,
  node: Node,
  checks: JobChecks,
  reporter: Reporter,
): void {
  if (!isRecord(params) || !isMap(node)) return;
  for (const { param, code, message } of checks.paramProblems(kind, params)) {
    const place = code === 'param-unknown' ? keyNode(node, [], param) : nodeAt(node, [param]);
    reporter.report(place, code, message);
  }
}

function checkPrompts(
  kind: ItemKind,
  form: ItemForm,
  value: unknown,
  node: Node,
  checks: JobChecks,
  reporter: Reporter,
): void {
  if (form === 'messages') return;
  const prompts: readonly (readonly [unknown, Path])[] = Array.isArray(value)
    ? value.map((prompt: unknown, index) => [prompt, [form, index]])
    : [[value, [form]]];
  for (const [prompt, path] of prompts) {
    if (typeof prompt !== 'string') continue;
    // A template that cannot be filled in is reported as such.
    if (templateProblem(prompt) !== undefined) continue;
    const problem = checks.promptProblem(sampleOf(prompt), kind);
    if (problem) reporter.report(nodeAt(node, path), problem.code, problem.message);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
