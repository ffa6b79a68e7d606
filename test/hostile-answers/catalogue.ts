import { encodings } from './encodings.ts';
import { framing } from './framing.ts';
import { headers } from './headers.ts';
import type { HostileAnswer } from './hostile-answer.ts';
import { images } from './images.ts';
import { statuses, throttles } from './statuses.ts';
import { texts } from './texts.ts';
import { times } from './times.ts';

/** All hostile answers by family; each is served on both endpoints. */
export const families: Readonly<Record<string, readonly HostileAnswer[]>> = {
  statuses,
  throttles,
  headers,
  framing,
  times,
  encodings,
  texts,
  images,
};

export const hostileAnswers: readonly HostileAnswer[] = Object.values(families).flat();
