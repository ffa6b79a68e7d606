import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { readAddresses } from '../../src/local/address-file.ts';
import { connectClient } from '../../src/temporal/connect-client.ts';
import { runWorkflowId } from '../../src/workflows/ids.ts';
import { createDevDesk, jobOf, repository, type Desk, type Ended } from './product.ts';

let desk: Desk;

beforeAll(async () => {
  ({ desk } = await createDevDesk({ POLLEN_BATCH_RPS: '8' }));
}, 120_000);
afterAll(async () => desk?.[Symbol.asyncDispose]());

const waiting = { timeout: 180_000, interval: 200 };

/** Its first text is made alone, and then a person is asked. */
const askingJob = (name: string, texts: number): string =>
  jobOf(name, texts).replace(
    'defaults:',
    `labels: { team: ${name} }\nbudget: "1"\ncanary: { items: 1, approve: manual }\ndefaults:`,
  );

/** Commands that only look, at the same time. */
function all(...commands: readonly (readonly string[])[]): Promise<readonly Ended[]> {
  return Promise.all(commands.map((parameters) => desk.run(...parameters)));
}

function codes(ended: readonly Ended[]): readonly number[] {
  return ended.map(({ code }) => code);
}

/** Takes a run out of Temporal, as the end of its retention does. */
async function forget(runId: string): Promise<void> {
  const addresses = await readAddresses(join(desk.folder, '.pollen-batch'));
  const temporal = await connectClient({ address: addresses?.temporal.address ?? '' });
  const workflowExecution = { workflowId: runWorkflowId(runId) };
  const { workflowService, workflow } = temporal.client;
  await workflowService.deleteWorkflowExecution({ namespace: temporal.namespace, workflowExecution });
  await vi.waitFor(async () => {
    await expect(workflow.getHandle(runWorkflowId(runId)).describe()).rejects.toThrow(/not found/i);
    // The list of runs lags behind.
    const query = `WorkflowId = '${runWorkflowId(runId)}'`;
    expect(await workflow.count(query)).toMatchObject({ count: 0 });
  }, waiting);
  await temporal.close();
}

