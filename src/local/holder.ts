import { readFile } from 'node:fs/promises';

/** A process that holds something, known again when its pid is used by another one. */
export interface Holder {
  readonly name: string;
  readonly pid: number;
  /** Start time of the process where the system tells, so that a pid that is used again is no holder. */
  readonly started?: string;
}

/** Describes a process so that it can be looked for later. */
export async function holder(name: string, pid: number): Promise<Holder> {
  const started = await startTime(pid);
  return started === undefined ? { name, pid } : { name, pid, started };
}

/** Whether that very process still runs. */
export async function isAlive({ pid, started }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process lives too.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return started === undefined || (await startTime(pid)) === started;
}

// Field 22 of proc_pid_stat(5), counted after the command's closing bracket, since a command may hold spaces. A process
// that has ended but is not reaped yet (state Z) uses nothing any more.
async function startTime(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' ? 'ended' : fields?.[19];
}
