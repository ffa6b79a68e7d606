import { setTimeout as pause } from 'node:timers/promises';

import type { Plan } from '../plan/plan.ts';
import { findMissingParts } from './missing-parts.ts';
import { missingText } from './render/missing-text.ts';
import type { Terminal } from './render/terminal.ts';
import type { Session } from './session.ts';

const AGAIN_MS = 30_000;

/** Says what a run needs of Temporal and its workers that is not there. */
export async function tellMissing(
  session: Session,
  plan: Plan | undefined,
  terminal: Pick<Terminal, 'warn'>,
): Promise<void> {
  await tellNew(session, plan, terminal, new Set());
}

/** Says the same to somebody who watches, at once and as it comes to be, until the signal. */
export async function keepTellingMissing(
  session: Session,
  plan: Plan | undefined,
  terminal: Pick<Terminal, 'warn'>,
  signal: AbortSignal,
): Promise<void> {
  let known: ReadonlySet<string> = new Set();
  while (!signal.aborted) {
    known = await tellNew(session, plan, terminal, known, signal);
    await pause(AGAIN_MS, undefined, { signal }).catch(() => {});
  }
}

// A server that is away is not what is missing: others say that.
async function tellNew(
  { temporal }: Session,
  plan: Plan | undefined,
  { warn }: Pick<Terminal, 'warn'>,
  known: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const parts = await findMissingParts(temporal, plan).catch(() => undefined);
  if (parts === undefined || signal?.aborted === true) return known;
  const texts = parts.map(missingText);
  for (const text of texts) if (!known.has(text)) warn(text);
  return new Set(texts);
}
