import { readMarker } from '../../src/records/run-store.ts';
import type { ResultLine } from '../../src/report/result-line.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import type { ProcessStack } from '../../test/support/process-stack.ts';

/** The results of a run that has ended, part by part. */
export async function* resultLines({ session }: ProcessStack, run: RunLocation): AsyncGenerator<ResultLine> {
  const marker = await readMarker(session.store, run);
  for (const { key } of marker?.parts ?? []) {
    const part = await session.store.get(key);
    for (const line of Buffer.from(part?.body ?? '')
      .toString('utf8')
      .split('\n')) {
      if (line !== '') yield JSON.parse(line) as ResultLine;
    }
  }
}
