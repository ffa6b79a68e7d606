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
  /** Whether it is made for each element of a list, so that it gives a list. */
  readonly isList: boolean;
}

/** What the templates of one place may name, as far as the job file tells. */
export interface NameScope {
  readonly vars: Values;
  /** Axes of the job's matrix and the item's. */
  readonly axes: readonly string[];
  readonly hasRows: boolean;
  /** The item's steps by their ids; absent where none can be named. */
  readonly steps?: ReadonlyMap<string, StepGifts>;
  /** The id of the step that names them. */
  readonly self?: string;
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
  { steps, self, takesImages }: NameScope,
  hint: Hinter,
): NameProblem | undefined {
  if (steps === undefined) return misplaced('`steps` is known in the steps of an item');
  const [id, ...way] = name.slice(1).map(String);
  if (id !== undefined && id === self) {
    const message = `the step ${quoted(id)} uses ${quoted(name.join('.'))}, its own answer, which is not there before it has run; name a step before it`;
    return { code: 'step-cycle', message };
  }
  const step = id === undefined ? undefined : steps.get(id);
  if (id === undefined || step === undefined) {
    const known = hint(id ?? 'steps', () => [...steps.keys()], 'the steps here');
    return { code: 'step-unknown', message: `unknown step ${quoted(id ?? 'steps')}${known}` };
  }
  if (step.isList && (way.length === 0 || way[0] === 'size')) return undefined;
  const isElement = step.isList && /^(?:\d+|first|last)$/.test(way[0] ?? '');
  const [field = '', ...below] = isElement ? way.slice(1) : way;
  const gifts = giftsOf(step);
  const isPart = field === 'text' && below.length > 0 && below.join('.') !== 'size';
  if (step.isList !== isElement || !gifts.includes(field) || isPart) {
    const known = step.isList ? listGifts(id, gifts) : gifts.map((gift) => quoted(`steps.${id}.${gift}`));
    const needsJson = (field === 'json' || isPart) && step.kind === 'text' && !step.isJson;
    const advice = needsJson ? '; give it `output: { format: json }`' : '';
    const message = `the step ${quoted(id)} gives ${known.join(', ')}, not ${quoted(name.join('.'))}${advice}`;
    return { code: 'step-unknown', message };
  }
  if (field === 'image' && (!takesImages || below.length > 0)) return misplaced(pictureRule(id));
  return undefined;
}

function giftsOf(step: StepGifts): readonly string[] {
  if (step.kind === 'image') return ['image'];
  return step.isJson ? ['text', 'json'] : ['text'];
}

/** What there is of a step that is made for each element of a list. */
function listGifts(id: string, gifts: readonly string[]): readonly string[] {
  return gifts.flatMap((gift) => [quoted(`steps.${id} | map: "${gift}"`), quoted(`steps.${id}[0].${gift}`)]);
}

/** Where a picture of a step goes. */
export function pictureRule(id: string): string {
  return `${quoted(`steps.${id}.image`)} is a picture, and stands alone in \`images\` of a text step: \`images: ["{{ steps.${id}.image }}"]\``;
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
    ...[...(steps ?? [])].flatMap(([id, step]) =>
      step.isList ? [`steps.${id}`] : giftsOf(step).map((gift) => `steps.${id}.${gift}`),
    ),
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
