import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { planReading } from '../../src/commands/plan/plan-reading.ts';
import { readValidJob } from '../../src/commands/job/read-job.ts';
import { emulatorKeys } from '../../src/emulator/index.ts';
import { workerEnvironment } from '../../src/local/product-stack.ts';
import { parsePage } from '../../src/plan/pages.ts';
import { openSpool } from '../../src/plan/spool.ts';
import type { ProcessStack } from '../../test/support/process-stack.ts';
import type { Servers } from './on-stack.ts';

/** Seconds of a bare loop. */
export interface BareRun {
  /** From its first call to its first answer stored. */
  readonly firstSeconds: number;
  /** From its first call to its last answer stored. */
  readonly seconds: number;
  /** From the start of its program to its end. */
  readonly withStartSeconds: number;
}

/** Writes the calls that a job file comes to, for the bare loop. Returns the path. */
export async function writeCalls({ session }: ProcessStack, jobFile: string): Promise<string> {
  const spool = openSpool();
  const reading = await readValidJob(jobFile);
  const { plan, pageText } = await planReading(session, reading, {
    allowUnpriced: false,
    mayRepeat: false,
    spool,
  });
  const file = `${jobFile}.calls.jsonl`;
  const calls = plan.pages
    .flatMap(({ page }) => parsePage(pageText(page)))
    .flatMap((item) => ('request' in item ? [JSON.stringify(item.request)] : []));
  spool.close();
  await writeFile(file, `${calls.join('\n')}\n`);
  return file;
}

/** Makes the calls of a file as a bare loop does, in a process of its own. */
export async function runBareLoop(
  { stack, emulator }: Servers,
  callsFile: string,
  { prefix, width }: { readonly prefix: string; readonly width: number },
): Promise<BareRun> {
  const { bucket } = stack.addresses.store;
  const program = fileURLToPath(new URL('bare-loop.ts', import.meta.url));
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', program, callsFile, emulator.url, bucket, prefix, String(width)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...workerEnvironment(stack.addresses, emulatorKeys.secret) },
    },
  );
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`the bare loop ended with ${String(code)}`);
  const { first, last } = JSON.parse(output) as { readonly first: number; readonly last: number };
  const withStartSeconds = (performance.now() - startedAt) / 1_000;
  return { firstSeconds: first / 1_000, seconds: last / 1_000, withStartSeconds };
}
