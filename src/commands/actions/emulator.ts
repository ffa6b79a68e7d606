import { emulator, type EmulatorCommandOptions } from '../emulator.ts';
import { done, type CommandContext, type Outcome } from './outcome.ts';

export type EmulatorFlags = Omit<EmulatorCommandOptions, 'latencyMs'> & { readonly latency: number };

/** `emulator` */
export async function emulatorAction(
  { latency, ...options }: EmulatorFlags,
  { terminal, interrupts }: CommandContext,
): Promise<Outcome> {
  await emulator({ ...options, latencyMs: latency }, terminal, interrupts());
  return done;
}
