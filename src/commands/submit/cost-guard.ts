import { PollenBatchError } from '../../errors.ts';
import { parseAmount } from '../../pollen/amount.ts';
import type { PlannedJob } from '../../plan/plan-job.ts';
import { plural } from '../render/words.ts';
import type { Outlook } from '../plan/outlook.ts';

/** What a run may cost, and who is asked. Amounts are decimal Pollen. */
export interface CostLimits {
  /** What may cost more is refused. */
  readonly maxCost?: string | undefined;
  /** What may cost more has to be confirmed. */
  readonly confirmAbove?: string | undefined;
  /** Whether it is confirmed beforehand. */
  readonly isConfirmed: boolean;
}

/**
 * Decides whether a run may start for what it can cost.
 *
 * @returns a question that has to be answered with yes, if there is one
 * @throws PollenBatchError `too-dear` when it may cost more than `maxCost`, or nothing bounds what it costs
 */
export function checkCost(
  { estimate, models }: Outlook,
  { maxCost, confirmAbove, isConfirmed }: CostLimits,
): string | undefined {
  const atMost = parseAmount(estimate.atMost);
  const open = models.filter(({ unbounded }) => unbounded > 0);
  if (maxCost !== undefined) {
    if (open.length > 0) {
      throw new PollenBatchError('too-dear', `no bound is known of what ${callsOf(open)} may cost`, {
        details: open.map(
          ({ kind, model, unbounded }) =>
            `${model} (${kind}): ${plural(unbounded, 'call')} without a known bound`,
        ),
        remedy: `Nothing was started. Give texts \`max_tokens\`, and images a model of a flat price; nothing bounds texts that are shown pictures. Or leave --max-cost out.`,
      });
    }
    if (atMost > parseAmount(maxCost)) {
      throw new PollenBatchError(
        'too-dear',
        `the job may cost ${estimate.atMost} Pollen, and --max-cost allows ${maxCost}`,
        {
          details: models
            .filter((one) => parseAmount(one.atMost) > 0n)
            .map(
              ({ kind, model, calls, atMost: most }) =>
                `${model} (${kind}): ${plural(calls, 'call')}, at most ${most} Pollen`,
            ),
          remedy: 'Nothing was started. Allow more, lower `max_tokens`, or try the first items with --first.',
        },
      );
    }
  }
  if (confirmAbove === undefined || isConfirmed) return undefined;
  if (open.length === 0 && atMost <= parseAmount(confirmAbove)) return undefined;
  const bound =
    open.length > 0
      ? `more than any known bound (no bound is known of ${callsOf(open)})`
      : `${estimate.atMost} Pollen`;
  return `It may cost ${bound}, and more than ${confirmAbove} has to be confirmed.`;
}

/**
 * Checks that what is allowed holds the dearest call, as it becomes the run's budget.
 *
 * @throws PollenBatchError `too-dear` where it does not: the API has no cache, so that a lost answer may be paid for twice
 */
export function checkDearest({ dearest }: Pick<PlannedJob, 'dearest'>, maxCost: string): void {
  if (parseAmount(dearest) <= parseAmount(maxCost)) return;
  throw new PollenBatchError(
    'too-dear',
    `a call may cost ${dearest} Pollen when its answer is lost and paid for twice, and --max-cost allows ${maxCost}`,
    { remedy: `Nothing was started. Allow ${dearest} or more.` },
  );
}

/** The error of a run that nobody has confirmed. */
export function unconfirmed(question: string, wasAsked: boolean): PollenBatchError {
  return new PollenBatchError('too-dear', wasAsked ? 'the run was not confirmed' : question, {
    remedy: wasAsked ? 'Nothing was started.' : 'Nothing was started. Confirm it with --yes.',
  });
}

function callsOf(models: Outlook['models']): string {
  return plural(
    models.reduce((sum, { unbounded }) => sum + unbounded, 0),
    'call',
  );
}
