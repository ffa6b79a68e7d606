import { exitCodes } from '../exit-codes.ts';
import { validationText } from '../render/validation-text.ts';
import { validate } from '../validate.ts';
import type { Outcome } from './outcome.ts';

/** `validate FILE…` */
export async function validateAction(
  files: readonly string[],
  { model }: { readonly model?: string },
): Promise<Outcome> {
  const readings = await validate(files, { model });
  return {
    data: readings,
    text: validationText(readings),
    exitCode: readings.some((reading) => 'problems' in reading) ? exitCodes.usage : exitCodes.succeeded,
  };
}
