import { printable } from './printable.ts';

/**
 * What is wrong with a job file, as a code that programs switch on. Messages are for people.
 *
 * - `file-*`: the file cannot be read as YAML text at all
 * - `yaml-*`: YAML that is broken, or that a job may not use
 * - `key-*`: a key that is unknown, missing, doubled, forbidden, or not allowed beside its neighbours
 * - `type-wrong`, `value-invalid`: a known key with a value it cannot take
 * - `number-*`, `text-ill-formed`: a value that could not be sent as it is written
 * - `line-invalid`: a line of a data file that cannot be read
 * - `model-*`: what the API's list of models says
 * - `item-*`, `id-*`: what the items say together
 * - `template-*`: a template that cannot be filled in
 * - `param-*`, `prompt-*`, `url-too-long`: what the API would refuse
 */
export type ProblemCode =
  | 'file-encoding'
  | 'file-empty'
  | 'file-nul'
  | 'file-too-large'
  | 'yaml-alias'
  | 'yaml-depth'
  | 'yaml-directive'
  | 'yaml-documents'
  | 'yaml-key'
  | 'yaml-merge'
  | 'yaml-syntax'
  | 'yaml-tag'
  | 'key-duplicate'
  | 'key-forbidden'
  | 'key-misplaced'
  | 'key-missing'
  | 'key-unknown'
  | 'type-wrong'
  | 'value-invalid'
  | 'version-unsupported'
  | 'name-invalid'
  | 'number-inexact'
  | 'number-not-finite'
  | 'text-ill-formed'
  | 'item-conflict'
  | 'item-duplicate'
  | 'item-empty'
  | 'item-limit'
  | 'id-duplicate'
  | 'id-reserved'
  | 'template-invalid'
  | 'template-unknown'
  | 'line-invalid'
  | ModelProblemCode
  | ParamProblemCode
  | PromptProblemCode;

/** Codes that the API's parameter check gives. */
export type ParamProblemCode = 'param-unknown' | 'param-invalid';

/** Codes that the check against the API's list of models gives. */
export type ModelProblemCode = 'model-unknown' | 'model-kind' | 'model-param' | 'model-size';

/** Codes that the API's prompt check gives. */
export type PromptProblemCode = 'prompt-empty' | 'prompt-dot-segment' | 'prompt-ill-formed' | 'url-too-long';

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
  return `${printable(file)}:${line}:${column}: ${code}: ${message}`;
}

/** Says whether `left` comes after (positive) or before (negative) `right` in the file. */
export function comparePlaces(left: Place, right: Place): number {
  return left.line - right.line || left.column - right.column;
}
