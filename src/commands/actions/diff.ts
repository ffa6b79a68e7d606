import { diff } from '../diff/diff.ts';
import { exitCodes } from '../exit-codes.ts';
import { diffText } from '../render/diff-text.ts';
import { resolveStored } from '../runs/resolve-run.ts';
import { configure, withReading } from './configure.ts';
import type { CommandContext, Outcome, OutputFlags } from './outcome.ts';

export interface DiffFlags extends OutputFlags {
  /** Items that are listed of each kind of difference. */
  readonly limit: number;
}

/** `diff RUN_A RUN_B` */
export function diffAction(
  first: string,
  second: string,
  { limit }: DiffFlags,
  { terminal }: CommandContext,
): Promise<Outcome> {
  return withReading(configure(), async (reading) => {
    const runs = [await resolveStored(reading, first), await resolveStored(reading, second)] as const;
    const data = await diff(reading.store, ...runs);
    return { data, text: diffText(data, limit, terminal.dataWidth()), exitCode: exitCodes.succeeded };
  });
}
