import { isMap, isSeq } from 'yaml';

import { keyNode } from '../../manifest/node-at.ts';
import type { Place } from '../../manifest/problem.ts';
import { readTree } from '../../manifest/read-tree.ts';
import { readYaml } from '../../manifest/read-yaml.ts';
import { asRow, rowFault } from './check-values.ts';
import { readListText } from './read-text.ts';
import { joinedError, SourceError, type Read } from './row.ts';

/** Reads a YAML list of maps, under the rules and the size of a job file. */
export async function* readYamlRows(
  stream: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<readonly Read[]> {
  const text = await readListText(stream);
  const { contents, faults: yamlFaults, placeOf } = readYaml(text);
  const tree = readTree(contents ?? null);
  const faults = [...yamlFaults, ...tree.faults]
    .sort((left, right) => left.offset - right.offset)
    .map(({ code, message, offset }) => new SourceError(code, message, placeOf(offset)));
  const error = joinedError(faults);
  if (error !== undefined) throw error;
  if (!isSeq(contents) || !Array.isArray(tree.value)) {
    throw new SourceError('data-invalid', 'the file is no list of maps: `- { name: lamp }`');
  }
  const nodes = contents.items;
  yield tree.value.map((value: unknown, index): Read => {
    const node = nodes[index];
    const offset = typeof node === 'object' && node !== null && 'range' in node ? node.range?.[0] : 0;
    const place = placeOf(offset ?? 0);
    const at = { number: index + 1, file, line: place.line };
    const wrong = rowFault(value);
    const placeOfValue = (name: string): Place =>
      isMap(node) ? placeOf(keyNode(node, [], name).range?.[0] ?? offset ?? 0) : place;
    return wrong === undefined
      ? { kind: 'row', ...at, values: asRow(value), placeOf: placeOfValue }
      : { kind: 'fault', ...at, column: place.column, ...wrong };
  });
}
