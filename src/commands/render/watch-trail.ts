import type { Running } from '../runs/follow.ts';
import { plain } from './terminal.ts';
import { duration } from './words.ts';

/**
 * Keeps in mind what troubles a run, to say once it is over: while it lasts, the block shows it.
 *
 * @returns takes a look, with why the run does not answer, and gives the lines that are to stay
 */
export function createTrail(): (
  sight: Running | undefined,
  silence: string | undefined,
  now: Date,
) => readonly string[] {
  let troubles = new Map<string, { readonly words: string; readonly since: number }>();
  return (sight, silence, now) => {
    // A run that does not answer tells nothing of its pauses.
    if (sight === undefined && silence === undefined) return [];
    const pauses = sight?.view.paused ?? [];
    const here = new Map(
      silence === undefined
        ? pauses.map(({ reason, since, message }) => [
            `${reason} ${since}`,
            { words: `paused: ${reason}: ${plain(message)}`, since: Date.parse(since) },
          ])
        : [
            ...troubles,
            [
              'silence',
              troubles.get('silence') ?? { words: `no answer: ${plain(silence)}`, since: now.getTime() },
            ],
          ],
    );
    const over = [...troubles].filter(([key]) => !here.has(key));
    troubles = here;
    return over.map(
      ([, { words, since }]) =>
        `${now.toISOString().slice(11, 19)} UTC: over after ${duration((now.getTime() - since) / 1_000)}: ${words}`,
    );
  };
}
