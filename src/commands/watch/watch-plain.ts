import { settledItems } from '../../records/tally.ts';
import { createRate } from '../../workflows/rate.ts';
import type { Running } from '../runs/follow.ts';
import { pauseLines } from '../render/pause-text.ts';
import { progressWords } from '../render/progress.ts';
import { plain, type Terminal } from '../render/terminal.ts';
import { loudWait, waitLine } from '../render/watch-lines.ts';
import type { Show } from './show.ts';

const RATE_SECONDS = 30;

/** Says only what is new: a line when the count has moved, a trouble when its cause has changed. */
export function createLines(terminal: Pick<Terminal, 'say'>): Show {
  const rate = createRate(RATE_SECONDS);
  let lastDone = -1;
  let lastCause: string | undefined;
  return (sight, silence) => {
    if (sight === undefined && silence === undefined) return;
    const trouble = troubleOf(sight, silence);
    if (trouble !== undefined && trouble.cause !== lastCause) terminal.say(trouble.words);
    lastCause = trouble?.cause;
    if (sight === undefined || sight.view.state === 'planning') return;
    const { view, inFlight, budget } = sight;
    const { items, tally } = view;
    const done = settledItems(tally);
    const lately = rate(done, performance.now() / 1_000);
    if (done !== lastDone) terminal.say(progressWords({ items, tally, budget, inFlight, rate: lately }));
    lastDone = done;
  };
}

function troubleOf(sight: Running | undefined, silence: string | undefined) {
  if (silence !== undefined) return { cause: silence, words: `The run does not answer: ${plain(silence)}` };
  const paused = sight?.view.paused ?? [];
  if (paused.length > 0) {
    const cause = paused.map(({ reason, since }) => `${reason} ${since}`).join();
    return { cause, words: pauseLines(paused).join('\n') };
  }
  const wait = sight === undefined ? undefined : loudWait(sight);
  // How many they are changes from look to look.
  return wait === undefined ? undefined : { cause: wait.code, words: waitLine(wait) };
}
