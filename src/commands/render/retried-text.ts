import type { Retried } from '../retry/retry.ts';
import { plural } from './words.ts';

/**
 * What a retry calls again, in a sentence or two.
 *
 * @param asked - the run that was named
 */
export function retriedText(asked: string, { run, parent, plan, left }: Retried): string {
  const by =
    asked === parent.runId || asked === run.runId
      ? []
      : [`${asked} was retried before: this goes on from ${parent.runId}, its last retry.`];
  if (left === undefined)
    return [...by, `The retry ${run.runId} of ${parent.runId} was begun before.`].join('\n');
  const { failed, cancelled, reseeded } = left;
  const again = failed + cancelled;
  const kinds = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
  ].join(', ');
  const seeds = reseeded > 0 ? `, ${reseeded} of them with another seed` : '';
  return [
    ...by,
    `Retry of ${parent.runId}: ${plural(again, 'item')} again (${kinds})${seeds}; ${plan.items - again} taken over.`,
  ].join('\n');
}
