import { Context, Liquid, RenderError, TokenKind, toValueSync, Value } from 'liquidjs';
import type { Template as LiquidTemplate } from 'liquidjs';
import { parsePlain } from './plain-template.ts';
import { quoted } from './printable.ts';

/** Way to a value that a template names, as far as it is written out: `['row', 'name']`. */
export type TemplateName = readonly (string | number)[];

/** What a template is filled in with, by the names that it may use. */
export type TemplateScope = Readonly<Record<string, unknown>>;

/** A text that is read once and filled in many times. */
export interface Template {
  /** Whether anything in it is filled in at all. */
  readonly isConstant: boolean;
  /** What it names, variables of its own left out. */
  readonly names: readonly TemplateName[];
  /**
   * Fills it in. Maps and lists come out as JSON.
   *
   * @param timezone - zone of the `date` filter; UTC when left out
   * @throws NullOutput where a value is null
   * @throws Error where a name has no value, or a limit is passed; `templateReason` says it in a line
   */
  render(scope: TemplateScope, timezone?: string): string;
  /** The value itself where the whole text is one `{{ … }}`, with its type; else what `render` gives. */
  value(scope: TemplateScope, timezone?: string): unknown;
}

/** An output without a value: in a text it would leave a hole that nobody sees. */
export class NullOutput extends Error {
  override readonly name = 'NullOutput';
  /** What the output names. */
  readonly names: readonly TemplateName[];

  constructor(output = '', names: readonly TemplateName[] = []) {
    const mended = output.replace(/\s*-?\}\}$/, ' | default: "" }}');
    super(`${quoted(output)} is null; ${quoted(mended)} lets nothing stand in its place`);
    this.names = names;
  }
}

// The limit of time, in milliseconds, only ends what would go on for ever: a busy machine must not fail a fine prompt.
const limits = { parseLimit: 1_000_000, renderLimit: 10_000, memoryLimit: 10_000_000 };

/** Most marks (`{{` and `{%`) of one template: reading takes the square of them. */
const maxMarks = 300;

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
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}

function constant(text: string): Template {
  return { isConstant: true, names: [], render: () => text, value: () => text };
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

function parseLiquid(text: string): Template {
  if (countMarks(text) > maxMarks) throw new RangeError(`it has more than ${maxMarks} outputs and tags`);
  const reader = engineFor('UTC');
  const templates = reader.parse(text);
  const plain = parsePlain(text);
  const render = (scope: TemplateScope, timezone = 'UTC'): string =>
    plain?.fill(scope) ?? renderAll(templates, scope, timezone);
  const single = singleOutput(text, templates, reader);
  return {
    isConstant: false,
    names: reader.globalVariableSegmentsSync(templates).map(writtenOut),
    render,
    value:
      single === undefined
        ? render
        : (scope, timezone = 'UTC') => {
            const { options } = engineFor(timezone);
            const limit = { renderLimit: limits.renderLimit, memoryLimit: limits.memoryLimit };
            return toValueSync(single.value(new Context(scope, options, { sync: true, ...limit })));
          },
  };
}

function renderAll(templates: LiquidTemplate[], scope: TemplateScope, timezone: string): string {
  try {
    return String(engineFor(timezone).renderSync(templates, scope));
  } catch (error) {
    if (!(error instanceof RenderError) || !(error.originalError instanceof NullOutput)) throw error;
    const output = error.token.getText();
    const reader = engineFor('UTC');
    throw new NullOutput(output, reader.globalVariableSegmentsSync(reader.parse(output)).map(writtenOut));
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
    // What is no map or list is left to Liquid, which makes it text.
    outputEscape: (value: unknown) => {
      if (value === null || value === undefined) throw new NullOutput();
      return (typeof value === 'object' ? JSON.stringify(value) : value) as string;
    },
    timezoneOffset: timezone,
    ...limits,
  });
  for (const tag of forbiddenTags) delete engine.tags[tag];
  engines.set(timezone, engine);
  return engine;
}
