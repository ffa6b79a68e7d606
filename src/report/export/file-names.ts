import { PollenBatchError } from '../../errors.ts';
import type { StepResult } from '../../records/record.ts';
import type { ResultLine } from '../result-line.ts';

/** A text or an image of the results, as a file of its own. */
export interface ResultFile {
  /** Such as `0001-lamp-photo.jpg`: in the order of the job wherever names are sorted. */
  readonly name: string;
  readonly sha256: string | undefined;
  /** Where its bytes are: in the line, or in an object. */
  readonly content: { readonly text: string } | { readonly key: string };
}

/** Digits of a number in the names: at least four, and as many as the last one has. */
export function digitsFor(items: number): number {
  return Math.max(4, String(items).length);
}

/**
 * What an item answered, and what each of its steps did: those too of an item that came to no good end.
 *
 * @throws PollenBatchError `store-unusable` when the line would name a file outside of the results
 */
export function filesOf(line: ResultLine, digits: number): readonly ResultFile[] {
  const steps = (line.steps ?? []).filter(({ status }) => status === 'succeeded');
  return [
    ...(line.status === 'succeeded' ? [resultFile(line, digits)] : []),
    ...steps.map((step) => stepFile(line, step, digits)),
  ];
}

/** The file of an item's own result. */
export function resultFile(
  line: Extract<ResultLine, { readonly status: 'succeeded' }>,
  digits: number,
): ResultFile {
  return fileOf(line, [], line, digits);
}

/** The file of what a step of an item answered. */
export function stepFile(line: ResultLine, step: StepResult, digits: number): ResultFile {
  const { index } = step;
  return fileOf(line, [step.step, ...(index === undefined ? [] : [String(index)])], step, digits);
}

type Answered = Partial<Pick<StepResult, 'text' | 'json' | 'artifact' | 'sha256'>>;

// Number and id, the step, and an extension of ours. The line comes from the bucket, so what it names is looked at first.
function fileOf(
  { number, id }: ResultLine,
  step: readonly string[],
  { text = '', json, artifact, sha256 }: Answered,
  digits: number,
): ResultFile {
  const extension = artifact === undefined ? (json === true ? 'json' : 'txt') : extensionOf(artifact.key);
  const name = [`${String(number).padStart(digits, '0')}-${id}`, ...step, extension].join('.');
  return { name: safeName(name), sha256, content: artifact === undefined ? { text } : { key: artifact.key } };
}

function extensionOf(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

// Whoever changed the results may want a file written elsewhere.
function safeName(name: string): string {
  if (/^\d{4,12}-[A-Za-z0-9][A-Za-z0-9._-]{0,180}\.[a-z0-9]{1,8}$/.test(name)) return name;
  throw new PollenBatchError(
    'store-unusable',
    `the results name a file that is none of theirs: ${JSON.stringify(name)}`,
    { remedy: 'Look for who changed the bucket; a run never changes after its marker.' },
  );
}
