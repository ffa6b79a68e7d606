import type { Hinter } from './hinter.ts';
import type { Values } from './job.ts';
import { quoted } from './printable.ts';
import type { ProblemCode } from './problem-codes.ts';
import type { TemplateName } from './template.ts';

/** What a step gives to the ones after it. */
export interface StepGifts {
  readonly kind: 'text' | 'image';
  /** Whether its answer is read as JSON. */
  readonly isJson: boolean;
}

/** What the templates of one place may name, as far as the job file tells. */
export interface NameScope {
  readonly vars: Values;
  /** Axes of the job's matrix and the item's. */
  readonly axes: readonly string[];
  readonly hasRows: boolean;
  /** The item's steps by their ids; absent where none can be named. */
  readonly steps?: ReadonlyMap<string, StepGifts>;
  /** Whether the call is made for each element of a list. */
  readonly isEach: boolean;
  /** Whether a step's image can be given, as in `images`. */
  readonly takesImages: boolean;
}

/** Why a name is not known at its place. */
export interface NameProblem {
  readonly code: ProblemCode;
  readonly message: string;
}

/** Says why a template cannot name this here; `undefined` when it can. */
export function nameProblem(name: TemplateName, scope: NameScope, hint: Hinter): NameProblem | undefined {
  const [root, ...below] = name.map(String);
  const unknown = (): NameProblem => ({
    code: 'template-unknown',
    message: `unknown variable ${quoted(name.join('.'))}${hint(name.join('.'), () => knownNames(scope))}`,
  });
  if (root === undefined) return unknown();
  switch (root) {
    case 'run':
      return isWhole(below, ['time', 'date']) ? undefined : unknown();
    case 'item':
      return isWhole(below, ['number']) ? undefined : unknown();
    case 'sample':
      return below.length === 0 ? undefined : unknown();
    case 'vars':
      return reaches(scope.vars, below) ? undefined : unknown();
    case 'matrix':
      return below[0] === undefined || scope.axes.includes(below[0]) ? undefined : unknown();
    case 'row':
      return scope.hasRows ? undefined : misplaced('`row` is known where the item has `from`');
    case 'each':
    case 'index':
      return scope.isEach ? undefined : misplaced(`${quoted(root)} is known in a step with \`forEach\``);
    case 'steps':
      return stepProblem(name, scope, hint);
    default:
      if (scope.axes.includes(root)) return undefined;
      return Object.hasOwn(scope.vars, root) && reaches(scope.vars, [root, ...below]) ? undefined : unknown();
  }
}

function stepProblem(
  name: TemplateName,
  { steps, takesImages }: NameScope,
  hint: Hinter,
): NameProblem | undefined {
  if (steps === undefined) return misplaced('`steps` is known in the steps of an item');
  const [id, field, ...below] = name.slice(1).map(String);
  const step = id === undefined ? undefined : steps.get(id);
  if (id === undefined || step === undefined) {
    const known = hint(id ?? 'steps', () => [...steps.keys()], 'the steps here');
    return { code: 'step-unknown', message: `unknown step ${quoted(id ?? 'steps')}${known}` };
  }
  const gifts = giftsOf(step);
  if (field === undefined || !gifts.includes(field)) {
    const advice = field === 'json' && step.kind === 'text' ? '; give it `output: { format: json }`' : '';
    const message = `the step ${quoted(id)} gives ${gifts.map((gift) => quoted(`steps.${id}.${gift}`)).join(', ')}, not ${quoted(name.join('.'))}${advice}`;
    return { code: 'step-unknown', message };
  }
  if (field === 'image' && (!takesImages || below.length > 0)) {
    return misplaced(`${quoted(`steps.${id}.image`)} is a picture, and stands in \`images\` of a text step`);
  }
  return undefined;
}

function giftsOf(step: StepGifts): readonly string[] {
  if (step.kind === 'image') return ['image', 'url'];
  return step.isJson ? ['text', 'json'] : ['text'];
}

function misplaced(message: string): NameProblem {
  return { code: 'template-unknown', message };
}

function knownNames({ vars, axes, hasRows, steps, isEach }: NameScope): readonly string[] {
  const varNames = Object.keys(vars);
  return [
    ...axes,
    ...varNames,
    ...(hasRows ? ['row.*'] : []),
    ...(isEach ? ['each', 'index'] : []),
    ...[...(steps ?? [])].flatMap(([id, step]) => giftsOf(step).map((gift) => `steps.${id}.${gift}`)),
    'run.time',
    'run.date',
    'sample',
    'item.number',
    ...varNames.map((name) => `vars.${name}`),
    ...axes.map((name) => `matrix.${name}`),
  ];
}

function isWhole(below: readonly string[], known: readonly string[]): boolean {
  return below.length === 1 && known.includes(below[0] ?? '');
}

/** Whether a value is there; sizes and ends of lists, which Liquid gives, end the look. */
function reaches(value: unknown, path: readonly string[]): boolean {
  let at = value;
  for (const step of path) {
    if (Array.isArray(at) && ['size', 'first', 'last'].includes(step)) return true;
    if (typeof at === 'string' && step === 'size') return true;
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return false;
    at = at[step as keyof typeof at];
  }
  return true;
}
