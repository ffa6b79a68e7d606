import { settledItems } from '../records/tally.ts';
import type { RunLocation } from '../storage/keys.ts';
import type { Marker } from '../records/run-store.ts';
import { follow, type Sight } from './follow.ts';
import { pauseLines } from './render/pause-text.ts';
import { progressLine, progressWords, type Progress } from './render/progress.ts';
import { plain, type Terminal } from './render/terminal.ts';
import { plural } from './render/words.ts';
import { createRate } from '../workflows/rate.ts';
import type { Session } from './session.ts';

/** How watching ended: with the run, or before it. */
export type Watched =
  | { readonly kind: 'ended'; readonly marker: Marker }
  | Extract<Sight, { readonly kind: 'broken' }>
  /** The person left; the run goes on. */
  | { readonly kind: 'left' };

const INTERACTIVE_MS = 500;
const PLAIN_MS = 2_000;
const RATE_SECONDS = 30;
const PATIENCE_MS = 4_000;

/** Shows a run's progress until it is over, or until the signal. */
export async function watch(
  session: Session,
  run: RunLocation,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Watched> {
  const rate = createRate(RATE_SECONDS);
  const show = createShow(terminal);
  const everyMs = terminal.isInteractive ? INTERACTIVE_MS : PLAIN_MS;
  for await (const sight of follow(session, run, everyMs, signal)) {
    // The look may have taken its time, and the person is gone.
    if (signal.aborted && sight.kind !== 'ended') break;
    if (sight.kind === 'ended' || sight.kind === 'broken') {
      terminal.draw('');
      return sight;
    }
    show(sight, (done) => rate(done, performance.now() / 1_000));
  }
  terminal.draw('');
  return { kind: 'left' };
}

// Plain output says only what is new: a line when the count has moved, a trouble when its cause has changed.
function createShow(terminal: Terminal) {
  let lastDone = -1;
  let lastCause: string | undefined;
  let silence = '';
  let silentSince = 0;
  return (
    sight: Exclude<Sight, { kind: 'ended' | 'broken' }>,
    rate: (done: number) => number | undefined,
  ): void => {
    const why = sight.kind === 'silent' ? sight.reason : '';
    if (why !== silence) silentSince = performance.now();
    silence = why;
    // A run that has just been started, or a worker that takes over, needs a moment.
    if (why !== '' && performance.now() - silentSince < PATIENCE_MS) return;
    const trouble = troubleOf(sight);
    if (trouble !== undefined && trouble.cause !== lastCause)
      terminal.say(terminal.color.yellow(trouble.words));
    lastCause = trouble?.cause;
    if (sight.kind === 'silent') return;
    const { items, tally, budget } = sight.view;
    if (sight.view.state === 'planning') return;
    const done = settledItems(tally);
    const progress: Progress = { items, tally, budget, inFlight: sight.inFlight, rate: rate(done) };
    if (terminal.isInteractive) terminal.draw(progressLine(progress, terminal.width()));
    else if (done !== lastDone) terminal.say(progressWords(progress));
    lastDone = done;
  };
}

function troubleOf(sight: Exclude<Sight, { kind: 'ended' | 'broken' }>) {
  if (sight.kind === 'silent') {
    return { cause: sight.reason, words: `The run does not answer: ${plain(sight.reason)}` };
  }
  const { paused = [] } = sight.view;
  if (paused.length > 0) {
    const cause = paused.map(({ reason, since }) => `${reason} ${since}`).join();
    return { cause, words: pauseLines(paused).join('\n') };
  }
  // Throttles are the daily bread of a batch: only what a person may have to act on is said.
  const wait = sight.waits.find(({ code }) => !quiet.has(code));
  if (wait === undefined) return undefined;
  const words = `${plural(wait.calls, 'call')} will be tried again: ${plain(wait.message)}`;
  // How many they are changes from look to look.
  return { cause: wait.code, words };
}

const quiet = new Set(['rate-limited', 'queue-full', 'unauthorized']);
