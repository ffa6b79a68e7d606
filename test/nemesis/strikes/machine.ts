import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

import { diskNames, type DiskName } from '../world/world.ts';
import type { Kind } from './kind.ts';

const hour = 3_600_000;
const targets = { temporal: 'temporal', objects: 'store' } as const satisfies Record<
  DiskName,
  Kind['target']
>;

/** Disks that are full, and clocks that somebody sets. */
export const machineKinds: readonly Kind[] = [
  ...diskNames.map((disk): Kind => ({
    name: `disk-full-${disk}`,
    target: targets[disk],
    seconds: [5, 12],
    unable: ({ disks }) =>
      disks[disk] === undefined ? 'this user may not mount a small file system in memory' : undefined,
    async strike({ world, lastsMs }) {
      const { disks } = world;
      const left = await disks[disk]?.fill();
      await pause(lastsMs);
      await disks[disk]?.empty();
      // As whoever runs it has to: what its index could not write it refuses from then on, in that part of the keys.
      if (disk === 'objects') await world.stack.store.killAndRestart();
      return { count: left === 0 ? 1 : 0, of: 'disks without a byte left' };
    },
  })),
  ...(['forward', 'back'] as const).map((way): Kind => ({
    name: `clock-${way}`,
    target: 'clock',
    seconds: [4, 10],
    async strike({ world, lastsMs }) {
      const seen = async (): Promise<number> =>
        (await readFile(world.clockSeen, 'utf8').catch(() => '')).split('\n').length - 1;
      const before = await seen();
      await world.setClock(way === 'forward' ? hour : -hour);
      await pause(lastsMs);
      await world.setClock(0);
      return { count: Math.max(0, (await seen()) - before), of: 'clocks set' };
    },
  })),
];
