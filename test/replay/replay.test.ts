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

const builtCode = (): string => readFileSync(inject('servers').codePath, 'utf8');

/** How the built code asks for a version of itself. */
const asks = (patch: string): string => `patched)('${patch}')`;

async function expectBroken(name: string, code: string): Promise<void> {
  const history = readHistory(name);
  const replay = Worker.runReplayHistory({ workflowBundle: { code } }, history, workflowIdOf(history));
  await expect(replay).rejects.toBeInstanceOf(DeterminismViolationError);
}

/** A history that has passed each place where the workflows part from earlier versions, by its name there. */
const patches = {
  canary: 'run-job-approved',
  'cost-as-it-goes': 'run-job-told',
  deadline: 'run-job-expired',
  'fail-fast': 'run-page-fail-fast',
  'grown-contracts': 'run-job-grown',
  'lanes-go-on': 'run-job-lanes-1',
  'losses-found': 'run-page-stopped',
  'money-held': 'run-page-moneyless',
  notices: 'run-job-notices',
  'places-held': 'run-page-budgeted',
  'probe-due': 'run-job-unheard',
  'reports-by-turn': 'run-job-turned',
  story: 'run-job-halted',
};

/** The built workflow code with one word of it changed, as a careless change of the workflows would. */
function changedCode(from: string, to: string): string {
  const code = builtCode();
  const changed = code.replaceAll(from, to);
  expect(changed).not.toBe(code);
  return changed;
}

beforeAll(quietRuntime);

describe('a run that is under way', () => {
  it('has been saved in each way it can go', () => {
    expect(names).toEqual([
      'deliver-notice-taken',
      'run-job-approved',
      'run-job-budgeted',
      'run-job-cancelled',
      'run-job-continued-1',
      'run-job-continued-2',
      'run-job-crossing',
      'run-job-expired',
      'run-job-fail-fast',
      'run-job-failures',
      'run-job-grown',
      'run-job-halted',
      'run-job-lanes-1',
      'run-job-lanes-2',
      'run-job-notices',
      'run-job-pages',
      'run-job-paused',
      'run-job-plain',
      'run-job-scheduled',
      'run-job-set',
      'run-job-stopped',
      'run-job-terminated',
      'run-job-told',
      'run-job-turned',
      'run-job-unheard',
      'run-page-budgeted',
      'run-page-cancelled',
      'run-page-chains',
      'run-page-crossing',
      'run-page-fail-fast',
      'run-page-failures',
      'run-page-granted',
      'run-page-moneyless',
      'run-page-overspent',
      'run-page-parked',
      'run-page-paused',
      'run-page-plain',
      'run-page-set',
      'run-page-stopped',
      'run-page-terminated',
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
    ['run-job-set', "defineUpdate)('setRun')", "defineUpdate)('setOther')"],
    ['run-page-set', "defineSignal)('steer')", "defineSignal)('steerOther')"],
    ['run-page-terminated', "defineSignal)('giveUp')", "defineSignal)('keepOn')"],
    ['run-job-terminated', "defineSignal)('terminate')", "defineSignal)('end')"],
    ['run-job-fail-fast', 'failed / ended >= rate', 'failed / ended > 1'],
    ['deliver-notice-taken', '{ findReceivers, sendNotice }', '{ findReceivers, sealPage: sendNotice }'],
  ])('would be broken by a change of what its workflow asks for: %s', async (name, from, to) => {
    await expectBroken(name, changedCode(from, to));
  });

  it('has passed each place where the workflows part from earlier versions', () => {
    const asked = [...builtCode().matchAll(/patched\)\('([a-z-]+)'\)/g)];
    expect(new Set(asked.map(([, patch]) => patch))).toEqual(new Set(Object.keys(patches)));
  });

  it.each(Object.entries(patches))(
    'would be broken by a change that takes %s away: %s',
    async (patch, name) => {
      await expectBroken(name, changedCode(asks(patch), asks(`no-${patch}`)));
    },
  );
});
