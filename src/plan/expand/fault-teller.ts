import { hasTemplate, textsBelow } from '../../manifest/call-texts.ts';
import type { Entry, FilePath } from '../../manifest/job.ts';
import { printable } from '../../manifest/printable.ts';
import type { Place, Problem } from '../../manifest/problem.ts';
import { parseTemplate } from '../../manifest/template.ts';
import type { PlanFault } from '../plan-fault.ts';
import { dataPath } from './data-path.ts';
import type { ExpandContext } from './expand-job.ts';
import type { ExpandedItem } from './expanded-item.ts';
import { FillFault } from './fill-fault.ts';
import { itemProblem, type ItemProblem } from './item-problem.ts';
import { createProblemLimiter } from './problem-limiter.ts';
import { findStepPlace, itemPath } from './step-place.ts';

/** Gives what planning finds its place, and keeps one slip from being told for every row. */
export interface FaultTeller {
  /** The problem of a fault, where it is to be told. */
  tell(item: ExpandedItem, fault: PlanFault): Problem | undefined;
  /** Whether some slip is in so many rows that looking further is of no use. */
  isFull(): boolean;
  /** What was counted and not told. */
  finish(): readonly Problem[];
}

/** A teller that has told nothing. */
export function createFaultTeller({ file, placeOf }: Pick<ExpandContext, 'file' | 'placeOf'>): FaultTeller {
  const limiter = createProblemLimiter();

  function problemOf(item: ExpandedItem, fault: PlanFault): ItemProblem {
    const { code, message, path, inFile } = fault;
    const { origin } = item;
    if (inFile !== undefined) return once({ ...inFile, file: dataPath(file, inFile.file), code, message });
    if (origin === undefined) {
      // A line of a batch file. What its model cannot do is the same in every line.
      const problem = { ...item.place, code, message: printable(message) };
      return { problem, slip: `${code} ${message}`, isOnce: code.startsWith('model-') };
    }
    const { entry } = origin;
    const found = placeIn(entry, fault, placeOf);
    const place = { file, ...(found ?? placeOf(entry.path)) };
    const written = writtenAt(entry, fault);
    if (!hasTemplate(written)) {
      // What no file says, such as the usual model, is the same slip wherever it is left out.
      return once({ ...place, code, message }, found === undefined ? `${code} ${message}` : undefined);
    }
    const names = textsBelow(written, []).flatMap(({ text }) => parseTemplate(text).names);
    return itemProblem({ fault: new FillFault(code, message, path, names), place }, origin, entry, file);
  }

  return {
    tell(item, fault) {
      const { problem, slip, isOnce } = problemOf(item, fault);
      return limiter.take(slip, problem, isOnce);
    },
    isFull: () => limiter.isFull(),
    finish: () => limiter.finish(),
  };
}

function once(problem: Problem, slip?: string): ItemProblem {
  const { file, line, column, code, message } = problem;
  return {
    problem: { ...problem, message: printable(message) },
    slip: slip ?? `${code} ${file}:${line}:${column}`,
    isOnce: true,
  };
}

function placeIn(
  entry: Entry,
  { step, path }: PlanFault,
  placeOf: (path: FilePath) => Place,
): Place | undefined {
  if (step === undefined) return placeOf([...itemPath(entry.path), ...path]);
  const found = entry.steps[step];
  return found === undefined ? undefined : findStepPlace(found, path, placeOf);
}

function writtenAt(entry: Entry, { step, path }: PlanFault): unknown {
  let value: unknown = step === undefined ? entry : entry.steps[step];
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[key];
  }
  return value;
}
