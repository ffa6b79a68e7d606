import { toValue } from 'liquidjs';
import type { FilterImplOptions } from 'liquidjs';
import { quoted } from './printable.ts';
import type { TemplateName } from './template-names.ts';

type FilterHandler = Extract<FilterImplOptions, (...given: never[]) => unknown>;

const isEmpty = 'is null; `| default: ""` lets nothing stand in its place';
const hasEmpty = 'joins a list with a null in it; `| compact` before that leaves it out';

/** A null that would come to nothing in a text: a hole that nobody sees. */
export class NullOutput extends Error {
  override readonly name = 'NullOutput';
  /** What is wrong and what helps, without the output that it is about. */
  readonly reason: string;
  /** What the output names. */
  readonly names: readonly TemplateName[];

  constructor(reason: string, output?: string, names: readonly TemplateName[] = []) {
    super(`${output === undefined ? 'the value' : quoted(output)} ${reason}`);
    this.reason = reason;
    this.names = names;
  }
}

/** Filters that are made for nulls, or that write them out. */
const takesNull: ReadonlySet<string> = new Set(['default', 'json', 'jsonify', 'inspect']);

/** Filters that make one text of a list. */
const joins: ReadonlySet<string> = new Set(['join', 'array_to_sentence_string']);

/**
 * Writes a value into a text, maps and lists as JSON.
 *
 * @throws NullOutput where it is null
 */
export function writeOutput(output: unknown): string {
  const value: unknown = toValue(output);
  if (isNull(value)) throw new NullOutput(isEmpty);
  // What is no map or list is left to Liquid, which makes it text.
  return (typeof value === 'object' ? JSON.stringify(value) : value) as string;
}

/**
 * Makes a filter that lets no null come to nothing: one that it is used on stays null, so that a later `default` or what
 * the value is for decides.
 *
 * @throws NullOutput on use, where an argument is null, or an element of a list that is joined
 */
export function nullSafe(name: string, filter: FilterImplOptions): FilterImplOptions {
  const handler: FilterHandler = typeof filter === 'function' ? filter : filter.handler;
  if (takesNull.has(name)) return handler;
  return function (this: ThisParameterType<FilterHandler>, value: unknown, ...given: unknown[]): unknown {
    if (given.some(isNull)) {
      const first = '`{% assign name = … | default: "" %}` before it makes one that can be given';
      throw new NullOutput(`gives ${quoted(name)} a null; ${first}`);
    }
    const used: unknown = toValue(value);
    if (isNull(used)) return null;
    if (joins.has(name) && Array.isArray(used) && used.some(isNull)) throw new NullOutput(hasEmpty);
    return handler.call(this, value, ...given);
  };
}

function isNull(value: unknown): boolean {
  return value === null || value === undefined;
}
