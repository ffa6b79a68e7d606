import type { Axis } from './axes.ts';
import type { Filter } from './filter.ts';

/** A filter that lets through no more than what a cell of a table holds, by its axes and their values. */
export function withCell(
  filter: Filter,
  chosen: readonly (readonly [axis: Axis | undefined, value: string | undefined])[],
): Filter {
  const vars = new Map(filter.vars);
  let { model } = filter;
  for (const [axis, value] of chosen) {
    if (axis === undefined || value === undefined) continue;
    if (axis.key === 'model') model = String(JSON.parse(value));
    else vars.set(axis.key.slice('var:'.length), value);
  }
  return { ...filter, model, vars };
}
