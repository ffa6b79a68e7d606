import type { JournalEntry } from '../../../src/emulator/index.ts';
import type { SettingsChange } from '../../../src/emulator/settings.ts';
import { manyFaults } from '../../support/kill-run.ts';
import type { EmulatorServer } from '../world/emulator.ts';
import type { Kind } from './kind.ts';
import { untilStruck } from './until-struck.ts';

/** What the API itself does to those who call it. */
export const apiKinds: readonly Kind[] = [
  answering(
    'api-faults',
    [8, 14],
    { faults: manyFaults },
    { faults: {} },
    ({ fault }) => fault !== undefined,
  ),
  answering(
    'api-limits',
    [6, 12],
    { limits: { key: { rps: 3, burst: 3 } } },
    { limits: {} },
    ({ status }) => status === 429,
  ),
  answering('api-credit-gone', [4, 8], { wallet: '0' }, { wallet: '10000' }, ({ status }) => status === 402),
  {
    name: 'api-key-revoked',
    target: 'emulator',
    seconds: [4, 8],
    async strike({ world, lastsMs }) {
      const { emulator } = world;
      const before = (await emulator.journal()).length;
      await emulator.change({ revokeKey: 'canary' });
      const count = await untilStruck(
        lastsMs,
        countSince(emulator, before, ({ status }) => status === 401),
      );
      // What is revoked stays so until it starts again, with the keys that it was given.
      await emulator.process.killAndRestart();
      return { count, of: 'calls refused' };
    },
  },
];

function answering(
  name: string,
  seconds: Kind['seconds'],
  change: SettingsChange,
  back: SettingsChange,
  isStruck: (entry: JournalEntry) => boolean,
): Kind {
  return {
    name,
    target: 'emulator',
    seconds,
    async strike({ world: { emulator }, lastsMs }) {
      const before = (await emulator.journal()).length;
      await emulator.change(change);
      const count = await untilStruck(lastsMs, countSince(emulator, before, isStruck));
      await emulator.change(back);
      return { count, of: 'answers' };
    },
  };
}

function countSince(
  emulator: EmulatorServer,
  before: number,
  isStruck: (entry: JournalEntry) => boolean,
): () => Promise<number> {
  return async () => (await emulator.journal(before)).filter(isStruck).length;
}
