import type { TemporalClient } from '../../temporal/connect-client.ts';
import type { BudgetRequest } from '../../workflows/messages.ts';
import { exitCodes } from '../exit-codes.ts';
import { budgetSetText, resumedText, suspendedText } from '../render/pause-text.ts';
import { openTemporal } from '../session.ts';
import { resume, setBudget, suspend } from '../steer.ts';
import { configure } from './configure.ts';
import type { Outcome } from './outcome.ts';

/** `suspend RUN` */
export function suspendAction(runId: string, reason: string | undefined): Promise<Outcome> {
  return withTemporal(async (temporal) => {
    const steered = await suspend(temporal, runId, reason);
    return { data: steered, text: suspendedText(steered), exitCode: exitCodes.succeeded };
  });
}

/** `resume RUN` */
export function resumeAction(runId: string): Promise<Outcome> {
  return withTemporal(async (temporal) => {
    const steered = await resume(temporal, runId);
    const exitCode = steered.state === 'paused' ? exitCodes.paused : exitCodes.succeeded;
    return { data: steered, text: resumedText(steered), exitCode };
  });
}

/** `set RUN --budget AMOUNT` */
export function setAction(runId: string, request: BudgetRequest): Promise<Outcome> {
  return withTemporal(async (temporal) => {
    const set = await setBudget(temporal, runId, request);
    const exitCode = set.state === 'paused' ? exitCodes.paused : exitCodes.succeeded;
    return { data: set, text: budgetSetText(set), exitCode };
  });
}

async function withTemporal(use: (temporal: TemporalClient) => Promise<Outcome>): Promise<Outcome> {
  const temporal = await openTemporal(configure());
  try {
    return await use(temporal);
  } finally {
    await temporal.close();
  }
}
