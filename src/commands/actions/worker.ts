import { runWorker } from '../../worker.ts';
import { configure } from './configure.ts';
import { done, type CommandContext, type Outcome } from './outcome.ts';

/** `worker` */
export async function workerAction({ interrupts }: CommandContext): Promise<Outcome> {
  await runWorker(await configure(), interrupts());
  return done;
}
