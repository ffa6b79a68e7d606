import { LiquidError, type Liquid } from 'liquidjs';
import { nearName } from './near-name.ts';
import { quoted } from './printable.ts';

/** What Liquid says of its limits, and how it is said here. */
const limits: Readonly<Record<string, string>> = {
  'memory alloc limit exceeded':
    'its filters and ranges hold too much; a template may make 4,000,000 characters and elements of lists, and one with a range 100,000',
  'parse length limit exceeded': 'it has more than 1,000,000 characters',
};

/** Says in a line why a template cannot be read or filled in, without the place in it that Liquid adds. */
export function liquidReason(error: unknown, engine: Liquid): string {
  if (!(error instanceof Error)) return String(error);
  const inner = LiquidError.is(error) ? error.originalError : undefined;
  if (inner !== undefined) return liquidReason(inner, engine);
  const [line = ''] = error.message.split('\n');
  const reason = LiquidError.is(error) ? line.replace(/, line:\d+, col:\d+$/, '') : line;
  const filter = /^undefined filter: (.*)$/.exec(reason)?.[1];
  if (filter !== undefined) return `there is no filter ${quoted(filter)}${hint(filter, engine.filters)}`;
  const tag = /^tag "(.*)" not found$/.exec(reason)?.[1];
  if (tag !== undefined) return `there is no tag ${quoted(tag)}${hint(tag, engine.tags)}`;
  return limits[reason] ?? reason;
}

function hint(name: string, known: Readonly<Record<string, unknown>>): string {
  const near = nearName(name, Object.keys(known));
  return near === undefined ? '' : `; did you mean ${quoted(near)}?`;
}
