import {
  analyzeSync,
  AssignTag,
  CaptureTag,
  CaseTag,
  CommentTag,
  EchoTag,
  IfTag,
  InlineCommentTag,
  Output,
  TokenKind,
  UnlessTag,
  Value,
} from 'liquidjs';
import type { Filter, PropertyAccessToken, Template as LiquidTemplate, Token } from 'liquidjs';
import { pictureRule } from './template-scope.ts';
import type { NameScope, StepGifts } from './template-scope.ts';

/** What a value is on its way through filters, as far as pictures are in it. */
type Stage = 'steps' | 'pictures' | 'picture' | 'size';

const sameList = (stage: 'steps' | 'pictures') =>
  ({ default: stage, slice: stage, reverse: stage, uniq: stage, compact: stage, size: 'size' }) as const;

/** What filters make of it; any other makes what is no picture any more. */
const filtered: Readonly<Record<Stage, Readonly<Record<string, Stage>>>> = {
  steps: { ...sameList('steps'), map: 'pictures' },
  pictures: { ...sameList('pictures'), first: 'picture', last: 'picture' },
  picture: { default: 'picture' },
  size: {},
};

/** Tags that put nothing into a text where they stand. */
const silentTags = [AssignTag, CaptureTag, CommentTag, InlineCommentTag] as const;

type Steps = NonNullable<NameScope['steps']>;

/** What a part of a template puts into a text, at most. */
interface Parts {
  readonly count: number;
  /** The step whose picture is among them. */
  readonly picture?: string | undefined;
  /** The step whose picture would become something else. */
  readonly misused?: string | undefined;
}

/**
 * Says why a text cannot be filled in with the pictures of steps that it names: one stands for its bytes, and is none
 * any more once it is part of a longer text. What is not understood is refused, as it would fail once pictures are paid.
 */
export function pictureProblem(
  templates: readonly LiquidTemplate[],
  { steps, takesImages }: NameScope,
): string | undefined {
  if (steps === undefined) return undefined;
  const { count, picture, misused } = together(templates.map((template) => partsOf(template, steps)));
  const wrong = misused ?? (takesImages && count === 1 ? undefined : picture);
  return wrong === undefined ? undefined : pictureRule(wrong, steps.get(wrong)?.isList === true);
}

function partsOf(template: LiquidTemplate, steps: Steps): Parts {
  if (template instanceof IfTag || template instanceof UnlessTag || template instanceof CaseTag) {
    const branches = [...template.branches.map((branch) => branch.templates), template.elseTemplates ?? []];
    const parts = branches.map((branch) => together(branch.map((inner) => partsOf(inner, steps))));
    return { ...together(parts), count: Math.max(...parts.map(({ count }) => count)) };
  }
  const count = silentTags.some((silent) => template instanceof silent) ? 0 : 1;
  const named = Object.values(analyzeSync([template]).variables)
    .flat()
    .flatMap(({ segments }) => pictureIn(segments, steps) ?? []);
  const [first] = named;
  if (first === undefined) return { count };
  const [value] = template instanceof Output || template instanceof EchoTag ? template.arguments() : [];
  const known = value instanceof Value ? stagesOf(value, steps) : [];
  // One that is named where it was not looked for, such as an index, is not understood.
  const isKnown =
    known.length === named.length && known.every((stage) => stage !== undefined && stage !== 'steps');
  if (!isKnown) return { count, misused: first.id };
  return known.every((stage) => stage === 'size') ? { count } : { count, picture: first.id };
}

function together(parts: readonly Parts[]): Parts {
  return {
    count: parts.reduce((sum, { count }) => sum + count, 0),
    picture: parts.find(({ picture }) => picture !== undefined)?.picture,
    misused: parts.find(({ misused }) => misused !== undefined)?.misused,
  };
}

/** What comes of each picture that an output begins with or falls back on; `undefined` where it is lost. */
function stagesOf({ initial, filters }: Value, steps: Steps): readonly (Stage | undefined)[] {
  const [start, ...others] = initial.postfix;
  const fallbacks = filters.flatMap(({ name, args }, index) =>
    name === 'default' ? args.map((token) => ({ token, rest: filters.slice(index + 1) })) : [],
  );
  return [...(others.length > 0 ? [] : [{ token: start, rest: filters }]), ...fallbacks].flatMap(
    ({ token, rest }) => {
      if (token === undefined || Array.isArray(token) || !isAccess(token)) return [];
      const named = token.variable === undefined ? pictureIn(token.props.map(segmentOf), steps) : undefined;
      return named === undefined ? [] : [rest.reduce(afterFilter, named.stage)];
    },
  );
}

function afterFilter(stage: Stage | undefined, { name, args }: Filter): Stage | undefined {
  // Liquid adds what writes the output to its filters.
  if (stage === undefined || name === '[object Function]' || stage === 'size') return stage;
  const [property] = args;
  const isOfImage = property !== undefined && 'content' in property && property.content === 'image';
  return name === 'map' && !isOfImage ? undefined : filtered[stage][name];
}

/** The picture that a name is or holds; without a stage, it is none that can be given. */
function pictureIn(
  [root, id, ...way]: readonly unknown[],
  steps: Steps,
): { readonly id: string; readonly stage: Stage | undefined } | undefined {
  const step: StepGifts | undefined = root === 'steps' ? steps.get(String(id)) : undefined;
  if (step?.kind !== 'image' || way[0] === 'size') return undefined;
  const named = (stage: Stage | undefined) => ({ id: String(id), stage });
  if (!step.isList) return way[0] === 'image' ? named(way.length === 1 ? 'picture' : undefined) : undefined;
  if (way.length === 0) return named('steps');
  if (way.length === 1) return named(undefined);
  return way[1] === 'image' ? named(way.length === 2 ? 'picture' : undefined) : undefined;
}

function isAccess(token: Token): token is PropertyAccessToken {
  return token.kind === TokenKind.PropertyAccess;
}

function segmentOf(token: PropertyAccessToken['props'][number]): unknown {
  return 'content' in token ? token.content : undefined;
}
