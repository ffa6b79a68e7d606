import { readFileSync, readdirSync } from 'node:fs';

/** Ticks of the process clock a second; 100 on every Linux that Node runs on. */
const TICKS_A_SECOND = 100;

interface ProcessTimes {
  readonly parent: number;
  /** User and system time of the process, in milliseconds. */
  readonly own: number;
  /** The same of children that have ended. */
  readonly ended: number;
}

/**
 * CPU time of a process, its living children and those that have ended, in milliseconds.
 *
 * @returns `undefined` where the system has no `/proc`
 */
export function cpuOf(pid: number): number | undefined {
  const times = readTimes();
  if (times === undefined) return undefined;
  const sum = (parent: number): number => {
    const entry = times.get(parent);
    const children = [...times].filter(([, child]) => child.parent === parent);
    return (
      (entry === undefined ? 0 : entry.own + entry.ended) +
      children.reduce((total, [child]) => total + sum(child), 0)
    );
  };
  return sum(pid);
}

/** CPU time of the children of this process that have ended, in milliseconds. */
export function cpuOfEndedChildren(): number | undefined {
  return readTimes()?.get(process.pid)?.ended;
}

/**
 * Starts to watch how much of this machine programs outside this process and its children use.
 *
 * @returns a reading of the share since the start, 0 to 1; `undefined` where the system has no `/proc`
 */
export function watchOthers(): () => number | undefined {
  const [machineBefore, ownBefore] = [cpuOfMachine(), cpuOf(process.pid)];
  return () => {
    const [machine, own] = [cpuOfMachine(), cpuOf(process.pid)];
    if (!machine || !machineBefore || own === undefined || ownBefore === undefined) return undefined;
    const others = machine.busy - machineBefore.busy - (own - ownBefore);
    return Math.max(0, others) / (machine.all - machineBefore.all);
  };
}

function cpuOfMachine(): { readonly busy: number; readonly all: number } | undefined {
  const line = /^cpu +(.*)$/m.exec(read('/proc/stat') ?? '')?.[1];
  if (line === undefined) return undefined;
  // user, nice, system, idle, iowait, …; guest time is in user time already.
  const ticks = line.split(' ').map(Number).slice(0, 8);
  const all = ticks.reduce((total, value) => total + value, 0);
  const idle = (ticks[3] ?? 0) + (ticks[4] ?? 0);
  return { busy: ((all - idle) * 1_000) / TICKS_A_SECOND, all: (all * 1_000) / TICKS_A_SECOND };
}

/** Most memory that a process has held so far, in megabytes; `undefined` where the system has no `/proc`. */
export function peakMemoryOf(pid: number): number | undefined {
  const match = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? '');
  return match === null ? undefined : Number(match[1]) / 1_024;
}

/** Memory that a process holds now, in megabytes; `undefined` where the system has no `/proc`. */
export function memoryOf(pid: number): number | undefined {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? '');
  return match === null ? undefined : Number(match[1]) / 1_024;
}

function readTimes(): ReadonlyMap<number, ProcessTimes> | undefined {
  if (process.platform !== 'linux') return undefined;
  const times = new Map<number, ProcessTimes>();
  for (const name of readdirSync('/proc')) {
    // A process may end between the listing and the reading.
    const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : undefined;
    if (stat === undefined) continue;
    // The command, in parentheses, may hold spaces; fields are counted from behind it: state, parent, …
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const milliseconds = (from: number): number =>
      (((fields[from] ?? 0) + (fields[from + 1] ?? 0)) * 1_000) / TICKS_A_SECOND;
    times.set(Number(name), { parent: fields[1] ?? 0, own: milliseconds(11), ended: milliseconds(13) });
  }
  return times;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
