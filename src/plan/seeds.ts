import type { ExpandedItem } from './expand/expanded-item.ts';
import { stableSeed } from './seed.ts';

export interface SeedContext {
  /** Name of the job: part of every seed that is drawn. */
  readonly job: string;
  /** What items do that say nothing themselves. */
  readonly rule: 'stable' | 'fresh';
  /** Draws every seed anew that is not pinned, whatever items say. */
  readonly allFresh: boolean;
  /** What fresh seeds are drawn from besides: the run's own. */
  readonly scope: string;
  /** Whether another run of the job may have had the same stable seeds before. */
  readonly mayRepeat: boolean;
}

/** A call's seed. */
export interface DrawnSeed {
  readonly seed: number;
  /** Whether others may send the same bytes. */
  readonly isShared: boolean;
}

/** Draws the seeds of a job's items, in the job's order. */
export interface Seeds {
  /**
   * The seeds of an item's steps.
   *
   * @param content - digest of all that the item sends but its seeds
   * @returns what draws a step's seed by its id, where the item is a chain; or what is wrong with the item's rule
   */
  of(
    item: ExpandedItem,
    content: () => string,
  ): ((pinned: unknown, step?: string) => DrawnSeed) | { readonly problem: string };
  /** Whether any seed was drawn from the run. */
  readonly areFresh: () => boolean;
}

/** Makes what draws seeds. */
export function createSeeds({ job, rule: usual, allFresh, scope, mayRepeat }: SeedContext): Seeds {
  const occurrences = new Map<string, number>();
  let areFresh = false;

  // Without an id the seed follows the request itself, so that inserting a row moves no other row's seed.
  function nameOf({ id, sample }: ExpandedItem, content: () => string): readonly string[] {
    const which = sample === undefined ? [] : [`s${sample}`];
    if (id !== undefined) return [id, ...which];
    const bytes = content();
    const key = [bytes, ...which].join(' ');
    const occurrence = (occurrences.get(key) ?? 0) + 1;
    occurrences.set(key, occurrence);
    return [bytes, String(occurrence), ...which];
  }

  return {
    of(item, content) {
      const rule = item.seed ?? usual;
      const { sample = 1 } = item;
      if (typeof rule === 'object' && rule.length < sample) {
        const entries = rule.length === 1 ? '1 entry' : `${rule.length} entries`;
        return { problem: `the list of seeds has ${entries}, and this is sample ${sample}` };
      }
      // Samples count up from a number, or all of them would be one result.
      const given =
        typeof rule === 'number' ? rule + sample - 1 : typeof rule === 'object' && rule[sample - 1];
      const isFresh = allFresh || rule === 'fresh';
      const name = typeof given === 'number' ? [] : nameOf(item, content);
      return (pinned, step) => {
        if (typeof pinned === 'number') return { seed: pinned, isShared: true };
        if (typeof given === 'number') return { seed: given, isShared: true };
        areFresh ||= isFresh;
        const seed = stableSeed(
          job,
          ...(isFresh ? [scope] : []),
          ...name,
          ...(step === undefined ? [] : [step]),
        );
        return { seed, isShared: !isFresh && mayRepeat };
      };
    },
    areFresh: () => areFresh,
  };
}
