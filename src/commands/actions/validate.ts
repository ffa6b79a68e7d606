import { exitCodes } from '../exit-codes.ts';
import { validationAnnotations, validationText } from '../render/validation-text.ts';
import { validate } from '../validate.ts';
import type { Outcome } from './outcome.ts';

/** How `validate` writes problems where no data is asked for. */
export type ProblemFormat = 'text' | 'github';

/** `validate FILE…` */
export async function validateAction(
  files: readonly string[],
  format: ProblemFormat = 'text',
): Promise<Outcome> {
  const readings = await validate(files);
  return {
    data: readings,
    text: format === 'github' ? validationAnnotations(readings) : validationText(readings),
    exitCode: readings.some((reading) => 'problems' in reading) ? exitCodes.usage : exitCodes.succeeded,
  };
}
