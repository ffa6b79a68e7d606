import type { Check } from '../../doctor/check.ts';
import { scrubKnown } from '../../settings/known-secrets.ts';
import { doctor } from '../doctor.ts';
import { exitCodeOfChecks } from '../exit-codes.ts';
import { checksText } from '../render/checks-text.ts';
import { examine } from './configure.ts';
import type { Outcome } from './outcome.ts';

/** `doctor` */
export async function doctorAction(): Promise<Outcome> {
  const found = await doctor(await examine());
  const checks = found.map(withoutSecrets);
  return { data: checks, text: checksText(checks), exitCode: exitCodeOfChecks(checks) };
}

// It repeats what servers say, and they may repeat what they were sent.
function withoutSecrets(check: Check): Check {
  const { found, remedy } = check;
  return {
    ...check,
    found: scrubKnown(found),
    ...(remedy === undefined ? {} : { remedy: scrubKnown(remedy) }),
  };
}
