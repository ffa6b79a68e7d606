import { describe, expect, it } from 'vitest';

import { planFaults, type PlannedFault } from './plan.ts';
import { kinds } from './strikes/index.ts';

const options = { seed: 7, spanMs: 300_000, workers: 3 };
const targetOf = ({ kind, place }: PlannedFault): string => {
  const target = kinds.find(({ name }) => name === kind)?.target ?? '';
  return target === 'worker' ? `worker-${place}` : target;
};

describe('a plan of faults', () => {
  it('is that of its seed, and another one of another seed', () => {
    expect(planFaults(kinds, options)).toEqual(planFaults(kinds, options));
    expect(planFaults(kinds, options)).not.toEqual(planFaults(kinds, { ...options, seed: 8 }));
  });

  it('has every kind of fault, however short its span', () => {
    for (const spanMs of [1, 300_000, 1_800_000]) {
      const planned = new Set(planFaults(kinds, { ...options, spanMs }).map(({ kind }) => kind));
      expect(planned).toEqual(new Set(kinds.map(({ name }) => name)));
    }
  });

  it('begins nothing after its span, and never has two faults of one part at once, nor three in all', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const plan = planFaults(kinds, { ...options, seed });
      const overlapping = plan.map((fault) =>
        plan.filter(
          (other) => other !== fault && other.atMs <= fault.atMs && fault.atMs < other.atMs + other.lastsMs,
        ),
      );
      expect(Math.max(...plan.map(({ atMs }) => atMs))).toBeLessThanOrEqual(options.spanMs);
      expect(Math.max(...overlapping.map((others) => others.length))).toBeLessThan(2);
      const doubled = plan.filter((fault, index) =>
        overlapping[index]?.some((other) => targetOf(other) === targetOf(fault)),
      );
      expect(doubled).toEqual([]);
    }
  });
});

describe('the kinds of faults', () => {
  it('have a name of their own each, and take away every process, link, disk and clock', () => {
    const names = kinds.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const process of ['worker', 'temporal', 'store', 'emulator', 'command']) {
      expect(names).toEqual(expect.arrayContaining([`${process}-kill`, `${process}-stop`]));
    }
    for (const link of ['temporal', 'store', 'api']) {
      const toxics = ['latency', 'cut', 'reset', 'slow', 'half-open', 'limit', 'slices'];
      expect(names).toEqual(expect.arrayContaining(toxics.map((toxic) => `${link}-${toxic}`)));
    }
  });
});
