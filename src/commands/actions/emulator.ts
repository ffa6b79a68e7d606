import { emulator, type EmulatorCommandOptions } from '../emulator.ts';
import { done, type CommandContext, type Outcome } from './outcome.ts';

/** `emulator` */
export async function emulatorAction(
  options: EmulatorCommandOptions,
  { terminal, interrupts }: CommandContext,
): Promise<Outcome> {
  await emulator(options, terminal, interrupts());
  return done;
}
