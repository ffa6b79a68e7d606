import type { Values } from './job.ts';
import { nearName } from './near-name.ts';
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

/** Most names that a message lists, and that a slip of the pen is looked for among. */
const maxListed = 20;
const maxKnown = 200;

/** Says why a template cannot name this here; `undefined` when it can. */
export function nameProblem(name: TemplateName, scope: NameScope): NameProblem | undefined {
  const [root, ...below] = name.map(String);
  if (root === undefined) return unknown(name, scope);
  switch (root) {
    case 'run':
      return isWhole(below, ['time', 'date']) ? undefined : unknown(name, scope);
    case 'item':
      return isWhole(below, ['number']) ? undefined : unknown(name, scope);
    case 'sample':
      return below.length === 0 ? undefined : unknown(name, scope);
    case 'vars':
      return reaches(scope.vars, below) ? undefined : unknown(name, scope);
    case 'matrix':
      return below[0] === undefined || scope.axes.includes(below[0]) ? undefined : unknown(name, scope);
    case 'row':
      return scope.hasRows ? undefined : misplaced('`row` is known where the item has `from`');
    case 'each':
    case 'index':
      return scope.isEach ? undefined : misplaced(`${quoted(root)} is known in a step with \`forEach\``);
    case 'steps':
      return stepProblem(name, scope);
    default:
      if (scope.axes.includes(root)) return undefined;
      return Object.hasOwn(scope.vars, root) && reaches(scope.vars, [root, ...below])
        ? undefined
        : unknown(name, scope);
  }
}

function stepProblem(name: TemplateName, { steps, takesImages }: NameScope): NameProblem | undefined {
  if (steps === undefined) return misplaced('`steps` is known in the steps of an item');
  const [id, field, ...below] = name.slice(1).map(String);
  const step = id === undefined ? undefined : steps.get(id);
  if (id === undefined || step === undefined) {
    const near = id === undefined ? undefined : nearName(id, [...steps.keys()]);
    const hint =
      near === undefined ? `the steps here: ${list([...steps.keys()])}` : `did you mean ${quoted(near)}?`;
    return { code: 'step-unknown', message: `unknown step ${quoted(id ?? 'steps')}; ${hint}` };
  }
  const gifts = giftsOf(step);
  if (field === undefined || !gifts.includes(field)) {
    const hint = field === 'json' && step.kind === 'text' ? '; give it `output: { format: json }`' : '';
    const message = `the step ${quoted(id)} gives ${gifts.map((gift) => quoted(`steps.${id}.${gift}`)).join(', ')}, not ${quoted(name.join('.'))}${hint}`;
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

function unknown(name: TemplateName, scope: NameScope): NameProblem {
  const known = knownNames(scope);
  const written = name.join('.');
  const near = nearName(written, known);
  const hint = near === undefined ? `known here: ${list(known)}` : `did you mean ${quoted(near)}?`;
  return { code: 'template-unknown', message: `unknown variable ${quoted(written)}; ${hint}` };
}

function knownNames({ vars, axes, hasRows, steps, isEach }: NameScope): readonly string[] {
  const varNames = namesOf(vars);
  return [
    ...axes.slice(0, maxKnown),
    ...varNames,
    ...(hasRows ? ['row.*'] : []),
    ...(isEach ? ['each', 'index'] : []),
    ...[...(steps ?? [])].flatMap(([id, step]) => giftsOf(step).map((gift) => `steps.${id}.${gift}`)),
    'run.time',
    'run.date',
    'sample',
    'item.number',
    ...varNames.map((name) => `vars.${name}`),
    ...axes.slice(0, maxKnown).map((name) => `matrix.${name}`),
  ];
}

const varNamesOf = new WeakMap<Values, readonly string[]>();

/** Kept, as thousands of items may ask for the same. */
function namesOf(vars: Values): readonly string[] {
  const known = varNamesOf.get(vars) ?? Object.keys(vars).slice(0, maxKnown);
  varNamesOf.set(vars, known);
  return known;
}

function list(names: readonly string[]): string {
  const more = names.length - maxListed;
  return [...names.slice(0, maxListed), ...(more > 0 ? [`${more} more`] : [])].join(', ');
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
