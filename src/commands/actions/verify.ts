import { exitCodes } from '../exit-codes.ts';
import { verifyText } from '../render/verify-text.ts';
import { verify } from '../verify.ts';
import { configure, withRun } from './configure.ts';
import type { CommandContext, Outcome, OutputFlags } from './outcome.ts';

export interface VerifyFlags extends OutputFlags {
  readonly meter?: boolean;
}

/** `verify RUN` */
export function verifyAction(
  text: string,
  flags: VerifyFlags,
  { terminal }: CommandContext,
): Promise<Outcome> {
  return withRun(configure(), text, async (session, { runId }) => {
    const found = await verify(session, runId, {
      meter: flags.meter === true,
      onProgress: (ended, items) => terminal.draw(`${ended}/${items} items checked`),
    });
    terminal.draw('');
    return {
      data: found,
      text: verifyText(found),
      exitCode: found.findings.length === 0 ? exitCodes.succeeded : exitCodes.disagrees,
    };
  });
}
