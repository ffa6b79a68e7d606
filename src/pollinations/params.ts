import { closestName } from './closest-name.ts';
import { imageParams } from './image-params.ts';
import type { ParamRule } from './param-rule.ts';
import { textParams } from './text-params.ts';

export interface ParamProblem {
  readonly param: string;
  readonly code: 'param-unknown' | 'param-invalid' | 'url-invalid';
  /** A clause to put after the place in the job file; an unknown parameter's names the nearest known one. */
  readonly message: string;
}

/** Every parameter a job may set, with what is wrong with a value of it. */
const knownParams: Readonly<Record<'text' | 'image', Readonly<Record<string, ParamRule>>>> = {
  text: textParams,
  image: imageParams,
};

/** Lists what is wrong with the parameters of a call, all at once; an empty list means that it may be sent. */
export function paramProblems(
  kind: 'text' | 'image',
  params: Readonly<Record<string, unknown>>,
): readonly ParamProblem[] {
  const rules = knownParams[kind];
  return Object.entries(params).flatMap(([param, value]): readonly ParamProblem[] => {
    // What the API does not document is sent as it is.
    if (param === 'extra') return [];
    const rule = Object.hasOwn(rules, param) ? rules[param] : undefined;
    if (rule === undefined) return [{ param, code: 'param-unknown', message: unknownMessage(kind, param) }];
    const problem = rule(value);
    const code = kind === 'image' && param === 'image' ? 'url-invalid' : 'param-invalid';
    return problem === undefined ? [] : [{ param, code, message: `"${param}" ${problem}` }];
  });
}

function unknownMessage(kind: 'text' | 'image', param: string): string {
  const other = kind === 'text' ? 'image' : 'text';
  if (Object.hasOwn(knownParams[other], param)) {
    return `"${param}" is a parameter of ${other} calls, and this is ${kind === 'image' ? 'an image' : 'a text'} call`;
  }
  const closest = closestName(param, Object.keys(knownParams[kind]));
  const hint = closest === undefined ? '' : `; did you mean "${closest}"?`;
  return `"${param}" is not a parameter of ${kind} calls${hint}`;
}

/** Names of every parameter that a job may set. */
export const paramNames = {
  text: Object.keys(textParams),
  image: Object.keys(imageParams),
} as const;
