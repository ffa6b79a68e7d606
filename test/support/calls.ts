import type { Emulator, JournalEntry } from '../../src/emulator/index.ts';

/** The generation calls that the emulator has answered, in order of arrival. */
export function callsOf(emulator: Emulator): readonly JournalEntry[] {
  return emulator
    .journal()
    .filter(({ path }) => /^\/(?:v1\/chat\/completions|image\/(?!models))/.test(path))
    .sort((left, right) => left.seq - right.seq);
}

/** Calls that the emulator has in the works now, as a request that looks on sees it. */
export async function callsInFlight(emulator: Emulator): Promise<number> {
  const answer = await fetch(`${emulator.url}/v1/models`);
  await answer.arrayBuffer();
  const look = emulator.journal().findLast(({ path }) => path === '/v1/models');
  return (look?.inFlight ?? 1) - 1;
}

/**
 * Most calls that were in the works at once, when each of them takes at least so many milliseconds: a call overlaps all
 * that arrived within that time before it.
 */
export function mostAtOnce(calls: readonly JournalEntry[], latencyMs: number): number {
  const arrivals = calls.map(({ time }) => Date.parse(time));
  // Timers may fire, and clocks round, a little early.
  const overlaps = (at: number): number =>
    arrivals.filter((other) => other <= at && other > at - (latencyMs - 10)).length;
  return Math.max(0, ...arrivals.map(overlaps));
}
