import { cpuOf, cpuOfEndedChildren, watchOthers } from './processes.ts';

/** What takes CPU in a measurement. */
export const parts = ['loop', 'worker', 'Temporal', 'store', 'CLI'] as const;

export type Part = (typeof parts)[number];

/** CPU milliseconds by part; a part that was not there is absent. */
export type Cpu = Readonly<Partial<Record<Part, number>>>;

/** What an act took. */
export interface Cost {
  /** Absent where the system does not tell. */
  readonly cpu?: Cpu;
  /** Share of the machine that other programs took meanwhile, 0 to 1. */
  readonly others: number;
}

/**
 * Measures the CPU that an act takes.
 *
 * @param pids - parts that stay; all other parts are programs that this process starts, and that end within the act
 */
export async function measureCpu<Result>(
  measured: readonly Part[],
  pids: Readonly<Partial<Record<Part, number>>>,
  act: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly cost: Cost }> {
  const read = (): readonly (number | undefined)[] =>
    measured.map((part) => {
      const pid = pids[part];
      return pid === undefined ? cpuOfEndedChildren() : cpuOf(pid);
    });
  const others = watchOthers();
  const before = read();
  const result = await act();
  const after = read();
  const spent = measured.flatMap((part, index) => {
    const [from, to] = [before[index], after[index]];
    return from === undefined || to === undefined ? [] : [[part, to - from] as const];
  });
  const cpu = spent.length === measured.length ? { cpu: Object.fromEntries(spent) as Cpu } : {};
  return { result, cost: { ...cpu, others: others() ?? 0 } };
}

/** All parts together. */
export function sumOf(cpu: Cpu): number {
  return Object.values(cpu).reduce((total, value) => total + value, 0);
}

/** Milliseconds that each further item takes: what the start of programs takes counts for nothing. */
export function marginalCpu(
  large: Cpu | undefined,
  small: Cpu | undefined,
  furtherItems: number,
): Cpu | undefined {
  if (large === undefined || small === undefined) return undefined;
  return mapCpu(large, (value, part) => (value - (small[part] ?? 0)) / furtherItems);
}

/** Applies a calculation to each part. */
export function mapCpu(cpu: Cpu, calculate: (value: number, part: Part) => number): Cpu {
  return Object.fromEntries(
    parts.flatMap((part) => {
      const value = cpu[part];
      return value === undefined ? [] : [[part, calculate(value, part)]];
    }),
  );
}
