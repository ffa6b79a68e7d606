import { printable } from './printable.ts';
import type { ProblemCode } from './problem-codes.ts';

/** Codes that the API's parameter check gives. */
export type ParamProblemCode = Extract<ProblemCode, `param-${string}`> | 'url-invalid';

/** Codes that the check against the API's list of models gives. */
export type ModelProblemCode = Extract<ProblemCode, `model-${string}`>;

/** Codes that the API's prompt check gives. */
export type PromptProblemCode = Extract<ProblemCode, `prompt-${string}`> | 'url-too-long';

/** A position in the job file. */
export interface Place {
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 units as editors count. */
  readonly column: number;
}

/** One thing that is wrong, or worth a warning, and where. */
export interface Problem extends Place {
  readonly file: string;
  readonly code: ProblemCode;
  /** One line, safe to print: control characters of the file are shown escaped. */
  readonly message: string;
}

/** Formats a problem as `file:line:column: code: message`, the form that editors and CI tools link. */
export function formatProblem(problem: Problem): string {
  const { file, line, column, code, message } = problem;
  return `${printable(file)}:${line}:${column}: ${code}: ${printable(message)}`;
}

/** Says whether `left` comes after (positive) or before (negative) `right` in the file. */
export function comparePlaces(left: Place, right: Place): number {
  return left.line - right.line || left.column - right.column;
}
