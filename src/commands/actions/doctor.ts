import { doctor } from '../doctor.ts';
import { exitCodeOfChecks } from '../exit-codes.ts';
import { checksText } from '../render/checks-text.ts';
import { examine } from './configure.ts';
import type { Outcome } from './outcome.ts';

/** `doctor` */
export async function doctorAction(): Promise<Outcome> {
  const checks = await doctor(await examine());
  return { data: checks, text: checksText(checks), exitCode: exitCodeOfChecks(checks) };
}
