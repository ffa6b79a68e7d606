import { Context, Liquid, RenderError, TokenKind, toValueSync, Value } from 'liquidjs';
import type { Template as LiquidTemplate } from 'liquidjs';
import { NullOutput, nullSafe, writeOutput } from './null-output.ts';
import { parsePlain } from './plain-template.ts';
import { countWork, renderLimitsOf, withBudget } from './render-limits.ts';
import type { TemplateName, TemplateScope } from './template-names.ts';
import { liquidReason } from './template-reason.ts';

/** A text that is read once and filled in many times. */
export interface Template {
  /** Whether anything in it is filled in at all. */
  readonly isConstant: boolean;
  /** What it names, variables of its own left out. */
  readonly names: readonly TemplateName[];
  /** Its texts, outputs and tags, as Liquid reads them. */
  readonly parts: readonly LiquidTemplate[];
  /**
   * Fills it in. Maps and lists come out as JSON.
   *
   * @param timezone - zone of the `date` filter; UTC when left out
   * @throws NullOutput where a null would come to nothing in the text
   * @throws Error where a name has no value, or a limit is passed; `templateReason` says it in a line
   */
  render(scope: TemplateScope, timezone?: string): string;
  /** The value itself where the whole text is one `{{ … }}`, with its type; else what `render` gives. */
  value(scope: TemplateScope, timezone?: string): unknown;
}

const parseLimit = 1_000_000;

/** Most marks (`{{` and `{%`) of one template: reading takes the square of them. */
const maxMarks = 300;

/** Most characters of an output or tag: where its names stand is found in the square of them. */
const maxMarkLength = 4_000;

/** Most brackets in each other of an output or tag: a name in a name in a name takes more than the square of them to find. */
const maxDepth = 20;

/**
 * Tags that read other files, the one that would hold others without a mark, and those that would change what the next
 * row is filled in with.
 */
const forbiddenTags = ['include', 'render', 'layout', 'block', 'liquid', 'increment', 'decrement'] as const;

/** Rows of a table share their templates, so that few are read anew; past these, the oldest make room. */
const maxCached = 10_000;

const engines = new Map<string, Liquid>();
const cache = new Map<string, Template>();

/** Whether a text is a template at all; most are not, and are left alone. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}

/**
 * Reads a template. The same text is read once.
 *
 * @throws Error where it is broken; `templateReason` says it in a line
 */
export function parseTemplate(text: string): Template {
  if (!isTemplate(text)) return constant(text);
  const known = cache.get(text);
  if (known !== undefined) return known;
  const template = parseLiquid(text);
  if (cache.size >= maxCached) cache.delete(cache.keys().next().value ?? '');
  cache.set(text, template);
  return template;
}

/** Why a template cannot be read or filled in, in one line. */
export function templateReason(error: unknown): string {
  return liquidReason(error, engineFor('UTC'));
}

function constant(text: string): Template {
  return { isConstant: true, names: [], parts: [], render: () => text, value: () => text };
}

/** How many outputs and tags a text has. One by one, as a list of millions takes 400 MB. */
export function countMarks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('{'); at !== -1; at = text.indexOf('{', at + 1)) {
    if (text[at + 1] !== '{' && text[at + 1] !== '%') continue;
    count += 1;
    at += 1;
  }
  return count;
}

/** Says what of the outputs and tags would take too long to read; `undefined` where nothing does. */
function markProblem(text: string): string | undefined {
  let end = 0;
  for (let at = text.indexOf('{'); at !== -1; at = text.indexOf('{', Math.max(end, at + 1))) {
    const close = { '{': '}}', '%': '%}' }[text[at + 1] ?? ''];
    if (close === undefined) continue;
    // One without an end is told when it is read.
    const found = text.indexOf(close, at + 2);
    end = found === -1 ? text.length : found;
    if (end - at > maxMarkLength) {
      return `an output or tag has more than ${maxMarkLength.toLocaleString('en')} characters`;
    }
    if (depthOf(text.slice(at, end)) > maxDepth) {
      return `an output or tag has more than ${maxDepth} brackets in each other`;
    }
  }
  return undefined;
}

function depthOf(mark: string): number {
  let depth = 0;
  let deepest = 0;
  for (const sign of mark) {
    if (sign === '[') deepest = Math.max(deepest, (depth += 1));
    else if (sign === ']') depth = Math.max(0, depth - 1);
  }
  return deepest;
}

function parseLiquid(text: string): Template {
  if (countMarks(text) > maxMarks) throw new RangeError(`it has more than ${maxMarks} outputs and tags`);
  const problem = markProblem(text);
  if (problem !== undefined) throw new RangeError(problem);
  const reader = engineFor('UTC');
  const templates = reader.parse(text);
  const plain = parsePlain(text);
  const limits = renderLimitsOf(text);
  const contextOf = (scope: TemplateScope, { options }: Liquid): Context => {
    const { memoryLimit } = limits;
    return withBudget(new Context(scope, options, { sync: true, memoryLimit }), limits);
  };
  const render = (scope: TemplateScope, timezone = 'UTC'): string => {
    const engine = engineFor(timezone);
    return plain?.fill(scope) ?? renderAll(templates, contextOf(scope, engine), engine);
  };
  const single = singleOutput(text, templates, reader);
  return {
    isConstant: false,
    names: reader.globalVariableSegmentsSync(templates).map(writtenOut),
    parts: templates,
    render,
    value:
      single === undefined
        ? render
        : (scope, timezone = 'UTC') => toValueSync(single.value(contextOf(scope, engineFor(timezone)))),
  };
}

function renderAll(templates: LiquidTemplate[], context: Context, engine: Liquid): string {
  try {
    return String(engine.renderSync(templates, context));
  } catch (error) {
    if (!(error instanceof RenderError) || !(error.originalError instanceof NullOutput)) throw error;
    const output = error.token.getText();
    throw new NullOutput(error.originalError.reason, output, namesOf(output));
  }
}

function namesOf(output: string): readonly TemplateName[] {
  const reader = engineFor('UTC');
  try {
    return reader.globalVariableSegmentsSync(reader.parse(output)).map(writtenOut);
  } catch {
    // The head of a block, such as `{% if … %}`, is no template by itself.
    return [];
  }
}

function singleOutput(text: string, templates: readonly LiquidTemplate[], reader: Liquid): Value | undefined {
  const [first, ...others] = templates;
  if (first?.token.kind !== TokenKind.Output || others.length > 0) return undefined;
  const { begin, end } = first.token;
  if (begin !== 0 || end !== text.length) return undefined;
  return new Value(text.slice(2, -2).replace(/^-|-$/g, ''), reader);
}

/** A part that is itself looked up at filling in ends what is known of a name. */
function writtenOut(segments: readonly unknown[]): TemplateName {
  const end = segments.findIndex((segment) => typeof segment !== 'string' && typeof segment !== 'number');
  return (end === -1 ? segments : segments.slice(0, end)) as TemplateName;
}

function engineFor(timezone: string): Liquid {
  const known = engines.get(timezone);
  if (known !== undefined) return known;
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    // `default` and `if` may ask for what a row does not have.
    lenientIf: true,
    outputEscape: writeOutput,
    timezoneOffset: timezone,
    parseLimit,
  });
  for (const tag of forbiddenTags) delete engine.tags[tag];
  for (const [name, filter] of Object.entries(engine.filters)) engine.filters[name] = nullSafe(name, filter);
  countWork(engine);
  engines.set(timezone, engine);
  return engine;
}
