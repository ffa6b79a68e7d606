import { invalidRequest } from './answers.ts';
import type { Call, Product, Reading } from './call.ts';
import { tokensOf } from './call.ts';
import { sha256 } from './cache.ts';
import { type Era, findModel } from './eras.ts';
import { withoutMarks } from './faults.ts';
import { encodeJpeg } from './jpeg.ts';
import type { Model } from './models.ts';
import { paint } from './picture.ts';
import { encodePng } from './png.ts';
import type { Usage } from './usage.ts';

const defaultSide = 1024;
// Past this, an emulated picture would cost more time and memory than anybody's test is worth.
const largestSide = 8192;
const tokensPerReference = 300;
const qualityFactors: Readonly<Record<string, number>> = { low: 0.25, medium: 1, high: 4, hd: 4 };

interface ImageRequest {
  readonly prompt: string;
  readonly model: Model;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  readonly quality: string;
  readonly transparent: boolean;
  readonly references: readonly string[];
}

/** Options of the emulator that change what images it makes. */
export interface ImageOptions {
  /** The seed era's service shrank flux and turbo to 768 pixels, others to 1,024, keeping their shape. */
  readonly clamp: boolean;
}

function wholeNumber(text: string | null, fallback: number, least: number, most: number): number | undefined {
  if (text === null) return fallback;
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

function clamped(request: ImageRequest): ImageRequest {
  const limit = ['flux', 'turbo'].includes(request.model.name) ? 768 : 1024;
  const factor = Math.min(1, limit / Math.max(request.width, request.height));
  const side = (length: number): number => Math.max(1, Math.round(length * factor));
  return { ...request, width: side(request.width), height: side(request.height) };
}

// A size of zero passes the schema and stands for the default.
const sideOf = (value: number | undefined): number =>
  value === undefined || value === 0 ? defaultSide : value;

function check(
  era: Era,
  prompt: string,
  query: URLSearchParams,
): { request: ImageRequest } | { problems: Record<string, string[]> } {
  const model = findModel(era, 'image', query.get('model') ?? era.defaultImageModel);
  const width = wholeNumber(query.get('width'), defaultSide, 0, largestSide);
  const height = wholeNumber(query.get('height'), defaultSide, 0, largestSide);
  const leastSeed = era.name === 'seed' ? 0 : -1;
  const seed = wholeNumber(query.get('seed'), era.defaultImageSeed, leastSeed, era.largestImageSeed);
  const quality = query.get('quality') ?? 'medium';
  const references = (query.get('image') ?? '').split(/[|,]/).filter((reference) => reference !== '');

  const problems: Record<string, string[]> = {};
  if (model === undefined) problems['model'] = ['Invalid option: expected one of the image models'];
  if (width === undefined) problems['width'] = [`Expected a whole number from 0 to ${largestSide}`];
  if (height === undefined) problems['height'] = [`Expected a whole number from 0 to ${largestSide}`];
  if (seed === undefined) problems['seed'] = [`Expected a whole number from ${leastSeed}`];
  if (!Object.hasOwn(qualityFactors, quality)) problems['quality'] = ['Expected low, medium, high or hd'];
  if (era.name !== 'seed' && references.some((reference) => !reference.startsWith('http'))) {
    problems['image'] = ['Expected addresses that start with http'];
  }
  if (model === undefined || seed === undefined || Object.keys(problems).length > 0) return { problems };
  const transparent = query.get('transparent') === 'true';
  const size = { width: sideOf(width), height: sideOf(height) };
  return { request: { prompt, model, ...size, seed, quality, transparent, references } };
}

function usageOf({ model, prompt, references, width, height, quality }: ImageRequest): Usage {
  if (model.imageTokens === undefined || model.rates.promptTextTokens === undefined) {
    return { completionImageTokens: model.imageTokens ?? 1 };
  }
  const area = (width * height) / defaultSide ** 2;
  return {
    promptTextTokens: tokensOf(prompt),
    promptImageTokens: references.length * tokensPerReference,
    completionImageTokens: Math.max(1, Math.ceil(model.imageTokens * area * (qualityFactors[quality] ?? 1))),
  };
}

function slugOf(prompt: string): string {
  const words = prompt
    .slice(0, 100)
    .toLowerCase()
    .match(/[a-z0-9]+/g) ?? ['image'];
  return words.join('-');
}

function produce(era: Era, request: ImageRequest, nonce: string): Product {
  const { prompt, model, seed, width, height, quality, references } = request;
  const digest = sha256(JSON.stringify([prompt, model.name, seed, nonce, quality, references]));
  const picture = paint(digest, width, height);
  // The comment alone makes two pictures differ that are too small to look different.
  const comment = JSON.stringify({ model: model.name, seed, prompt: digest });
  const png = era.sendsPng && request.transparent;
  return {
    contentType: png ? 'image/png' : 'image/jpeg',
    body: png ? encodePng(picture, comment) : encodeJpeg(picture, comment),
    headers: {
      'content-disposition': `inline; filename="${slugOf(withoutMarks(prompt))}.${png ? 'png' : 'jpg'}"`,
    },
    streamed: false,
  };
}

/** Reads an image call; `sequence` makes the random seed -1 another one each time. */
export function readImage(
  era: Era,
  prompt: string,
  query: URLSearchParams,
  sequence: number,
  options: ImageOptions,
): Reading {
  const checked = check(era, prompt, query);
  if ('problems' in checked) return { refusal: invalidRequest(checked.problems) };
  const request = options.clamp && era.name === 'seed' ? clamped(checked.request) : checked.request;
  const random = request.seed === -1;
  const call: Call = {
    kind: 'image',
    model: request.model,
    prompt,
    cacheable: !random,
    usage: () => usageOf(request),
    produce: () => produce(era, request, random ? String(sequence) : ''),
  };
  return { call };
}
