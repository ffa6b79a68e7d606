import type { TemporalClient } from '../../temporal/connect-client.ts';
import type { SetRequest } from '../../workflows/messages.ts';
import { exitCodes } from '../exit-codes.ts';
import { resumedText, setText, stoppedText, suspendedText, terminatedText } from '../render/pause-text.ts';
import { resolveRunId } from '../runs/resolve-run.ts';
import { openTemporal } from '../session/session.ts';
import { approve, resume, setRun, stop, suspend, terminate } from '../runs/steer.ts';
import { configure } from './configure.ts';
import type { Outcome } from './outcome.ts';

/** `suspend RUN` */
export function suspendAction(text: string, reason: string | undefined): Promise<Outcome> {
  return withTemporal(text, async (temporal, runId) => {
    const steered = await suspend(temporal, runId, reason);
    return { data: steered, text: suspendedText(steered), exitCode: exitCodes.succeeded };
  });
}

/** `resume RUN` */
export function resumeAction(text: string, reason: string | undefined): Promise<Outcome> {
  return withTemporal(text, async (temporal, runId) => {
    const steered = await resume(temporal, runId, reason);
    const exitCode = steered.state === 'paused' ? exitCodes.paused : exitCodes.succeeded;
    return { data: steered, text: resumedText(steered), exitCode };
  });
}

/** `stop RUN` */
export function stopAction(text: string, reason: string | undefined): Promise<Outcome> {
  return withTemporal(text, async (temporal, runId) => {
    const steered = await stop(temporal, runId, reason);
    return { data: steered, text: stoppedText(steered), exitCode: exitCodes.succeeded };
  });
}

/** `terminate RUN` */
export function terminateAction(text: string, reason: string | undefined): Promise<Outcome> {
  return withTemporal(text, async (temporal, runId) => {
    const steered = await terminate(temporal, runId, reason);
    return { data: steered, text: terminatedText(steered), exitCode: exitCodes.succeeded };
  });
}

/** `approve RUN` */
export function approveAction(text: string, reason: string | undefined): Promise<Outcome> {
  return withTemporal(text, async (temporal, runId) => {
    const steered = await approve(temporal, runId, reason);
    const exitCode = steered.state === 'paused' ? exitCodes.paused : exitCodes.succeeded;
    return { data: steered, text: resumedText(steered), exitCode };
  });
}

/** `set RUN` */
export function setAction(text: string, request: SetRequest): Promise<Outcome> {
  return withTemporal(text, async (temporal, runId) => {
    const set = await setRun(temporal, runId, request);
    const exitCode = set.state === 'paused' ? exitCodes.paused : exitCodes.succeeded;
    return { data: set, text: setText(set), exitCode };
  });
}

async function withTemporal(
  text: string,
  use: (temporal: TemporalClient, runId: string) => Promise<Outcome>,
): Promise<Outcome> {
  const temporal = await openTemporal(await configure());
  try {
    return await use(temporal, await resolveRunId(temporal, text));
  } finally {
    await temporal.close();
  }
}
