import type { ExpandedItem } from './expand/expanded-item.ts';
import type { PlanFault } from './plan-fault.ts';

/**
 * Doubts whether images can be what they have to be: a size that is asked for is the one that comes, save from models that
 * resize.
 */
export function expectDoubts({ steps }: Pick<ExpandedItem, 'steps'>): readonly PlanFault[] {
  return steps.flatMap((each, step) => {
    if (each.kind !== 'image' || each.expect === undefined) return [];
    const { expect, params } = each;
    return (['width', 'height'] as const).flatMap((side): readonly PlanFault[] => {
      const [wanted, asked] = [expect[side], params[side]];
      if (wanted === undefined || typeof asked !== 'number' || asked === wanted) return [];
      const message = `the image has to have a ${side} of ${wanted}, and one of ${asked} is asked for: it fails unless its model resizes it so; make \`params.${side}\` ${wanted}`;
      return [{ code: 'expect-size', message, step, path: ['expect', side] }];
    });
  });
}
