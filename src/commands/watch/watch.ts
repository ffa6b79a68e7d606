import type { Marker } from '../../records/run-store.ts';
import type { RunLocation } from '../../storage/keys.ts';
import { follow, type Running, type Sight } from '../runs/follow.ts';
import { createPatience } from '../session/patience.ts';
import type { Terminal } from '../render/terminal.ts';
import { readingOf } from '../session/reading.ts';
import type { Session } from '../session/session.ts';
import { keepTellingMissing } from '../session/tell-missing.ts';
import { createLines } from './watch-plain.ts';
import { createScreenShow } from './watch-screen.ts';

/** How watching ended: with the run, or before it. */
export type Watched =
  | { readonly kind: 'ended'; readonly marker: Marker }
  | Extract<Sight, { readonly kind: 'broken' }>
  /** It is paused, and that was not to be waited out. */
  | { readonly kind: 'paused'; readonly sight: Running }
  /** The person left; the run goes on. */
  | { readonly kind: 'left' };

export interface WatchOptions {
  /** When the run was planned, ISO 8601, where that is known. */
  readonly since: string | undefined;
  /** Whether a paused run is watched until somebody lets it go on. */
  readonly waitPaused: boolean;
  /** Whether its worker has just been started: that it is not there yet is not worth a word. @default no */
  readonly isStarting?: boolean;
  /** Aborted when the person leaves. */
  readonly signal: AbortSignal;
}

const INTERACTIVE_MS = 500;
const PLAIN_MS = 1_500;

/**
 * Shows a run's progress until it is over, or until the signal: as a block that is drawn over where people watch, else as
 * lines that say what is new. What the run lacks is said too.
 */
export async function watch(
  session: Session,
  run: RunLocation,
  { since, waitPaused, isStarting = false, signal }: WatchOptions,
  terminal: Terminal,
): Promise<Watched> {
  const { isInteractive } = terminal;
  const show = isInteractive ? createScreenShow(session, run, since, terminal) : createLines(terminal);
  const silenceOf = createPatience(isStarting);
  const over = new AbortController();
  if (!isStarting) void keepTellingMissing(readingOf(session), [run], terminal, over.signal);
  try {
    // The first answer may take a while.
    show(undefined, undefined);
    for await (const sight of follow(session, run, isInteractive ? INTERACTIVE_MS : PLAIN_MS, signal)) {
      // The look may have taken its time, and the person is gone.
      if (signal.aborted && sight.kind !== 'ended') break;
      if (sight.kind === 'ended' || sight.kind === 'broken') return sight;
      if (!waitPaused && sight.kind === 'running' && sight.view.state === 'paused')
        return { kind: 'paused', sight };
      const silence = silenceOf(sight.kind === 'silent' ? sight.reason : undefined);
      show(sight.kind === 'running' ? sight : undefined, silence);
    }
    return { kind: 'left' };
  } finally {
    over.abort();
    terminal.draw('');
  }
}
