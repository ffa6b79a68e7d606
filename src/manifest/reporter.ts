import type { Node } from 'yaml';
import { createHinter } from './hinter.ts';
import type { Hinter } from './hinter.ts';
import { printable } from './printable.ts';
import { comparePlaces } from './problem.ts';
import type { Place, Problem } from './problem.ts';
import type { ProblemCode } from './problem-codes.ts';
import type { TextFault } from './read-yaml.ts';

/** Collects problems of one file and gives them their places. */
export interface Reporter {
  /** Reports a problem with a node, unless the node is known to be broken already. The message may quote the file as it is. */
  report(node: Node, code: ProblemCode, message: string): void;
  placeOf(node: Node): Place;
  readonly hint: Hinter;
  /** What was reported so far, in the order of the file. */
  problems(): readonly Problem[];
}

/** After these, more about the same value would only say the same in other words. */
const conclusive: ReadonlySet<ProblemCode> = new Set(['type-wrong', 'value-invalid']);

/** Creates a reporter that starts with what reading the YAML found. */
export function createReporter(
  file: string,
  placeAt: (offset: number) => Place,
  faults: readonly TextFault[],
  brokenNodes: ReadonlySet<Node>,
): Reporter {
  const broken = new Set(brokenNodes);
  const problems: Problem[] = faults.map(({ offset, code, message }) => ({
    file,
    ...placeAt(offset),
    code,
    message,
  }));
  const placeOf = (node: Node): Place => placeAt(node.range?.[0] ?? 0);
  return {
    placeOf,
    hint: createHinter(),
    report(node, code, message) {
      if (broken.has(node)) return;
      problems.push({ file, ...placeOf(node), code, message: printable(message) });
      if (conclusive.has(code)) broken.add(node);
    },
    problems: () => problems.sort(comparePlaces),
  };
}
