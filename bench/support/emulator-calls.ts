import type { JournalEntry } from '../../src/emulator/index.ts';
import type { EmulatorProcess } from './emulator-process.ts';

/** The text calls that an emulator has answered, in order of arrival. */
export async function textCalls({ url }: EmulatorProcess): Promise<readonly JournalEntry[]> {
  const answer = await fetch(`${url}/__emulator/journal?limit=100000`);
  const { entries } = (await answer.json()) as { readonly entries: readonly JournalEntry[] };
  return entries.filter(({ method }) => method === 'POST').sort((left, right) => left.seq - right.seq);
}
