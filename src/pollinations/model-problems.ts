import { closestName } from './closest-name.ts';
import type { DialectName } from './dialects/dialect.ts';
import type { ModelInfo } from './models.ts';

/** What the API's list of models says about one call. */
export interface ModelProblem {
  readonly code: 'model-unknown' | 'model-kind' | 'model-param' | 'model-size';
  readonly message: string;
  /** The parameter that it is about, or `images`: pictures that are shown beside them. */
  readonly param: string;
  /** Set when the call can be made all the same. */
  readonly isWarning?: true;
}

type Kind = ModelInfo['kind'];
type Params = Readonly<Record<string, unknown>>;

/** Where the models of a call come from. */
export interface ModelList {
  readonly dialect: DialectName;
  readonly models: readonly ModelInfo[];
  /** Names that are known by other ways, as from a price file. */
  readonly priced: readonly { readonly kind: Kind; readonly model: string }[];
}

const SHOWN = 6;

/** Parameters that every call may have: the first two are none to the models, and a seed is always sent. */
const OWN = new Set(['model', 'extra', 'seed']);

/**
 * Makes the check of calls against the API's list of models: whether the model is there, makes what is asked for, sees
 * pictures that it is shown, and honours the call's parameters.
 */
export function createModelCheck({ dialect, models, priced }: ModelList) {
  const byName = new Map(
    models.flatMap((model) => [model.id, ...model.aliases].map((name) => [`${model.kind} ${name}`, model])),
  );
  const others = new Set(priced.map(({ kind, model }) => `${kind} ${model}`));

  return function modelProblems(kind: Kind, params: Params, hasPictures: boolean): readonly ModelProblem[] {
    const name = String(params['model']);
    const model = byName.get(`${kind} ${name}`);
    if (model !== undefined) return problemsOf(model, name, params, hasPictures, dialect);
    if (others.has(`${kind} ${name}`)) return [];
    const otherKind = kind === 'text' ? 'image' : 'text';
    if (byName.has(`${otherKind} ${name}`)) {
      const message = `"${name}" makes ${nounOf(otherKind)}, and this item asks for ${nounOf(kind)}`;
      return [{ code: 'model-kind', message, param: 'model' }];
    }
    const names = models.filter((each) => each.kind === kind).flatMap(({ id, aliases }) => [id, ...aliases]);
    const message = `the API has no ${kind} model "${name}"; ${hint(name, names)}`;
    return [{ code: 'model-unknown', message, param: 'model' }];
  };
}

function hint(name: string, names: readonly string[]): string {
  const near = closestName(name, names);
  if (near !== undefined) return `did you mean "${near}"?`;
  const more = names.length > SHOWN ? ' … (all: `pollen-batch models`)' : '';
  return `it has ${names.slice(0, SHOWN).join(', ')}${more}`;
}

function problemsOf(
  { kind, abilities = {} }: ModelInfo,
  name: string,
  params: Params,
  hasPictures: boolean,
  dialect: DialectName,
): readonly ModelProblem[] {
  const { inputs, outputs } = abilities;
  if (outputs !== undefined && !outputs.includes(kind)) {
    const message = `"${name}" makes ${outputs.join(' and ')}, which is not supported yet`;
    return [{ code: 'model-kind', message, param: 'model' }];
  }
  const isBlind = inputs !== undefined && !inputs.includes('image');
  const shown: readonly ModelProblem[] =
    isBlind && (hasPictures || params['image'] !== undefined)
      ? [
          {
            code: 'model-param',
            message: `"${name}" takes no pictures`,
            param: hasPictures ? 'images' : 'image',
          },
        ]
      : [];
  const warnings = [
    ...ignoredParams(kind, name, params, abilities.params),
    ...(kind === 'image' ? imageWarnings(name, params, dialect) : []),
  ];
  return [...shown, ...warnings];
}

/** The API drops what a model does not honour without a word. */
function ignoredParams(
  kind: Kind,
  name: string,
  params: Params,
  honoured: readonly string[] | undefined,
): readonly ModelProblem[] {
  if (kind !== 'text' || honoured === undefined) return [];
  return Object.keys(params)
    .filter((param) => !OWN.has(param) && !honoured.includes(param))
    .map((param) =>
      warning(
        'model-param',
        param,
        `"${name}" does not list \`${param}\` among its parameters, and may ignore it`,
      ),
    );
}

function imageWarnings(name: string, params: Params, dialect: DialectName): readonly ModelProblem[] {
  const { width, height, quality } = params;
  const problems: ModelProblem[] = [];
  if (quality !== undefined && !/^gpt-?image/.test(name)) {
    const message = `"${name}" ignores \`quality\`, which gptimage alone takes`;
    problems.push(warning('model-param', 'quality', message));
  }
  // Source: the image service of the first era draws a smaller picture of the same shape, and says nothing.
  const most = name === 'flux' || name === 'turbo' ? 768 : 1_024;
  const longer = Math.max(...[width, height].map((side) => (typeof side === 'number' ? side : 0)));
  if (dialect === 'enter' && longer > most) {
    const message = `this API draws "${name}" with sides of at most ${most} pixels: a picture with one of ${longer} comes smaller`;
    problems.push(warning('model-size', width === longer ? 'width' : 'height', message));
  }
  return problems;
}

function warning(code: ModelProblem['code'], param: string, message: string): ModelProblem {
  return { code, message, param, isWarning: true };
}

function nounOf(kind: Kind): string {
  return kind === 'text' ? 'texts' : 'images';
}
