import { relative } from 'node:path';

import { exitCodes } from '../exit-codes.ts';
import { plural } from '../render/words.ts';
import { results } from '../results.ts';
import { configure, withSession } from './configure.ts';
import type { CommandContext, Outcome, OutputFlags } from './outcome.ts';

export interface ResultsFlags extends OutputFlags {
  readonly out: string;
}

/** `results RUN` */
export function resultsAction(
  runId: string,
  flags: ResultsFlags,
  { terminal }: CommandContext,
): Promise<Outcome> {
  return withSession(configure(), async (session) => {
    const { marker, folder, copied, kept } = await results(session, runId, flags.out);
    terminal.say(
      `${plural(copied, 'file')} copied, ${kept} there already; results.jsonl, report.json, bill.jsonl and errors.jsonl beside them.`,
    );
    const near = relative('.', folder);
    return {
      data: { runId, state: marker.state, folder, copied, kept, tally: marker.tally },
      text: near.startsWith('..') ? folder : near,
      exitCode: exitCodes.succeeded,
    };
  });
}
