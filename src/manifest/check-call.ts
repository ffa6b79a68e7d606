import type { Node } from 'yaml';
import type * as z from 'zod';

import { isObject } from '../json.ts';
import { textsOf } from './call-texts.ts';
import { checkExtra, checkParams } from './check-params.ts';
import type { TemplateChecker } from './check-templates.ts';
import type { ItemKind, JobChecks } from './job.ts';
import { localPathProblem, isGlob } from './local-path.ts';
import { keyNode, nodeAt } from './node-at.ts';
import type { Path } from './node-at.ts';
import { quoted } from './printable.ts';
import { reportIssues } from './report-issues.ts';
import type { Reporter } from './reporter.ts';
import { isTemplate } from './template.ts';
import type { TemplateName } from './template-names.ts';
import type { NameScope } from './template-scope.ts';

/** What checks of items and steps need. */
export interface CheckContext {
  readonly checks: JobChecks;
  readonly templates: TemplateChecker;
  readonly reporter: Reporter;
}

/** The ways to write a thing, by the key that tells which it is. */
export interface Forms {
  /** What it is called, with its article. */
  readonly thing: string;
  readonly schemas: Readonly<Record<string, Schema>>;
  /** All keys of all forms. */
  readonly any: Schema;
}

type Schema = z.ZodType & { readonly shape: Readonly<Record<string, unknown>> };

/** A name in a template, and where it stands. */
export interface NameUse {
  readonly name: TemplateName;
  readonly node: Node;
}

/** Checks the keys of an item or a step against its form; gives the form, whether it is well formed, and what is of it. */
export function checkForm(
  value: Record<string, unknown>,
  node: Node,
  forms: Forms,
  reporter: Reporter,
): { readonly form?: string; readonly isWell: boolean; readonly rest?: Record<string, unknown> } {
  const form = formOf(value, node, forms, reporter);
  const schema = (form === undefined ? undefined : forms.schemas[form]) ?? forms.any;
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const keysAt = (path: Path) => keysBelow(schema, path);
    const misplaced = (path: Path, key: string): string | undefined =>
      form !== undefined && path.length === 0 && Object.hasOwn(forms.any.shape, key)
        ? `${quoted(key)} does not go with ${quoted(form)}`
        : undefined;
    reportIssues(parsed.error.issues, { root: node, keysAt, misplaced }, reporter);
  }
  if (form === undefined) return { isWell: false };
  if (parsed.success) return { form, isWell: true };
  const rest = withoutWrong(value, parsed.error.issues);
  return { form, isWell: false, ...(schema.safeParse(rest).success ? { rest } : {}) };
}

/** Keys that what else is in an item does not hang on. */
const separable = new Set(['system', 'images', 'params', 'extra', 'output', 'expect']);

/** What is left without the keys that are wrong, as far as it means the same without them. */
function withoutWrong(value: Record<string, unknown>, issues: z.ZodError['issues']): Record<string, unknown> {
  const wrong = new Set(
    issues.flatMap((issue) =>
      issue.path.length > 0
        ? [String(issue.path[0])].filter((key) => separable.has(key))
        : issue.code === 'unrecognized_keys'
          ? issue.keys
          : [],
    ),
  );
  return Object.fromEntries(Object.entries(value).filter(([key]) => !wrong.has(key)));
}

/** Checks what a call asks for; gives the names in its templates that are right. */
export function checkCall(
  kind: ItemKind,
  call: Record<string, unknown>,
  node: Node,
  scope: NameScope,
  context: CheckContext,
): readonly NameUse[] {
  const { checks, reporter, templates } = context;
  checkParams(kind, call['params'], nodeAt(node, ['params']), checks, reporter);
  checkExtra(kind, call['extra'], nodeAt(node, ['extra']), checks, reporter);
  const params = call['params'];
  if (Object.hasOwn(call, 'seed') && isObject(params) && Object.hasOwn(params, 'seed')) {
    const message = '`seed` stands in `params` too; keep one of them';
    reporter.report(keyNode(node, [], 'seed'), 'key-misplaced', message);
  }
  checkPrompts(kind, call, node, context);
  checkPictures(call, node, reporter);
  // What is told about a prompt's template is enough.
  return templates.check(textsOf(call), node, ({ path: [key] }) => scopeFor(key, scope));
}

