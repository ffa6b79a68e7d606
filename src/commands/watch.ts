import type { Marker } from '../records/run-store.ts';
import type { RunLocation } from '../storage/keys.ts';
import { follow, type Running, type Sight } from './follow.ts';
import type { Terminal } from './render/terminal.ts';
import type { Session } from './session.ts';
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
  /** Aborted when the person leaves. */
  readonly signal: AbortSignal;
}

/** Shows a run that goes on; `silence` is why it does not answer, once that has lasted. */
export type Show = (sight: Running | undefined, silence: string | undefined) => void;

const INTERACTIVE_MS = 500;
const PLAIN_MS = 2_000;
const PATIENCE_MS = 4_000;

/**
 * Shows a run's progress until it is over, or until the signal: as a block that is drawn over where people watch, else as
 * lines that say what is new.
 */
export async function watch(
  session: Session,
  run: RunLocation,
  { since, waitPaused, signal }: WatchOptions,
  terminal: Terminal,
): Promise<Watched> {
  const { isInteractive } = terminal;
  const show = isInteractive ? createScreenShow(session, run, since, terminal) : createLines(terminal);
  const silenceOf = createPatience();
  try {
    // The first answer may take a while.
    show(undefined, undefined);
    for await (const sight of follow(session, run, isInteractive ? INTERACTIVE_MS : PLAIN_MS, signal)) {
      // The look may have taken its time, and the person is gone.
      if (signal.aborted && sight.kind !== 'ended') break;
      if (sight.kind === 'ended' || sight.kind === 'broken') return sight;
      if (!waitPaused && sight.kind === 'running' && sight.view.state === 'paused')
        return { kind: 'paused', sight };
      show(sight.kind === 'running' ? sight : undefined, silenceOf(sight));
    }
    return { kind: 'left' };
  } finally {
    terminal.draw('');
  }
}

// A run that has just been started, or a worker that takes over, needs a moment.
function createPatience() {
  let silence: string | undefined;
  let silentSince = 0;
  return (sight: Sight): string | undefined => {
    const reason = sight.kind === 'silent' ? sight.reason : undefined;
    if (reason !== silence) silentSince = performance.now();
    silence = reason;
    return performance.now() - silentSince < PATIENCE_MS ? undefined : reason;
  };
}
