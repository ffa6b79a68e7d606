import { hasTemplate, textsBelow } from '../../manifest/call-texts.ts';
import type { ImageStep, JobChecks, Message, Step, TextStep } from '../../manifest/job.ts';
import { isTemplate, parseTemplate, type TemplateName, type TemplateScope } from '../../manifest/template.ts';
import { compileParams, type ParamsFiller } from './compile-params.ts';
import { compileValue, type Filler } from './compile-value.ts';
import { isDeferred, pickScope } from './deferred.ts';
import type { ExpandedStep } from './expanded-item.ts';
import { FillFault } from './fill-fault.ts';

/** A step whose templates have been read, to be filled in for many items. */
export interface StepFiller {
  /** @throws FillFault for what cannot be filled in, or would be refused by the API */
  fill(scope: TemplateScope): ExpandedStep;
}

/**
 * Reads the templates of a step. One that names what other steps give keeps the templates of its prompts, with what else
 * they name; its parameters are filled in as far as they can be, since its price hangs on them.
 *
 * @throws FillFault for a template that cannot be read
 */
export function compileStep(step: Step, checks: JobChecks, timezone: string): StepFiller {
  const options = { timezone, keepTypes: false };
  const prompts: Filler =
    step.kind === 'image'
      ? compileValue(step.prompt, ['prompt'], options)
      : compileValue(
          step.messages.map(({ content }) => content),
          ['messages'],
          options,
        );
  const images = step.kind === 'text' ? compileValue(step.images, ['images'], options) : undefined;
  const isLater = isDeferred([...prompts.names, ...(images?.names ?? [])]);
  const params = compileParams(step.kind, step.params, checks, timezone, isDeferred);
  const names = [...prompts.names, ...(images?.names ?? []), ...params.names];
  if (isLater || isDeferred(params.names)) return deferredStep(step, names, params, timezone);
  return {
    fill: (scope) =>
      step.kind === 'image'
        ? imageStep(step, prompts, params, scope, checks)
        : textStep(step, { prompts, images, params }, scope, checks),
  };
}

function imageStep(
  step: ImageStep,
  prompts: Filler,
  params: ParamsFiller,
  scope: TemplateScope,
  checks: JobChecks,
): ExpandedStep {
  const prompt = prompts.fill(scope) as string;
  if (!prompts.isConstant) checkPrompt(prompt, step.kind, ['prompt'], prompts.names, checks);
  return { ...step, prompt, params: params.fill(scope) };
}

function textStep(
  step: TextStep,
  { prompts, images, params }: { prompts: Filler; images: Filler | undefined; params: ParamsFiller },
  scope: TemplateScope,
  checks: JobChecks,
): ExpandedStep {
  const filled = { ...step, params: params.fill(scope) };
  if (images?.isConstant === false) Object.assign(filled, { images: images.fill(scope) });
  if (prompts.isConstant) return filled;
  const contents = prompts.fill(scope) as readonly Message['content'][];
  const messages = step.messages.map((message, at): Message => {
    const content = contents[at] ?? message.content;
    if (content === message.content) return message;
    const path = ['messages', at, 'content'];
    // An empty system message is none; a prompt without words is a slip of its row.
    if (typeof content === 'string' && message.role === 'user') {
      checkPrompt(content, 'text', path, prompts.names, checks);
    }
    if (typeof content !== 'string') checkAddresses(content, path, prompts.names);
    return { ...message, content };
  });
  const isEmptySystem = ({ role, content }: Message): boolean => role === 'system' && content === '';
  return { ...filled, messages: messages.filter((message) => !isEmptySystem(message)) };
}

function deferredStep(
  step: Step,
  names: readonly TemplateName[],
  given: ParamsFiller,
  timezone: string,
): StepFiller {
  const known = knownOutputs(step, timezone);
  const images = (step.kind === 'text' ? (step.images ?? []) : []).map((image, at) => {
    const filler = compileValue(image, ['images', at], { timezone, keepTypes: false });
    return isDeferred(filler.names) ? undefined : filler;
  });
  return {
    fill(scope) {
      // What a row lacks is told before the steps that come first are paid.
      for (const output of known) output.fill(scope);
      const filled = given.fill(scope);
      const model = filled['model'];
      if (typeof model === 'string' && isTemplate(model)) {
        const message =
          'the model has to be known before the run: a template that names a step cannot choose it';
        throw new FillFault('param-invalid', message, ['params', 'model']);
      }
      // What a row says is no template: where it looks like one, its own is left for later.
      const later = (value: unknown, written: unknown): unknown => (hasTemplate(value) ? written : value);
      const params = Object.fromEntries(
        Object.entries(filled).map(([key, value]) => [key, later(value, step.params[key])]),
      );
      const changed = { ...step, params, scope: pickScope(names, scope) };
      if (changed.kind === 'image' || changed.images === undefined) return changed;
      return {
        ...changed,
        images: changed.images.map((image, at) => later(images[at]?.fill(scope) ?? image, image) as string),
      };
    },
  };
}

/** The outputs of a step's texts that name no other step, where no tag says whether they are filled in at all. */
function knownOutputs(step: Step, timezone: string): readonly Filler[] {
  const prompts =
    step.kind === 'image'
      ? textsBelow(step.prompt, ['prompt'])
      : step.messages.flatMap(({ content }, at) => textsBelow(content, ['messages', at, 'content']));
  // A parameter of one output may be null.
  const params = textsBelow(step.params, ['params']).filter(({ text }) => isDeferred(namesOf(text)));
  return [...prompts, ...params]
    .filter(({ text }) => !text.includes('{%'))
    .flatMap(({ text, path }) =>
      (text.match(/\{\{[\s\S]*?\}\}/g) ?? [])
        .filter((output) => !isDeferred(namesOf(output)))
        .map((output) => compileValue(output, path, { timezone, keepTypes: false })),
    );
}

function namesOf(text: string): readonly TemplateName[] {
  try {
    return parseTemplate(text).names;
  } catch {
    // Braces within a text of an output: looked at when it is filled in.
    return [['steps']];
  }
}

function checkPrompt(
  text: string,
  kind: Step['kind'],
  path: readonly (string | number)[],
  names: readonly TemplateName[],
  checks: JobChecks,
): void {
  const problem = checks.promptProblem(text, kind);
  if (problem !== undefined) throw new FillFault(problem.code, problem.message, path, names);
}

function checkAddresses(
  parts: readonly unknown[],
  path: readonly (string | number)[],
  names: readonly TemplateName[],
): void {
  for (const [at, part] of parts.entries()) {
    const url = (part as { readonly image_url?: { readonly url?: unknown } } | null)?.image_url?.url;
    if (typeof url !== 'string' || (/^(?:https|data):/iu.test(url) && URL.canParse(url))) continue;
    const message = 'a picture comes from `https:` or `data:`; files go under `images`';
    throw new FillFault('url-invalid', message, [...path, at, 'image_url', 'url'], names);
  }
}