/** An id is known before any step has run, and pictures go to one place only. */
function scopeFor(key: string | number | undefined, { steps, ...scope }: NameScope): NameScope {
  if (key === 'id') return { ...scope, isEach: false };
  return { ...scope, takesImages: key === 'images', ...(steps === undefined ? {} : { steps }) };
}

function checkPrompts(
  kind: ItemKind,
  call: Record<string, unknown>,
  node: Node,
  { checks, reporter }: CheckContext,
): void {
  const { text, image, prompts } = call;
  const written: readonly (readonly [unknown, Path])[] = [
    [text, ['text']],
    [image, ['image']],
    ...(Array.isArray(prompts)
      ? prompts.map((prompt: unknown, at) => [prompt, ['prompts', at]] as const)
      : []),
  ];
  for (const [prompt, path] of written) {
    if (typeof prompt !== 'string' || isTemplate(prompt)) continue;
    const problem = checks.promptProblem(prompt, kind);
    if (problem) reporter.report(nodeAt(node, path), problem.code, problem.message);
  }
}

function checkPictures(call: Record<string, unknown>, node: Node, reporter: Reporter): void {
  const { images, messages } = call;
  (Array.isArray(images) ? images : []).forEach((image: unknown, index) => {
    if (typeof image !== 'string' || isTemplate(image)) return;
    const place = nodeAt(node, ['images', index]);
    if (/^https?:/i.test(image)) checkAddress(image, place, ['https:'], reporter);
    else {
      const problem = isGlob(image) ? 'a picture is named by its whole path' : localPathProblem(image);
      if (problem !== undefined) reporter.report(place, 'source-path', `${problem}: ${quoted(image)}`);
    }
  });
  (Array.isArray(messages) ? messages : []).forEach((message: unknown, at) => {
    const content = isObject(message) ? message['content'] : undefined;
    (Array.isArray(content) ? content : []).forEach((part: unknown, index) => {
      const url = isObject(part) && isObject(part['image_url']) ? part['image_url']['url'] : undefined;
      if (typeof url !== 'string' || isTemplate(url)) return;
      const path = ['messages', at, 'content', index, 'image_url', 'url'];
      checkAddress(url, nodeAt(node, path), ['https:', 'data:'], reporter);
    });
  });
}

function checkAddress(url: string, node: Node, schemes: readonly string[], reporter: Reporter): void {
  const scheme = /^[a-z]+:/i.exec(url)?.[0].toLowerCase() ?? '';
  if (schemes.includes(scheme) && URL.canParse(url)) return;
  const message = `a picture comes from ${schemes.map(quoted).join(' or ')}, not ${quoted(url)}; files go under \`images\``;
  reporter.report(node, 'url-invalid', message);
}

function formOf(
  value: Record<string, unknown>,
  node: Node,
  { thing, schemas }: Forms,
  reporter: Reporter,
): string | undefined {
  const forms = Object.keys(schemas);
  const [form, other] = forms.filter((key) => Object.hasOwn(value, key));
  if (form === undefined) {
    reporter.report(node, 'item-empty', `${thing} has one of ${forms.map(quoted).join(', ')}`);
  } else if (other !== undefined) {
    const message = `${thing} has ${quoted(form)} or ${quoted(other)}, not both`;
    reporter.report(keyNode(node, [], other), 'item-conflict', message);
    return undefined;
  }
  return form;
}

function keysBelow(schema: Schema, path: Path): readonly string[] {
  const below = path.reduce<unknown>((at, key) => shapeOf(at)[String(key)], schema);
  return Object.keys(shapeOf(below));
}

interface Wrapped {
  readonly shape?: Record<string, unknown>;
  readonly options?: readonly unknown[];
  readonly unwrap?: () => unknown;
}

/** The keys of a schema's map, behind whatever wraps it. */
function shapeOf(schema: unknown): Readonly<Record<string, unknown>> {
  let at = schema as Wrapped | undefined;
  while (at !== undefined && at.shape === undefined) {
    // Of several forms one at most is a map.
    const next = at.options?.find((option) => Object.keys(shapeOf(option)).length > 0) ?? at.unwrap?.();
    at = next as Wrapped | undefined;
  }
  return at?.shape ?? {};
}
