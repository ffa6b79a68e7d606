import { isObject } from '../json.ts';
import type { FilePath, JobChecks, Message } from '../manifest/job.ts';
import { quoted } from '../manifest/printable.ts';
import { isTemplate } from '../manifest/template.ts';
import { responseFormat, type AnswerSchema, type AnswerSchemas } from './answer-formats.ts';
import type { ExpandedStep } from './expand/expanded-item.ts';
import { sumRefusal, type LocalImages } from './local-images.ts';
import { attachmentUrl, type CallParts } from './make-call.ts';
import type { PlanFault } from './plan-fault.ts';
import type { Attachment, Expectation } from './plan.ts';

type ExpandedTextStep = Extract<ExpandedStep, { readonly kind: 'text' }>;

interface FoundImages {
  readonly urls: readonly string[];
  readonly attachments: readonly Attachment[];
}

/** A step with all that its files and its wishes for the answer add to it. */
export interface PreparedStep {
  /** What is sent, but for the seed; with templates where `scope` is. */
  readonly parts: CallParts;
  readonly attachments?: readonly Attachment[];
  readonly expect?: Expectation;
  readonly repair: number;
}

export interface StepContext {
  readonly images: LocalImages;
  readonly schemas: AnswerSchemas;
  readonly checks: Pick<JobChecks, 'paramProblems'>;
}

/** What is wrong with a value of a step. */
type StepFault = Omit<PlanFault, 'step'>;

/** A step that is ready, or all that keeps it from being sent. */
export type Preparation = PreparedStep | { readonly faults: readonly StepFault[] };

/**
 * Reads what a step names, and says what cannot be sent. Most steps name no files, and are ready at once: a promise for
 * each of a hundred thousand would keep them all in memory until the next one is made.
 */
export function prepareStep(step: ExpandedStep, context: StepContext): Preparation | Promise<Preparation> {
  if (step.kind === 'image') {
    const { params, prompt } = step;
    const parts = { kind: 'image', model: modelOf(step), params, prompt } as const;
    // What is asked for in the parameters is no promise: models scale it to what they can.
    const { expect } = step;
    return { parts, repair: 0, ...(expect === undefined ? {} : { expect }) };
  }
  const faults = step.messages.flatMap((message, index) => foreignUrls(message, ['messages', index]));
  const readsNothing = (step.images ?? []).length === 0 && step.output?.schema === undefined;
  if (!readsNothing) return prepareWithFiles(step, faults, context);
  return faults.length > 0 ? { faults } : prepareText(step, { urls: [], attachments: [] }, undefined);
}

async function prepareWithFiles(
  step: ExpandedTextStep,
  found: readonly StepFault[],
  context: StepContext,
): Promise<Preparation> {
  const images = await findImages(step, context.images);
  const schema = await context.schemas.find(step.output);
  const faults = [
    ...found,
    ...('faults' in images ? images.faults : []),
    ...(schema !== undefined && 'faults' in schema
      ? schema.faults.map((fault) => ({ ...fault, path: ['output', 'schema'] }))
      : []),
  ];
  if (faults.length > 0 || 'faults' in images) return { faults };
  return prepareText(step, images, schema === undefined || 'faults' in schema ? undefined : schema);
}

function prepareText(
  step: ExpandedTextStep,
  images: FoundImages,
  schema: AnswerSchema | undefined,
): PreparedStep {
  const asksJson = step.output?.format === 'json';
  const format = asksJson && step.params['response_format'] === undefined;
  const params = format ? { ...step.params, response_format: responseFormat(schema) } : step.params;
  const expectsJson = asksJson || isJson(params['response_format']);
  return {
    parts: {
      kind: 'text',
      model: modelOf(step),
      params,
      messages: step.messages,
      ...(images.urls.length === 0 ? {} : { images: images.urls }),
    },
    repair: step.output?.repair ?? 0,
    ...(images.attachments.length === 0 ? {} : { attachments: images.attachments }),
    ...(expectsJson
      ? { expect: { json: true, ...(schema === undefined ? {} : { schema: schema.digest }) } }
      : {}),
  };
}

/** The model of a step; the manifest always sets one. */
function modelOf({ params }: Pick<ExpandedStep, 'params'>): string {
  return String(params['model']);
}

async function findImages(
  { images = [], scope }: ExpandedTextStep,
  local: LocalImages,
): Promise<FoundImages | { readonly faults: readonly StepFault[] }> {
  const urls: string[] = [];
  const faults: StepFault[] = [];
  const attachments: Attachment[] = [];
  for (const [index, image] of images.entries()) {
    const path = ['images', index];
    // What a row says is no template, whatever it looks like.
    if (image.startsWith('https://') || (scope !== undefined && isTemplate(image))) urls.push(image);
    else if (/^[A-Za-z][A-Za-z0-9+.-]+:/.test(image)) {
      const message = `an image is an https: URL or a file below the job's folder, not ${quoted(image)}`;
      faults.push({ code: 'url-invalid', message, path });
    } else {
      const found = await local.find(image);
      if ('code' in found) faults.push({ ...found, path });
      else {
        attachments.push(found);
        urls.push(attachmentUrl(found.sha256));
      }
    }
  }
  const tooMuch = sumRefusal(attachments);
  if (tooMuch !== undefined) faults.push({ ...tooMuch, path: ['images'] });
  if (faults.length > 0) return { faults };
  const once = new Map(attachments.map((attachment) => [attachment.sha256, attachment]));
  return { urls, attachments: [...once.values()] };
}

function foreignUrls({ content }: Message, path: FilePath): readonly StepFault[] {
  if (typeof content === 'string') return [];
  return content.flatMap((part, index): readonly StepFault[] => {
    if (!isObject(part) || part['type'] !== 'image_url') return [];
    const image = part['image_url'];
    const [url, below] = isObject(image) ? [image['url'], ['url']] : [image, []];
    const text = typeof url === 'string' ? url : '';
    if (isTemplate(text) || /^(?:https:\/\/|data:)/.test(text)) return [];
    const message = `an image_url is an https: or data: URL, not ${quoted(text)}; files go under \`images\``;
    return [{ code: 'url-invalid', message, path: [...path, 'content', index, 'image_url', ...below] }];
  });
}

function isJson(format: unknown): boolean {
  return isObject(format) && (format['type'] === 'json_object' || format['type'] === 'json_schema');
}
