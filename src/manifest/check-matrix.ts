import type { Node } from 'yaml';

import { isObject } from '../json.ts';
import { variableNameProblem } from './names.ts';
import { keyNode } from './node-at.ts';
import { quoted } from './printable.ts';
import type { Reporter } from './reporter.ts';

/** Most names of a matrix, those that `include` adds among them. */
const maxNames = 100;

/** Checks the names of a matrix, and gives those that templates may use. */
export function checkMatrix(
  matrix: unknown,
  node: Node,
  taken: readonly string[],
  reporter: Reporter,
): readonly string[] {
  if (!isObject(matrix)) return [];
  const axes = Object.keys(matrix).filter((key) => key !== 'include' && key !== 'exclude');
  const included = keysOf(matrix['include']);
  const names = [...new Set([...axes, ...included.map(({ key }) => key)])];
  if (names.length > maxNames) {
    reporter.report(node, 'value-invalid', `a matrix has up to ${maxNames} axes, not ${names.length}`);
    return [];
  }
  checkVariableNames(axes, node, [], reporter);
  for (const axis of axes) {
    if (taken.includes(axis)) {
      const message = `the job's matrix has the axis ${quoted(axis)} already; name this one differently`;
      reporter.report(keyNode(node, [], axis), 'matrix-axis', message);
    }
  }
  if (axes.length === 0 && matrix['include'] === undefined) {
    const message = 'a matrix has an axis, such as `style: [photo, sketch]`, or `include`';
    reporter.report(node, 'value-invalid', message);
  }
  included.forEach(({ key, index }) => {
    if (!axes.includes(key)) checkVariableNames([key], node, ['include', index], reporter);
  });
  for (const { key, index } of keysOf(matrix['exclude'])) {
    if (axes.includes(key)) continue;
    const message = `${quoted(key)} is no axis of the matrix${reporter.hint(key, () => axes, 'the axes')}`;
    reporter.report(keyNode(node, ['exclude', index], key), 'matrix-axis', message);
  }
  return names;
}

/** Checks that templates can use the keys of a map as names. */
export function checkVariableNames(
  names: readonly string[],
  root: Node,
  path: readonly (string | number)[],
  reporter: Reporter,
): void {
  for (const name of names) {
    const problem = variableNameProblem(name);
    if (problem === undefined) continue;
    reporter.report(keyNode(root, path, name), problem.code, `${quoted(name)}: ${problem.message}`);
  }
}

function keysOf(combinations: unknown): readonly { readonly key: string; readonly index: number }[] {
  if (!Array.isArray(combinations)) return [];
  return combinations.flatMap((combination: unknown, index) =>
    isObject(combination) ? Object.keys(combination).map((key) => ({ key, index })) : [],
  );
}
