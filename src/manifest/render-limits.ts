import { TokenKind, Tokenizer } from 'liquidjs';
import type { Context, Emitter, FilterImplOptions, Liquid, Template } from 'liquidjs';

type FilterHandler = Extract<FilterImplOptions, (...given: never[]) => unknown>;

/**
 * Most steps of filling one template in: parts of a loop, each time anew. Counted, since a limit of time would refuse on
 * one machine what another one took.
 */
const maxSteps = 2_000;

/** Steps times characters of outputs and tags: in a part of more than 500, a step can be a hundred thousand conditions. */
const maxWork = 1_000_000;

/** Elements of a list that a filter goes through in the time of a step. */
const elementsOfStep = 10;

/** Most characters that filling in may put out. */
const maxCharacters = 4_000_000;

/** Most characters and elements that filters may take in and give; a range is made as a whole before it is gone through. */
const memory = { plain: 4_000_000, ranged: 100_000 } as const;

/** What filling in a template may take. */
export interface RenderLimits {
  readonly steps: number;
  /** Liquid's own limit. */
  readonly memoryLimit: number;
}

/** A limit that filling in a template has passed. */
export class RenderLimit extends Error {
  override readonly name = 'RenderLimit';
}

/** Tells what filling in a text may take. What is no loop is free. */
export function renderLimitsOf(text: string): RenderLimits {
  const marks = new Tokenizer(text).readTopLevelTokens().filter(({ kind }) => kind !== TokenKind.HTML);
  const characters = marks.reduce((sum, { begin, end }) => sum + end - begin, 0);
  // Each mark, the text beside it, and the start of its body.
  const once = 3 * marks.length + 2;
  return {
    steps: once + Math.min(maxSteps, Math.floor(maxWork / characters)),
    memoryLimit: marks.some((mark) => /\([^]*\.\./.test(mark.getText())) ? memory.ranged : memory.plain,
  };
}

/** What is left to one filling in. */
const budgets = new WeakMap<Context, { steps: number; characters: number }>();

/** Lets a filling in take no more than its limits. */
export function withBudget(context: Context, { steps }: RenderLimits): Context {
  budgets.set(context, { steps, characters: maxCharacters });
  return context;
}

/** Makes an engine count what it does against the budget of a filling in. */
export function countWork(engine: Liquid): void {
  const { renderer } = engine;
  const renderTemplates = renderer.renderTemplates.bind(renderer);
  renderer.renderTemplates = (templates: Template[], context: Context, emitter?: Emitter) => {
    takeSteps(context, 1 + templates.length);
    return renderTemplates(templates, context, emitter ?? countingEmitter(context));
  };
  for (const [name, filter] of Object.entries(engine.filters)) engine.filters[name] = counted(name, filter);
}

function counted(name: string, filter: FilterImplOptions): FilterImplOptions {
  const handler: FilterHandler = typeof filter === 'function' ? filter : filter.handler;
  // These evaluate an expression for each element.
  const perStep = name.endsWith('_exp') ? 1 : elementsOfStep;
  const countedHandler: FilterHandler = function (value: unknown, ...given: unknown[]): unknown {
    if (Array.isArray(value)) takeSteps(this.context, value.length / perStep);
    return handler.call(this, value, ...given);
  };
  return typeof filter === 'function' ? countedHandler : { ...filter, handler: countedHandler };
}

function takeSteps(context: Context, steps: number): void {
  const budget = budgets.get(context);
  if (budget === undefined) return;
  budget.steps -= steps;
  if (budget.steps >= 0) return;
  const most = maxSteps.toLocaleString('en');
  throw new RenderLimit(
    `it goes through its loops and lists for more than ${most} steps, or fewer where its tags are long; shorten the lists`,
  );
}

function countingEmitter(context: Context): Emitter {
  const budget = budgets.get(context);
  return {
    buffer: '',
    write(part: unknown) {
      const text = typeof part === 'string' ? part : [part].flat(Infinity).join('');
      this.buffer += text;
      if (budget === undefined) return;
      budget.characters -= text.length;
      if (budget.characters < 0) {
        const most = maxCharacters.toLocaleString('en');
        throw new RenderLimit(`it comes to more than ${most} characters; shorten what it is filled in with`);
      }
    },
  };
}
