import { readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, inject, it } from 'vitest';

import { quietRuntime } from '../support/quiet-runtime.ts';

const folder = new URL('./histories/', import.meta.url);
const names = readdirSync(folder).map((file) => file.replace('.json.gz', ''));

function readHistory(name: string): unknown {
  return JSON.parse(gunzipSync(readFileSync(new URL(`${name}.json.gz`, folder))).toString('utf8'));
}

/** A scheduled run is named by its workflow, so it has to replay under its own id. */
function workflowIdOf(history: unknown): string {
  const { events } = history as {
    readonly events: readonly {
      readonly workflowExecutionStartedEventAttributes?: { readonly workflowId?: string };
    }[];
  };
  return events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? '';
}

/** The built workflow code with one word of it changed, as a careless change of the workflows would. */
function changedCode(from: string, to: string): string {
  const code = readFileSync(inject('servers').codePath, 'utf8');
  const changed = code.replaceAll(from, to);
  expect(changed).not.toBe(code);
  return changed;
}

beforeAll(quietRuntime);

describe('a run that is under way', () => {
  it('has been saved in each way it can go', () => {
    expect(names).toEqual([
      'run-job-budgeted',
      'run-job-cancelled',
      'run-job-continued-1',
      'run-job-continued-2',
      'run-job-crossing',
      'run-job-failures',
      'run-job-grown',
      'run-job-pages',
      'run-job-paused',
      'run-job-plain',
      'run-job-scheduled',
      'run-job-stopped',
      'run-job-told',
      'run-job-turned',
      'run-page-budgeted',
      'run-page-cancelled',
      'run-page-chains',
      'run-page-crossing',
      'run-page-failures',
      'run-page-granted',
      'run-page-parked',
      'run-page-paused',
      'run-page-plain',
      'run-page-stopped',
    ]);
  });

  it.each(names)('goes on with the workflows as they are now: %s', async (name) => {
    const { codePath } = inject('servers');
    const history = readHistory(name);
    await Worker.runReplayHistory({ workflowBundle: { codePath } }, history, workflowIdOf(history));
  });

  it.each([
    ['run-job-plain', "'runPage'", "'runOtherPage'"],
    ['run-page-plain', "'generateText'", "'generateProse'"],
    ['run-page-chains', '{ closeItem }', '{ sealPage: closeItem }'],
    ['run-job-budgeted', '{ keepChange }', '{ sealPage: keepChange }'],
    ['run-page-stopped', "'losses-found'", "'losses-otherwise'"],
    ['run-job-turned', "'reports-by-turn'", "'reports-otherwise'"],
    ['run-job-grown', "'grown-contracts'", "'contracts-otherwise'"],
    ['run-job-told', "'cost-as-it-goes'", "'cost-otherwise'"],
  ])('would be broken by a change of what its workflow asks for: %s', async (name, from, to) => {
    const replay = Worker.runReplayHistory(
      { workflowBundle: { code: changedCode(from, to) } },
      readHistory(name),
    );
    await expect(replay).rejects.toBeInstanceOf(DeterminismViolationError);
  });
});
