import { canonicalJson } from '../../canonical-json.ts';
import type { JsonValue, Matrix, Values } from '../../manifest/job.ts';

/**
 * Every combination of a matrix, made one at a time. As GitHub Actions has it: `exclude` takes out those that have all
 * values of one of its entries; an entry of `include` is added to every combination whose axes it agrees with (what an
 * earlier one has added may be overwritten, an axis never), and is a combination of its own where there is none.
 *
 * @see https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstrategymatrixinclude
 */
export function* combinations({ axes, include, exclude }: Matrix): Generator<Values> {
  const names = Object.keys(axes);
  const isExcluded = createMatcher(exclude, names);
  const included = createMatcher(include, names);
  const used = new Set<number>();
  for (const combination of product(axes, names)) {
    if (isExcluded(combination).length > 0) continue;
    const additions = included(combination);
    for (const index of additions) used.add(index);
    yield additions.length === 0
      ? combination
      : Object.assign({}, combination, ...additions.map((index) => include[index]));
  }
  for (const [index, values] of include.entries()) if (!used.has(index)) yield values;
}

/** Most combinations that a matrix can have. */
export function matrixSize({ axes, include }: Matrix): number {
  return productSize(axes) + include.length;
}

/** Combinations that have to be looked at, taken out or not. */
function productSize(axes: Matrix['axes']): number {
  const sizes = Object.values(axes).map(({ length }) => length);
  return sizes.length === 0 ? 0 : sizes.reduce((size, length) => size * length, 1);
}

// The last axis goes round fastest, as nested loops in the order of the file would.
function* product(axes: Matrix['axes'], names: readonly string[]): Generator<Values> {
  const total = productSize(axes);
  const lists = names.map((name) => axes[name] ?? []);
  for (let number = 0; number < total; number += 1) {
    const combination: Record<string, JsonValue> = {};
    let rest = number;
    let stride = total;
    for (const [at, name] of names.entries()) {
      const list = lists[at] ?? [];
      stride /= list.length;
      combination[name] = list[Math.floor(rest / stride)] ?? null;
      rest %= stride;
    }
    yield combination;
  }
}

/**
 * Tells which entries agree with a combination in all axes that they name. Entries are looked up by their values, so that
 * thousands of them cost no more than a few.
 */
function createMatcher(
  entries: readonly Values[],
  axes: readonly string[],
): (combination: Values) => readonly number[] {
  const groups = new Map<string, { names: readonly string[]; byValues: Map<string, number[]> }>();
  for (const [index, entry] of entries.entries()) {
    const names = axes.filter((axis) => Object.hasOwn(entry, axis));
    const group = groups.get(names.join('\n')) ?? { names, byValues: new Map<string, number[]>() };
    groups.set(names.join('\n'), group);
    const key = keyOf(entry, names);
    group.byValues.set(key, [...(group.byValues.get(key) ?? []), index]);
  }
  const list = [...groups.values()];
  return (combination) =>
    list
      .flatMap(({ names, byValues }) => byValues.get(keyOf(combination, names)) ?? [])
      .sort((left, right) => left - right);
}

function keyOf(values: Values, names: readonly string[]): string {
  return canonicalJson(names.map((name) => values[name] ?? null));
}
