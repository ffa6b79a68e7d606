import { PollenBatchError } from '../../errors.ts';

/** How a person names a run. */
export type RunReference =
  /** `@latest`: the one that started last. */
  | { readonly kind: 'latest' }
  /** A whole id, as far as its form tells. */
  | { readonly kind: 'whole'; readonly runId: string }
  | { readonly kind: 'beginning'; readonly text: string };

const whole = /^([A-Za-z0-9][A-Za-z0-9._-]*)-[0-9a-f]{10}(-first\d+)?(-r\d+|-\d{8}T\d{6}Z)?(-retry\d+)?$/;
const beginning = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const NAMED = 5;

/**
 * Reads what a person wrote for a run.
 *
 * @throws PollenBatchError `usage` for what can be neither a run id nor its beginning
 */
export function parseReference(text: string): RunReference {
  if (text === '@latest') return { kind: 'latest' };
  if (whole.test(text)) return { kind: 'whole', runId: text };
  if (beginning.test(text)) return { kind: 'beginning', text };
  throw new PollenBatchError('usage', `\`${text}\` names no run`, {
    remedy: 'Give a run id as `pollen-batch list` shows it, its beginning, or @latest.',
  });
}

/** The job whose run has this id; `undefined` for what is no whole id. */
export function jobOfRun(runId: string): string | undefined {
  return whole.exec(runId)?.[1];
}

/**
 * The run that a beginning stands for.
 *
 * @param found - runs whose ids begin so, those first that a person more likely means
 * @returns `undefined` where there is none
 * @throws PollenBatchError `usage` naming them where there are several
 */
export function onlyRun(text: string, found: readonly string[]): string | undefined {
  const ids = [...new Set(found)];
  if (ids.includes(text)) return text;
  if (ids.length < 2) return ids[0];
  const rest = ids.length - NAMED;
  throw new PollenBatchError('usage', `several runs begin with ${text}`, {
    details: [...ids.slice(0, NAMED), ...(rest > 0 ? [`… and ${rest} more`] : [])],
    remedy: 'Write more of the id, or @latest for the run that started last.',
  });
}

/** The error of a reference that nothing stands behind. */
export function noRun(text: string, where: string): PollenBatchError {
  const isLatest = text === '@latest';
  return new PollenBatchError(
    'not-found',
    isLatest ? `there is no run yet in ${where}` : `there is no run ${text} in ${where}`,
    {
      remedy: isLatest
        ? 'Submit a job with `pollen-batch submit FILE`.'
        : 'List the runs with `pollen-batch list`.',
    },
  );
}
