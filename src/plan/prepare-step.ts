import { isObject } from '../json.ts';
import type { JobChecks, Message, TextStep } from '../manifest/job.ts';
import { quoted } from '../manifest/printable.ts';
import type { Problem } from '../manifest/problem.ts';
import { isTemplate } from '../manifest/template.ts';
import { responseFormat, type AnswerSchema, type AnswerSchemas } from './answer-formats.ts';
import type { ExpandedStep, ItemPlace } from './expand/expanded-item.ts';
import type { LocalImages } from './local-images.ts';
import { attachmentUrl, type CallParts } from './make-call.ts';
import type { Attachment, Expectation } from './plan.ts';

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

/** A step that is ready, or why it cannot be sent. */
export type Preparation = PreparedStep | { readonly problem: Problem };

/**
 * Reads what a step names, and says what cannot be sent. Most steps name no files, and are ready at once: a promise for
 * each of a hundred thousand would keep them all in memory until the next one is made.
 */
export function prepareStep(
  step: ExpandedStep,
  place: ItemPlace,
  context: StepContext,
): Preparation | Promise<Preparation> {
  if (step.kind === 'image') {
    const { params, prompt } = step;
    const parts = { kind: 'image', model: modelOf(step), params, prompt } as const;
    // What is asked for in the parameters is no promise: models scale it to what they can.
    const { expect } = step;
    return { parts, repair: 0, ...(expect === undefined ? {} : { expect }) };
  }
  const url = step.messages.flatMap(foreignUrls)[0];
  if (url !== undefined) {
    const message = `an image_url is an https: or data: URL, not ${quoted(url)}; files go under \`images\``;
    return { problem: { ...place, code: 'url-invalid', message } };
  }
  const readsNothing = (step.images ?? []).length === 0 && step.output?.schema === undefined;
  return readsNothing
    ? prepareText(step, { urls: [], attachments: [] }, undefined)
    : prepareWithFiles(step, place, context);
}

async function prepareWithFiles(
  step: TextStep,
  place: ItemPlace,
  context: StepContext,
): Promise<Preparation> {
  const images = await findImages(step.images ?? [], context.images);
  if ('code' in images) return { problem: { ...place, ...images } };
  const schema = await context.schemas.find(step.output, place);
  if (schema !== undefined && 'problem' in schema) return schema;
  return prepareText(step, images, schema);
}

function prepareText(
  step: TextStep,
  images: { readonly urls: readonly string[]; readonly attachments: readonly Attachment[] },
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
  images: readonly string[],
  local: LocalImages,
): Promise<
  | { readonly urls: readonly string[]; readonly attachments: readonly Attachment[] }
  | { readonly code: Problem['code']; readonly message: string }
> {
  const foreign = images.find(
    (image) => /^[A-Za-z][A-Za-z0-9+.-]+:/.test(image) && !image.startsWith('https://'),
  );
  if (foreign !== undefined) {
    const message = `an image is an https: URL or a file below the job's folder, not ${quoted(foreign)}`;
    return { code: 'url-invalid', message };
  }
  const isLocal = (image: string): boolean => !image.startsWith('https://') && !isTemplate(image);
  const attachments = await local.find(images.filter(isLocal));
  if ('code' in attachments) return attachments;
  let next = 0;
  const urls = images.map((image) =>
    isLocal(image) ? attachmentUrl(attachments[next++]?.sha256 ?? '') : image,
  );
  const once = new Map(attachments.map((attachment) => [attachment.sha256, attachment]));
  return { urls, attachments: [...once.values()] };
}

function foreignUrls({ content }: Message): readonly string[] {
  if (typeof content === 'string') return [];
  return content.flatMap((part) => {
    const url = urlOf(part);
    return url === undefined || isTemplate(url) || /^(?:https:\/\/|data:)/.test(url) ? [] : [url];
  });
}

function urlOf(part: unknown): string | undefined {
  if (!isObject(part) || part['type'] !== 'image_url') return undefined;
  const image = part['image_url'];
  const url = isObject(image) ? image['url'] : image;
  return typeof url === 'string' ? url : '';
}

function isJson(format: unknown): boolean {
  return isObject(format) && (format['type'] === 'json_object' || format['type'] === 'json_schema');
}
