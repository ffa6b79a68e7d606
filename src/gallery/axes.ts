import type { Values } from '../manifest/job.ts';
import type { GalleryFigures } from './contract.ts';

/** More of them make no table that anybody reads. */
const MOST_VALUES = 50;
const MOST_AXES = 20;

/** Collects what rows and columns of a table can be: variables with two to fifty values, in the order of the job. */
export function createAxes(): {
  add(vars: Values | undefined): void;
  axes(): GalleryFigures['axes'];
} {
  const values = new Map<string, Set<string>>();
  const crowded = new Set<string>();
  return {
    add(vars = {}) {
      for (const [name, value] of Object.entries(vars)) {
        if (crowded.has(name)) continue;
        const known = values.get(name) ?? new Set();
        values.set(name, known.add(JSON.stringify(value)));
        if (known.size <= MOST_VALUES) continue;
        values.delete(name);
        crowded.add(name);
      }
    },
    axes: () =>
      [...values]
        .filter(([, known]) => known.size > 1)
        .slice(0, MOST_AXES)
        .map(([name, known]) => ({ name, values: [...known] })),
  };
}
