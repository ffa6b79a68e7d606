import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

import type { RestartableServer } from '../../support/restartable.ts';
import type { World } from '../world/world.ts';
import type { Effect, Kind } from './kind.ts';

const servers = {
  temporal: ({ stack }: World) => stack.temporal,
  store: ({ stack }: World) => stack.store,
  emulator: ({ emulator }: World) => emulator.process,
} as const satisfies Readonly<Record<string, (world: World) => RestartableServer>>;

/** Killed and started again, or stopped for a while: every process of the product and of what it stands on. */
export const processKinds: readonly Kind[] = [
  {
    name: 'worker-kill',
    target: 'worker',
    seconds: [0, 2],
    async strike({ world, place, lastsMs }) {
      const exit = await world.workers[place]?.stop({ fast: true });
      world.workers[place] = undefined;
      await pause(lastsMs);
      await world.startWorker(place);
      return killed(exit?.signal);
    },
  },
  {
    // Longer than a call may be silent: when it wakes, others have made its calls.
    name: 'worker-stop',
    target: 'worker',
    seconds: [22, 26],
    strike: async ({ world, place, lastsMs }) => stopFor(world.workers[place]?.pid ?? 0, lastsMs),
  },
  ...Object.entries(servers).flatMap(([name, serverOf]): readonly Kind[] => [
    {
      name: `${name}-kill`,
      target: name as keyof typeof servers,
      seconds: [0, 4],
      async strike({ world, lastsMs }) {
        const server = serverOf(world);
        const before = server.pid();
        await server.killAndRestart(() => pause(lastsMs));
        return { count: server.pid() === before ? 0 : 1, of: 'processes killed' };
      },
    },
    {
      name: `${name}-stop`,
      target: name as keyof typeof servers,
      seconds: [2, 6],
      strike: ({ world, lastsMs }) => stopFor(serverOf(world).pid(), lastsMs),
    },
  ]),
  {
    name: 'command-kill',
    target: 'command',
    seconds: [0, 2],
    async strike({ world, lastsMs, nextSubmit }) {
      const command = await world.stack.begin(...(await nextSubmit()));
      await pause(lastsMs);
      command.kill();
      const { code } = await command.ended;
      return { count: code === null ? 1 : 0, of: 'commands killed' };
    },
  },
  {
    name: 'command-stop',
    target: 'command',
    seconds: [2, 6],
    async strike({ world, lastsMs, random, nextSubmit }) {
      const command = await world.stack.begin(...(await nextSubmit()));
      await pause(random() * 1_000);
      const effect = await stopFor(command.pid, lastsMs);
      await command.ended;
      return effect;
    },
  },
];

function killed(signal: NodeJS.Signals | null | undefined): Effect {
  return { count: signal === 'SIGKILL' ? 1 : 0, of: 'processes killed' };
}

async function stopFor(pid: number, milliseconds: number): Promise<Effect> {
  const of = 'processes stopped';
  try {
    process.kill(pid, 'SIGSTOP');
    await pause(milliseconds);
    const count = (await isStopped(pid)) ? 1 : 0;
    process.kill(pid, 'SIGCONT');
    return { count, of };
  } catch {
    // It had ended by itself.
    return { count: 0, of };
  }
}

async function isStopped(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  return /^State:\s+T/m.test(await readFile(`/proc/${pid}/status`, 'utf8'));
}
