import type { JsonValue, Values } from '../../manifest/job.ts';

/** Bytes of an item's values that go into its results, as JSON. */
const MAX_BYTES = 2_048;

/**
 * What an item was made of, for its results: the values of its matrix, then those of its row, in their order, as long as
 * they fit into 2 KiB. A value that does not fit is left out, and shorter ones after it are kept.
 */
export function itemVars(matrix: Values | undefined, row: Values | undefined): Values | undefined {
  if (matrix === undefined && row === undefined) return undefined;
  const values = row === undefined ? matrix : { ...matrix, ...withoutNames(row, matrix) };
  if (values === undefined) return undefined;
  if (sizeOf(values) <= MAX_BYTES) return values;
  const kept: Record<string, JsonValue> = {};
  let bytes = 2;
  for (const [name, value] of Object.entries(values)) {
    const size = sizeOf(name) + sizeOf(value) + 2;
    if (bytes + size > MAX_BYTES) continue;
    kept[name] = value;
    bytes += size;
  }
  return kept;
}

// An axis goes before a column of the same name, as in templates.
function withoutNames(row: Values, matrix: Values | undefined): Values {
  if (matrix === undefined) return row;
  return Object.fromEntries(Object.entries(row).filter(([name]) => !Object.hasOwn(matrix, name)));
}

function sizeOf(value: JsonValue | Values): number {
  return Buffer.byteLength(JSON.stringify(value));
}
