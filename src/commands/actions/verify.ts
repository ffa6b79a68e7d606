import { verifyRun, type Verification } from '../../verify/verify-run.ts';
import { exitCodes } from '../exit-codes.ts';
import { verifyText } from '../render/verify-text.ts';
import { verify } from '../bill/verify.ts';
import { configure, withRun, withStored } from './configure.ts';
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
  const onProgress = (ended: number, items: number): void => terminal.draw(`${ended}/${items} items checked`);
  const tell = (found: Verification): Outcome => {
    terminal.draw('');
    return {
      data: found,
      text: verifyText(found),
      exitCode: found.findings.length === 0 ? exitCodes.succeeded : exitCodes.disagrees,
    };
  };
  // The account is asked by the API alone; the rest is in the bucket.
  return flags.meter === true
    ? withRun(configure(), text, async (session, { runId }) =>
        tell(await verify(session, runId, { meter: true, onProgress })),
      )
    : withStored(configure(), text, async ({ store }, run) =>
        tell(await verifyRun(store, run, { onProgress })),
      );
}