// In the order of a run's life: submitted, paused, changed, approved, suspended, stopped, retried, terminated, deleted.
describe('a run, by its id, by its beginning and as the latest', { timeout: 600_000 }, () => {
  let runId = '';
  let retryId = '';

  it('is left with 4 at its first pause where that is not to be waited out', async () => {
    const file = await desk.file('shop.yaml', askingJob('shop', 400));
    const { code, stdout, stderr } = await desk.run('submit', file, '--watch', '--no-wait-paused');
    expect([code, stdout]).toEqual([4, expect.stringMatching(/^shop-[0-9a-f]{10}\n$/)]);
    runId = stdout.trim();
    expect(stderr).toContain(`\n${runId}: paused. 1/400 · `);
    expect(stderr).toMatch(/\npaused: approval since .* `pollen-batch approve shop-.*`, or end it with/);
    expect(stderr).toContain(`\nCome back with \`pollen-batch watch ${runId}\`.\n`);

    const again = await desk.run('run', file, '--no-wait-paused', '-o', 'json');
    expect(again.code).toBe(4);
    expect(again.stderr).toMatch(/\nThe same command comes back to it\.\n$/);
    expect(JSON.parse(again.stdout)).toMatchObject({
      runId,
      state: 'paused',
      paused: [{ reason: 'approval' }],
    });
  });

  it('is waited for though it is paused, unless that or the time is limited', async () => {
    const [left, unwatched, late, shown, refused] = await all(
      ['wait', '@latest', '--no-wait-paused', '-o', 'json'],
      ['watch', '@latest', '--no-wait-paused', '-o', 'json'],
      ['wait', 'shop', '--timeout', '2s'],
      ['get', '@latest'],
      ['delete', 'sho', '--yes'],
    );
    expect([left?.code, unwatched?.code]).toEqual([4, 4]);
    expect(JSON.parse(left?.stdout ?? '')).toMatchObject([{ runId, state: 'paused' }]);
    expect(JSON.parse(unwatched?.stdout ?? '')).toMatchObject({ runId, state: 'paused' });
    expect([late?.code, late?.stderr]).toEqual([1, `${runId} goes on: the time is over.\n`]);
    expect([shown?.code, shown?.stdout]).toEqual([4, expect.stringContaining('Labels: team=shop')]);
    expect([refused?.code, refused?.stdout]).toEqual([2, '']);
    expect(refused?.stderr).toContain(`run ${runId} goes on, so it cannot be deleted\nStop it with`);
  });

  it('is listed by state, job, label and time', async () => {
    const find = (...filter: readonly string[]): readonly string[] => ['list', '-o', 'name', ...filter];
    await vi.waitFor(async () => {
      expect((await desk.run(...find('--state', 'paused', '--label', 'team=shop'))).stdout).toBe(
        `${runId}\n`,
      );
    }, waiting);
    const found = await all(
      find('--job', 'shop', '--since', '1h'),
      find('--state', 'completed', 'stopped'),
      find('--label', 'team=other'),
      ['list', '-o', 'wide'],
    );
    expect(codes(found)).toEqual([0, 0, 0, 0]);
    expect(found.slice(0, 3).map(({ stdout }) => stdout)).toEqual([`${runId}\n`, '', '']);
    expect(found[3]?.stdout).toMatch(/ LABELS *\n.*shop-.* paused .*team=shop/);
    const [wrong] = await all(['list', '--state', 'gone']);
    expect([wrong?.code, wrong?.stderr]).toEqual([
      2,
      expect.stringContaining('Allowed choices are planning'),
    ]);
  });

  it('is changed by set while it waits', async () => {
    const values = ['--concurrency', '1', '--priority', 'low', '--deadline', '2h', '--budget', '+1'];
    const set = await desk.run('set', 'shop', ...values, '--reason', 'others first');
    expect([set.code, set.stderr]).toEqual([4, '']);
    expect(set.stdout).toContain(`${runId} may cost 2 Pollen now`);
    expect(set.stdout).toContain(`${runId} may have 1 call in flight; those above it finish.`);
    expect(set.stdout).toContain(`${runId} has priority low now.`);
    expect(set.stdout).toMatch(/ ends at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, whatever it has left\./);
    expect(set.stdout).toContain('\nIt cannot go on yet.\npaused: approval since');
  });

  it('is approved once, suspended and resumed', async () => {
    const approved = await desk.run('approve', '@latest', '--reason', 'looked at it');
    expect([approved.code, approved.stdout, approved.stderr]).toEqual([0, `${runId} goes on.\n`, '']);
    const twice = await desk.run('approve', 'shop');
    expect([twice.code, twice.stdout]).toEqual([2, '']);
    expect(twice.stderr).toContain('waits for no approval');
    const suspended = await desk.run('suspend', 'shop', '--reason', 'lunch');
    expect([suspended.code, suspended.stdout]).toEqual([
      0,
      expect.stringMatching(/ sends nothing more; .*\npaused: operator since .*: suspended by hand: lunch\./),
    ]);
    const resumed = await desk.run('resume', runId, '--reason', 'back again', '-o', 'json');
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ runId, state: 'running', paused: [] });
  });

  it('is stopped, and tells what people did to it and why', async () => {
    const stopped = await desk.run('stop', 'shop', '--reason', 'wrong prompts');
    expect([stopped.code, stopped.stdout]).toEqual([0, expect.stringContaining('sends nothing more')]);
    const waits = await all(['wait', '@latest', '--exit-status'], ['wait', 'shop']);
    expect(codes(waits)).toEqual([6, 0]);
    for (const { stdout } of waits) expect(stdout).toMatch(/^shop-\S+ +stopped\n$/);

    const [got, bill, verified, again] = await all(
      ['get', 'shop', '-o', 'json'],
      ['bill', '@latest', '-o', 'json'],
      ['verify', 'shop', '-o', 'json'],
      ['stop', 'shop'],
    );
    const details = JSON.parse(got?.stdout ?? '') as { readonly tally: object; readonly story: object };
    expect(details).toMatchObject({ runId, state: 'stopped', tally: { unknown: { count: 0 } } });
    expect(details.story).toMatchObject([
      { kind: 'budget', budget: { amount: '2' }, reason: 'others first' },
      { kind: 'concurrency', concurrency: 1, reason: 'others first' },
      { kind: 'priority', priority: 'low', reason: 'others first' },
      { kind: 'deadline', reason: 'others first' },
      { kind: 'approve', reason: 'looked at it' },
      { kind: 'suspend', reason: 'lunch' },
      { kind: 'resume', reason: 'back again' },
      { kind: 'stop', reason: 'wrong prompts' },
    ]);
    expect(bill?.code).toBe(0);
    expect(JSON.parse(verified?.stdout ?? '')).toMatchObject({ findings: [] });
    expect([again?.code, again?.stdout]).toEqual([2, '']);
    expect(again?.stderr).toContain(`there is no run ${runId} that goes on`);
  });

  it('is retried, and the retry terminated', async () => {
    const retried = await desk.run('retry', 'shop');
    expect([retried.code, retried.stdout]).toEqual([0, `${runId}-retry1\n`]);
    retryId = retried.stdout.trim();
    await vi.waitFor(async () => {
      expect((await desk.run('list', '-n', '1', '-o', 'name')).stdout).toBe(`${retryId}\n`);
    }, waiting);
    const [several, lanes] = await all(['get', 'shop'], ['lanes', '-o', 'json']);
    expect([several?.code, several?.stderr]).toEqual([
      2,
      expect.stringContaining('several runs begin with shop'),
    ]);
    expect(JSON.parse(lanes?.stdout ?? '')).toMatchObject([{ name: 'all' }]);

    const terminated = await desk.run('terminate', '@latest', '--reason', 'it hangs');
    expect([terminated.code, terminated.stdout]).toEqual([0, expect.stringContaining('ends within seconds')]);
    const waited = await desk.run('wait', '@latest', '--exit-status', '-o', 'json');
    expect(waited.code).toBe(6);
    expect(JSON.parse(waited.stdout)).toMatchObject([{ runId: retryId, state: 'stopped' }]);
    const reconciled = await desk.run('reconcile', '@latest');
    expect([reconciled.code, reconciled.stderr]).toEqual([0, '']);
  });

  it('is deleted after its retry, and by nobody who was not asked', async () => {
    const [unasked, needed] = await all(['delete', '@latest'], ['delete', runId, '--yes']);
    expect([unasked?.code, unasked?.stdout]).toEqual([2, '']);
    expect(unasked?.stderr).toContain(`nobody was asked whether run ${retryId} may be deleted`);
    expect(unasked?.stderr).toContain('Give --yes where no terminal can ask.');
    expect([needed?.code, needed?.stdout]).toEqual([2, '']);
    expect(needed?.stderr).toContain(`run ${runId} is needed by other runs\n  ${retryId}\n`);

    const first = await desk.run('delete', '@latest', '--yes');
    expect([first.code, first.stdout]).toEqual([0, expect.stringContaining(`${retryId} is deleted: `)]);
    const last = await desk.run('delete', runId, '--yes', '-o', 'json');
    expect(last.code).toBe(0);
    expect(JSON.parse(last.stdout)).toMatchObject({ runId, deleted: true });
    const gone = await all(['get', runId], ['wait', runId], ['delete', runId, '--yes']);
    expect(codes(gone)).toEqual([2, 2, 2]);
    for (const { stderr } of gone) expect(stderr).toContain(`not-found: there is no run ${runId}`);
  });
});

