import type { RunLocation } from '../../src/storage/keys.ts';
import type { ProcessStack } from '../../test/support/process-stack.ts';
import { writeSampleJob } from '../../test/support/sample-job.ts';

/** Submits a job of so many texts, and does not wait for its end. */
export async function submitTexts(stack: ProcessStack, name: string, texts: number): Promise<RunLocation> {
  const file = await writeSampleJob(stack.folder, { name, texts, images: 0 });
  const { code, stdout, stderr } = await stack.command('submit', file, '-o', 'json');
  if (code !== 0) throw new Error(`submit failed: ${stderr}`);
  const { runId } = JSON.parse(stdout) as { readonly runId: string };
  return { ...stack.session.location, job: name, runId };
}
