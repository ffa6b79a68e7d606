import { exitCodes } from '../exit-codes.ts';
import { lanes } from '../lanes/lanes.ts';
import { lanesText } from '../render/lanes-text.ts';
import { openTemporal } from '../session/session.ts';
import { configure } from './configure.ts';
import type { CommandContext, Outcome } from './outcome.ts';

/** `lanes` */
export async function lanesAction({ terminal }: CommandContext): Promise<Outcome> {
  const config = await configure();
  const temporal = await openTemporal(config);
  try {
    const reports = await lanes(temporal, config.lanes);
    return { data: reports, text: lanesText(reports, terminal.dataWidth()), exitCode: exitCodes.succeeded };
  } finally {
    await temporal.close();
  }
}