describe('a retry', { timeout: 600_000 }, () => {
  it('is left with 4 at its pause where that is wanted, and keeps why it was made', async () => {
    const failing = askingJob('asked', 2).replace('Text 1 of asked', 'Text 1 of asked [[fault:422:1]]');
    const file = await desk.file('asked.yaml', failing);
    const submitted = await desk.run('submit', file, '--watch', '--no-wait-paused');
    expect(submitted.code).toBe(4);
    const runId = submitted.stdout.trim();
    expect((await desk.run('stop', runId)).code).toBe(0);
    expect((await desk.run('wait', runId, '--exit-status')).code).toBe(6);

    const because = ['--reason', 'the filter is gone'];
    const retried = await desk.run('retry', runId, '--watch', '--no-wait-paused', ...because);
    expect([retried.code, retried.stdout]).toEqual([4, `${runId}-retry1\n`]);
    expect(retried.stderr).toContain(`\n${runId}-retry1: paused. 1/2 · `);
    expect((await desk.run('approve', `${runId}-retry1`)).code).toBe(0);
    expect((await desk.run('wait', `${runId}-retry1`, '--exit-status')).code).toBe(0);
    const [got, logs, report] = await all(
      ['get', `${runId}-retry1`],
      ['logs', `${runId}-retry1`],
      ['get', `${runId}-retry1`, '-o', 'json'],
    );
    expect(got?.stdout).toContain(`A retry of ${runId}: what that has got is taken over.\nWhy: the filter`);
    expect(logs?.stdout).toContain(`planned: 2 items, a retry of ${runId}: the filter is gone\n`);
    expect(JSON.parse(report?.stdout ?? '')).toMatchObject({
      report: { parent: { runId, reason: 'the filter is gone' } },
    });
  });
});

