import type { GalleryFigures, GalleryInfo, GalleryItem } from '../../contract.ts';

/** What could be read of a text, and what not. */
export interface Parsed<Value> {
  readonly value: Value;
  /** Sentence for the reader. */
  readonly problem?: string;
}

/** Reads what a page says of its run. */
export function parseInfo(text: string | undefined): Parsed<GalleryInfo | undefined> {
  if (text === undefined) return { value: undefined, problem: 'The page does not say which run it is of.' };
  const info = parseJson(text);
  if (!isRecord(info)) return { value: undefined, problem: 'What the page says of its run cannot be read.' };
  if (info['version'] !== 1) {
    return {
      value: undefined,
      problem: 'The data of this page are of another version than its code. Make the page again.',
    };
  }
  if (!isInfo(info)) return { value: undefined, problem: 'The page does not say which run it is of.' };
  return { value: withDefaults(info) };
}

/** Reads a block of items; those that are none are left out, and said. */
export function parseItems(text: string, block: number): Parsed<readonly GalleryItem[]> {
  const items = parseJson(text);
  if (!Array.isArray(items)) return { value: [], problem: `Block ${block} of the items cannot be read.` };
  const good = items.filter(isItem);
  if (good.length === items.length) return { value: good };
  return { value: good, problem: `${items.length - good.length} items of block ${block} cannot be read.` };
}

/** Reads a block of thumbnails: base64 by item number; nothing where it is garbled. */
export function parseThumbnails(text: string): ReadonlyMap<number, string> {
  const thumbnails = parseJson(text);
  if (!isRecord(thumbnails)) return new Map();
  const entries = Object.entries(thumbnails).filter((entry): entry is [string, string] => isBase64(entry[1]));
  return new Map(entries.map(([number, base64]) => [Number(number), base64]));
}

/** Whether a value is text that may stand in a `data:` address. */
export function isBase64(value: unknown): value is string {
  return typeof value === 'string' && /^[\w+/]+=*$/.test(value);
}

/** Whether a value has what every item has. */
export function isItem(value: unknown): value is GalleryItem {
  if (!isRecord(value)) return false;
  const { number, id, status, model, cost } = value;
  return Number.isInteger(number) && [id, status, model, cost].every((field) => typeof field === 'string');
}

const noFigures: GalleryFigures = { models: [], latencyBoundsMs: [], failures: [], axes: [] };
const noneEnded: GalleryInfo['ended'] = { succeeded: 0, failed: 0, cancelled: 0, expired: 0 };

/** What is known of a run, with nothing in the place of figures that are missing. */
export function withDefaults(info: GalleryInfo): GalleryInfo {
  const given: Partial<GalleryInfo> = info;
  return {
    ...info,
    items: given.items ?? 0,
    links: given.links ?? { kind: 'relative' },
    ended: { ...noneEnded, ...given.ended },
    figures: { ...noFigures, ...given.figures },
  };
}

function isInfo(info: object): info is GalleryInfo {
  const { runId, job, state, startedAt, cost } = info as Record<string, unknown>;
  return [runId, job, state, startedAt, cost].every((field) => typeof field === 'string');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
