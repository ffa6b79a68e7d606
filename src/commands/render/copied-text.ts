import { relative } from 'node:path';

import type { Ending } from '../runs/ending.ts';
import type { LinkSource } from './ui-page.ts';
import { linkLines, nextLines } from './next-text.ts';
import { endText } from './run-text.ts';

/**
 * How a run ended whose results have been copied, and what to do next.
 *
 * @param endsStack - whether the servers that know of it end with the command
 */
export function copiedText(session: LinkSource, ending: Ending, folder: string, endsStack: boolean): string {
  const near = relative('.', folder);
  return [
    endText(session, ending),
    `Results: ${near.startsWith('..') ? folder : near} (index.html, results.jsonl, items/, report.md, bill.jsonl)`,
    // What these lead to is gone with the stack.
    ...(endsStack ? [] : linkLines(session, ending.run)),
    ...nextLines(ending, true, endsStack),
  ].join('\n');
}