describe('a run that Temporal has forgotten', { timeout: 600_000 }, () => {
  it('is told by the bucket, ended or lost', async () => {
    const known = await desk.file('known.yaml', jobOf('known', 2));
    const lost = await desk.file('lost.yaml', askingJob('lost', 2));
    const ids = (
      await all(['submit', known, '--watch'], ['submit', lost, '--watch', '--no-wait-paused'])
    ).map(({ stdout }) => stdout.trim());
    await Promise.all(ids.map(forget));
    const [knownId = '', lostId = ''] = ids;

    const [listed, told, waited, gone] = await all(
      ['list', '-o', 'json'],
      ['get', 'known'],
      ['wait', 'known', 'lost', '--exit-status'],
      ['get', lostId],
    );
    expect(JSON.parse(listed?.stdout ?? '')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ runId: knownId, state: 'completed', items: 2, emulated: true }),
        expect.objectContaining({ runId: lostId, state: 'lost', labels: { team: 'lost' } }),
      ]),
    );
    expect([told?.code, told?.stdout]).toEqual([0, expect.stringContaining('completed. 2 succeeded')]);
    expect([waited?.code, waited?.stdout]).toEqual([
      1,
      expect.stringMatching(/^known-\S+ +completed\nlost-\S+ +lost\n$/),
    ]);
    expect(gone?.stdout).toContain(`\`pollen-batch resume ${lostId} --from-store\` starts it again`);

    // What a person had approved, or had not, is there again.
    const rebuilt = await desk.run('resume', 'lost', '--from-store', '--watch', '--no-wait-paused');
    expect([rebuilt.code, rebuilt.stdout]).toEqual([4, `${lostId}\n`]);
    expect((await desk.run('approve', lostId)).code).toBe(0);
    expect((await desk.run('wait', 'lost', '--exit-status')).code).toBe(0);
  });
});

describe('in a shell', { timeout: 600_000 }, () => {
  it('commands and ids of runs are completed by the Tab of bash', async () => {
    const program = `pollen-batch() { '${process.execPath}' '${join(repository, 'bin/pollen-batch.js')}' "$@"; }`;
    // A terminal of its own: without one bash reads no keys.
    const shell = spawn('script', ['-qfec', 'bash --noprofile --norc', '/dev/null'], {
      cwd: desk.folder,
      env: { PATH: process.env['PATH'], PS1: '> ', TERM: 'dumb', INPUTRC: '/dev/null' },
    });
    const exited = new Promise((resolve) => shell.once('close', resolve));
    let screen = '';
    shell.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text));
    const type = (keys: string): boolean => shell.stdin.write(keys);
    const untilShown = (text: string | RegExp): Promise<void> =>
      vi.waitFor(() => expect(screen).toMatch(text), { timeout: 60_000, interval: 50 });
    type(
      `bind 'set enable-bracketed-paste off'; ${program}; source <(pollen-batch completion bash); echo re''ady\n`,
    );
    await untilShown(/^ready/m);
    type('pollen-batch reconc\t');
    await untilShown('reconcile ');
    type('@l\t');
    await untilShown('reconcile @latest ');
    type('\u0015pollen-batch get know\t');
    await untilShown(/get known-[0-9a-f]{10} /);
    type('\u0015exit\n');
    await exited;
  });
});

describe('the failures of schedules', { timeout: 600_000 }, () => {
  it('are listed with what to do about them', async () => {
    await desk.file(
      'nightly.yaml',
      'version: 1\nname: nightly\nitems:\n  - { id: good, text: A haiku }\n  - { id: bad, text: "A [[fault:422:1]]" }\n' +
        'schedule: { cron: "0 6 * * *" }\n',
    );
    expect((await desk.run('schedule', 'apply', 'nightly.yaml')).code).toBe(0);
    const triggered = await desk.run('schedule', 'trigger', 'nightly', '-o', 'json');
    const { runId } = JSON.parse(triggered.stdout) as { readonly runId: string };
    expect((await desk.run('wait', runId, '--exit-status')).code).toBe(3);
    const [of, every, unknown] = await all(
      ['schedule', 'list-failures', 'nightly'],
      ['schedule', 'list-failures', '-o', 'json'],
      ['schedule', 'list-failures', 'weekly'],
    );
    expect([of?.code, of?.stdout]).toEqual([
      0,
      expect.stringContaining(
        `${runId}: completed with failures: 1 of 2 items have no result\n  pollen-batch retry ${runId}\n`,
      ),
    ]);
    expect(JSON.parse(every?.stdout ?? '')).toMatchObject([{ schedule: 'nightly', runId }]);
    expect([unknown?.code, unknown?.stdout]).toEqual([2, '']);
    expect(unknown?.stderr).toContain('not-found: there is no schedule weekly');
  });
});
