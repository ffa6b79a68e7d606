import { dev } from '../dev.ts';
import { configure } from './configure.ts';
import { done, type CommandContext, type Outcome } from './outcome.ts';

/** `dev` */
export async function devAction(
  flags: { readonly anonymous?: boolean },
  { terminal, interrupts }: CommandContext,
): Promise<Outcome> {
  await dev(configure(flags), terminal, interrupts());
  return done;
}
