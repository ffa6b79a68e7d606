import { PollenBatchError } from '../../errors.ts';
import { dev } from '../dev.ts';
import { configure } from './configure.ts';
import { done, type CommandContext, type Outcome } from './outcome.ts';

export interface DevFlags {
  readonly anonymous?: boolean;
  readonly workers: number;
}

/** `dev` */
export async function devAction(
  { workers, ...flags }: DevFlags,
  { terminal, interrupts }: CommandContext,
): Promise<Outcome> {
  if (workers < 1) throw new PollenBatchError('usage', 'a stack has a worker at least: --workers 1');
  await dev(await configure(flags), terminal, interrupts(), workers);
  return done;
}
