import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createDevDesk, runIdIn, type Desk, type Ended } from './product.ts';

let desk: Desk;

beforeAll(async () => {
  ({ desk } = await createDevDesk());
}, 120_000);
afterAll(async () => desk?.[Symbol.asyncDispose]());

const job = (lines: readonly string[]): string =>
  [
    'version: 1',
    'name: bees',
    'defaults: { text: { model: openai, max_tokens: 30 } }',
    'items:',
    ...lines,
    '',
  ].join('\n');
const first = job([
  '  - { id: same, text: A haiku about bees }',
  '  - { id: edited, text: A limerick about bees }',
  '  - { id: gone, text: A sonnet about bees }',
  '  - { id: refused, text: "Refused [[fault:422]]" }',
]);
const second = job([
  '  - { id: added, text: An ode to bees }',
  '  - { id: same, text: A haiku about bees }',
  '  - { id: edited, text: A limerick about wasps }',
  '  - { id: refused, text: No more of that }',
]);
const show = (name: string, { stdout, stderr }: Ended): void => {
  if (process.env['SHOW'] !== undefined) console.log(`--- ${name}\n${stdout}${stderr}`);
};

describe('two runs, and what is left of them', { timeout: 300_000 }, () => {
  let before = '';
  let after = '';

  it('are told on a page each, and compared item by item', async () => {
    const runs = [];
    for (const text of [first, second])
      runs.push(await desk.run('run', await desk.file('bees.yaml', text), '--out', 'out'));
    [before = '', after = ''] = runs.map(({ stderr, stdout }) => runIdIn(`${stderr}\n${stdout}`));
    expect(runs.map(({ code }) => code)).toEqual([3, 0]);
    const page = await readFile(join(desk.folder, 'out', before, 'report.md'), 'utf8');
    expect(page).toContain(`# Run \`${before}\``);
    expect(page).toContain('- `content-policy`: 1 item, as `refused`.');

    const text = await desk.run('diff', before, after);
    show('diff', text);
    expect(text.code).toBe(0);
    expect(text.stdout).toContain('1 added, 1 gone, 2 with another request');
    const json = await desk.run('diff', before, after, '-o', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      added: [{ id: 'added' }],
      gone: [{ id: 'gone' }],
      changed: [
        { id: 'edited' },
        {
          id: 'refused',
          changes: ['request', 'state'],
          first: 'failed (content-policy)',
          second: 'succeeded',
        },
      ],
      counts: { unchanged: 1 },
    });
    const wrong = await Promise.all([
      desk.run('diff', before),
      desk.run('diff', before, before),
      desk.run('diff', before, 'nobody-0000000000'),
      desk.run('diff', before, after, '--limit', '0'),
    ]);
    for (const one of wrong) show('wrong', one);
    expect(wrong.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
  });

  it('lose their results to gc, and keep their bills', async () => {
    const wrong = await Promise.all([
      desk.run('gc'),
      desk.run('gc', '--older-than', 'soon'),
      desk.run('gc', '--older-than', '30d', '--keep-bill'),
    ]);
    for (const one of wrong) show('wrong', one);
    expect(wrong.map(({ code }) => code)).toEqual([2, 2, 2]);
    const none = await desk.run('gc', '--older-than', '30d', '--keep-bills', '--yes');
    show('none', none);
    expect(none.stdout).toContain('has anything to delete.');

    const bill = JSON.parse((await desk.run('bill', before, '-o', 'json')).stdout) as object;
    const days = JSON.parse((await desk.run('bill', '--by', 'day', '-o', 'json')).stdout) as object;
    const dry = await desk.run('gc', '--older-than', '0s', '--keep-bills');
    show('dry', dry);
    expect(dry.stdout).toMatch(/^Would delete \d+ objects \(.*\) of 2 runs/);
    expect((await desk.run('verify', before)).code).toBe(0);
    const gone = await desk.run('gc', '--older-than', '0s', '--keep-bills', '--yes', '-o', 'json');
    expect(JSON.parse(gone.stdout)).toMatchObject({
      deleted: true,
      runs: [{ job: 'bees' }, { job: 'bees' }],
      stay: [],
    });

    const looks = await Promise.all([
      desk.run('list'),
      desk.run('get', before),
      desk.run('bill', before),
      desk.run('bill', before, '--items'),
      desk.run('bill', '--by', 'day'),
      desk.run('verify', before),
    ]);
    for (const one of looks) show('look', one);
    expect(looks.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    for (const { stdout } of [looks[0], looks[1], looks[2], looks[4], looks[5]] as readonly Ended[])
      expect(stdout).toContain('collected');
    const { collectedAt, ...kept } = JSON.parse((await desk.run('bill', before, '-o', 'json')).stdout) as {
      readonly collectedAt?: string;
    };
    expect(collectedAt).toBeDefined();
    expect(kept).toEqual(bill);
    expect(JSON.parse((await desk.run('bill', '--by', 'day', '-o', 'json')).stdout)).toEqual({
      ...days,
      collected: 2,
    });

    const refused = await Promise.all([
      desk.run('results', before),
      desk.run('diff', before, after),
      desk.run('explain', before, 'same'),
      desk.run('logs', before),
      desk.run('retry', before, '--yes'),
      desk.run('reconcile', before),
      desk.run('run', join(desk.folder, 'bees.yaml')),
    ]);
    for (const one of refused) show('refused', one);
    for (const { code, stderr } of refused)
      expect([code, stderr]).toEqual([2, expect.stringContaining('were collected at')]);
  });
});
