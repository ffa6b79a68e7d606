import type { JobChecks, Message } from '../manifest/job.ts';
import { quoted } from '../manifest/printable.ts';
import type { Problem } from '../manifest/problem.ts';
import { isTemplate } from '../manifest/template.ts';
import { responseFormat, type AnswerSchemas } from './answer-formats.ts';
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

/** Reads what a step names, and says what cannot be sent. */
export async function prepareStep(
  step: ExpandedStep,
  place: ItemPlace,
  context: StepContext,
): Promise<PreparedStep | { readonly problem: Problem }> {
  const refuse = (code: Problem['code'], message: string) => ({ problem: { ...place, code, message } });
  const model = modelOf(step);
  if (step.kind === 'image') {
    const parts = { kind: 'image', model, params: step.params, prompt: step.prompt } as const;
    // What is asked for in the parameters is no promise: models scale it to what they can.
    const { expect } = step;
    return { parts, repair: 0, ...(expect === undefined ? {} : { expect }) };
  }
  const url = step.messages.flatMap(foreignUrls)[0];
  if (url !== undefined) {
    return refuse(
      'url-invalid',
      `an image_url is an https: or data: URL, not ${quoted(url)}; files go under \`images\``,
    );
  }
  const images = await findImages(step.images ?? [], context.images);
  if ('code' in images) return refuse(images.code, images.message);
  const schema = await context.schemas.find(step.output, place);
  if (schema !== undefined && 'problem' in schema) return schema;
  const asksJson = step.output?.format === 'json';
  const format = asksJson && step.params['response_format'] === undefined;
  const params = format ? { ...step.params, response_format: responseFormat(schema) } : step.params;
  const expectsJson = asksJson || isJson(params['response_format']);
  return {
    parts: {
      kind: 'text',
      model,
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

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
