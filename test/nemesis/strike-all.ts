import { setTimeout as pause } from 'node:timers/promises';

import { seededRandom } from '../support/seeded-random.ts';
import type { Load } from './load/load.ts';
import type { PlannedFault } from './plan.ts';
import type { Kind } from './strikes/kind.ts';
import type { World } from './world/world.ts';

/** What has become of a planned fault. */
export interface Struck {
  readonly kind: string;
  readonly count: number;
  readonly of: string;
}

/** Lets all faults of a plan happen, each at its time. Resolves when all are over and what they broke is mended. */
export async function strikeAll(
  world: World,
  load: Load,
  plan: readonly PlannedFault[],
  kinds: readonly Kind[],
): Promise<readonly Struck[]> {
  const started = performance.now();
  const byName = new Map(kinds.map((kind) => [kind.name, kind]));
  const busy = new Map<string, Promise<unknown>>();
  return Promise.all(
    plan.map(async ({ kind: name, atMs, lastsMs, place, seed }) => {
      const kind = byName.get(name);
      if (kind === undefined) return { kind: name, count: 0, of: 'nothing' };
      await pause(Math.max(0, atMs - (performance.now() - started)));
      // A fault may last longer than planned, and take more of what another one waits for.
      const target = kind.target === 'worker' ? `worker-${place}` : kind.target;
      const struck = (busy.get(target) ?? Promise.resolve()).then(() => {
        world.say(`${name}, for ${(lastsMs / 1_000).toFixed(1)} s`);
        const nextSubmit = (): Promise<readonly string[]> => load.nextSubmit();
        return kind.strike({ world, lastsMs, place, random: seededRandom(seed), nextSubmit });
      });
      busy.set(target, struck);
      return { kind: name, ...(await struck) };
    }),
  );
}
