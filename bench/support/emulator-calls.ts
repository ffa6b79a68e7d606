import { setTimeout as pause } from 'node:timers/promises';

import type { JournalEntry, Meter } from '../../src/emulator/index.ts';
import type { EmulatorProcess } from './emulator-process.ts';

/** The text calls that an emulator has answered, in order of arrival: at least the latest 20,000. */
export async function textCalls({ url }: EmulatorProcess): Promise<readonly JournalEntry[]> {
  const answer = await fetch(`${url}/__emulator/journal?limit=100000`);
  const { entries } = (await answer.json()) as { readonly entries: readonly JournalEntry[] };
  return entries.filter(({ method }) => method === 'POST').sort((left, right) => left.seq - right.seq);
}

/** What an emulator has billed so far. */
export async function meterOf({ url }: EmulatorProcess): Promise<Meter> {
  const answer = await fetch(`${url}/__emulator/meter`);
  return (await answer.json()) as Meter;
}

/** How many calls an emulator has generated an answer for. */
export async function generationsOf(emulator: EmulatorProcess): Promise<number> {
  return (await meterOf(emulator)).generations;
}

/** Waits until an emulator has generated so many answers. */
export async function untilGenerations(emulator: EmulatorProcess, count: number): Promise<void> {
  while ((await generationsOf(emulator)) < count) await pause(200);
}

/** Waits until an emulator has had nothing to generate for a second. */
export async function untilQuiet(emulator: EmulatorProcess): Promise<void> {
  let before = Number.NaN;
  let now = await generationsOf(emulator);
  while (now !== before) {
    await pause(1_000);
    before = now;
    now = await generationsOf(emulator);
  }
}
