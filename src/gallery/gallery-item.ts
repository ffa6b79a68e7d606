import type { ExportLine, ExportStep } from '../report/export/export-line.ts';
import { partName } from '../storage/keys.ts';
import type { GalleryItem, GalleryStep } from './contract.ts';
import { jobLine } from './job-line.ts';

/** What a page links to. */
export interface LinkTarget {
  /** Of an object in the bucket. */
  readonly key: string;
  /** Name of its copy, where results are copied to files. */
  readonly file?: string;
}

/** Says where a page finds it; `undefined` where it does not. */
export type LinkOf = (target: LinkTarget) => Promise<string | undefined> | string | undefined;

/** Characters of a text that stand in the page itself. */
const MOST_TEXT = 4_096;
/** Characters of what else an item has, as JSON: longer ones stay in the results. */
const MOST_DATA = 8_192;

/** Makes of an exported line what a page shows of it. */
export async function galleryItem(line: ExportLine, linkOf: LinkOf): Promise<GalleryItem> {
  const { number, id, customId, status, kind, model, vars, prompt, params, cost, startedAt, latencyMs } =
    line;
  const written = jobLine(line);
  return {
    number,
    id,
    ...given({
      customId,
      startedAt,
      latencyMs,
      prompt: prompt === undefined ? undefined : shortened(prompt),
    }),
    ...given({ vars: small(vars), params: small(params), jobLine: small(written) }),
    status,
    kind,
    model,
    ...('seed' in line ? given({ seed: line.seed }) : {}),
    ...(await resultOf(line, linkOf)),
    cost: cost.settled,
    ...(cost.unknown.count === 0 ? {} : { unknown: cost.unknown }),
    attempts: line.attempts.length + (line.throttled ?? 0),
    ...((line.throttled ?? 0) === 0 ? {} : given({ throttled: line.throttled })),
    ...given({ cache: line.attempts.findLast(({ code }) => code === 'answered')?.cache?.status }),
    ...('reused' in line ? given({ reusedRun: line.reused?.runId }) : {}),
    ...(line.steps === undefined
      ? {}
      : { steps: await Promise.all(line.steps.map((step) => galleryStep(step, linkOf))) }),
  };
}

async function resultOf(line: ExportLine, linkOf: LinkOf): Promise<Partial<GalleryItem>> {
  if (line.status === 'failed') {
    return { fault: shortFault(line.fault), ...(line.answer === undefined ? {} : cutText(line.answer)) };
  }
  if (line.status !== 'succeeded') return {};
  const { text, json, artifact, file, key, modelUsed, doubt, bytes, sha256 } = line;
  const shown = text === undefined ? {} : cutText(text);
  // A short text is all there; the record has the rest of a longer one.
  const wanted = artifact?.key ?? ('cut' in shown ? key : undefined);
  const link = wanted === undefined ? undefined : await linkOf({ key: wanted, ...given({ file }) });
  return {
    ...shown,
    ...given({ json, modelUsed, doubt, link }),
    ...(artifact === undefined
      ? {}
      : given({ contentType: artifact.contentType, width: artifact.width, height: artifact.height })),
    bytes,
    sha256,
  };
}

async function galleryStep(step: ExportStep, linkOf: LinkOf): Promise<GalleryStep> {
  const { kind, model, status, prompt, text, json, artifact, file, fault, cost } = step;
  const link = artifact && (await linkOf({ key: artifact.key, ...given({ file }) }));
  return {
    name: partName(step),
    kind,
    model,
    status,
    ...given({ json, link, contentType: artifact?.contentType }),
    ...given({ prompt: prompt === undefined ? undefined : shortened(prompt) }),
    ...(fault === undefined ? {} : { fault: shortFault(fault) }),
    ...(text === undefined ? {} : cutText(text)),
    cost: cost.settled,
  };
}

// A page of 10,000 items must stay one that a worker can make and a browser can read.
function small<Value>(value: Value): Value | undefined {
  return value === undefined || JSON.stringify(value).length > MOST_DATA ? undefined : value;
}

function shortened(text: string): string {
  const { text: start, cut } = cutText(text);
  return cut === undefined ? start : `${start}…`;
}

function shortFault(fault: NonNullable<GalleryItem['fault']>): NonNullable<GalleryItem['fault']> {
  return { ...fault, message: shortened(fault.message) };
}

function cutText(text: string): { readonly text: string; readonly cut?: true } {
  if (text.length <= MOST_TEXT) return { text };
  // Not between the halves of a character.
  return { text: text.slice(0, MOST_TEXT).replace(/[\ud800-\udbff]$/, ''), cut: true };
}

type Given<Values> = { [Name in keyof Values]?: Exclude<Values[Name], undefined> };

function given<Values extends object>(values: Values): Given<Values> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Given<Values>;
}
