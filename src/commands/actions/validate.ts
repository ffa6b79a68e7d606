import { exitCodes } from '../exit-codes.ts';
import { validationAnnotations, validationText } from '../render/validation-text.ts';
import { readAddresses } from '../../local/address-file.ts';
import type { OpenObject } from '../../plan/job-files.ts';
import { validate } from '../job/validate.ts';
import { examine } from './configure.ts';
import type { Outcome } from './outcome.ts';
import { keepHeapSmall } from './small-heap.ts';

/** How `validate` writes problems where no data is asked for. */
export type ProblemFormat = 'text' | 'github';

/** `validate FILE…` */
export async function validateAction(
  files: readonly string[],
  format: ProblemFormat = 'text',
): Promise<Outcome> {
  keepHeapSmall();
  const readings = await validate(files, configuredObjects);
  return {
    data: readings,
    text: format === 'github' ? validationAnnotations(readings) : validationText(readings),
    exitCode: readings.some((reading) => 'problems' in reading) ? exitCodes.usage : exitCodes.succeeded,
  };
}

/** What reads objects, where a bucket is configured or a local stack runs. */
async function configuredObjects(): Promise<OpenObject | undefined> {
  // Most jobs name no object, and these take a second to load.
  const [{ connectStore }, { withStack }] = await Promise.all([
    import('../../connect-store.ts'),
    import('../session/servers.ts'),
  ]);
  const { config } = await examine();
  const { store } = withStack(config, await readAddresses(config.dataDir));
  return store === undefined ? undefined : connectStore(store, 1).openObject;
}
