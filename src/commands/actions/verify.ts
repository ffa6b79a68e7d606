import { exitCodes } from '../exit-codes.ts';
import { verifyText } from '../render/verify-text.ts';
import { verify } from '../verify.ts';
import { configure, withSession } from './configure.ts';
import type { CommandContext, Outcome, OutputFlags } from './outcome.ts';

export interface VerifyFlags extends OutputFlags {
  readonly meter?: boolean;
}

/** `verify RUN` */
export function verifyAction(
  runId: string,
  flags: VerifyFlags,
  { terminal }: CommandContext,
): Promise<Outcome> {
  return withSession(configure(), async (session) => {
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
