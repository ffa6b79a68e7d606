import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { DeterminismViolationError } from '@temporalio/workflow';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { temporaryFolder } from '../support/local-servers.ts';
import { copyProduct, type Edit } from '../support/product-copy.ts';
import { quietRuntime } from '../support/quiet-runtime.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  quietRuntime();
  folder = await temporaryFolder();
});

afterAll(async () => folder?.remove());

/** Builds the workflows of a copy of the sources, and replays a saved history with them. */
async function replay(copy: string, edits: readonly Edit[], histories: readonly string[]) {
  const path = join(folder.path, copy);
  await copyProduct(path, edits);
  const quiet = () => {};
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(path, 'src/workflows/index.ts'),
    logger: { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  return Promise.allSettled(
    histories.map((name) => {
      const file = new URL(`./histories/${name}.json.gz`, import.meta.url);
      const history: unknown = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'));
      return Worker.runReplayHistory({ workflowBundle: { code } }, history);
    }),
  );
}

const page = 'const opened = await CancellationScope.nonCancellable(() => openPage(input));';
const wait = "await condition(() => false, '1 second');";

describe('a change of the sources of the workflows that no `patched` stands before', () => {
  it.each([
    ['a timer more', 'run-page-plain', [['workflows/run-page.ts', page, `${wait} ${page}`]]],
    [
      'an activity twice',
      'run-page-plain',
      [['workflows/run-page.ts', 'openPage(input)', 'openPage(input).then(() => openPage(input))']],
    ],
    [
      'two activities in place of each other',
      'run-job-grown',
      [
        [
          'workflows/run-job.ts',
          'isGrown() ? prepareRun(request) : planRun(request)',
          'isGrown() ? planRun(request) : prepareRun(request)',
        ],
      ],
    ],
  ] satisfies readonly (readonly [string, string, readonly Edit[]])[])(
    'is caught by a saved history: %s',
    async (name, history, edits) => {
      const [result] = await replay(name.replaceAll(' ', '-'), edits, [history]);
      expect(result).toMatchObject({ status: 'rejected' });
      expect((result as PromiseRejectedResult).reason).toBeInstanceOf(DeterminismViolationError);
    },
  );

  it('is caught for its change alone: the sources as they are go on with the same histories', async () => {
    const results = await replay('unchanged', [], ['run-page-plain', 'run-job-grown']);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
  });
});
