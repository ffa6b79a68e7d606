import { spawnSync } from 'node:child_process';

import { expect, it } from 'vitest';

import { completionScript, shells, type CompletedCommand } from '../../src/cli/completion.ts';

const none = { options: [{ names: ['--help'] }], takes: 'nothing', commands: [] } as const;
const program: CompletedCommand = {
  ...none,
  path: '',
  description: '',
  commands: [
    {
      ...none,
      path: 'list',
      description: "list: what isn't",
      options: [
        { names: ['--state', '-s'], takes: ['paused', 'planning', 'running'] },
        { names: ['--help'] },
      ],
    },
    { ...none, path: 'get', description: 'show a run', takes: 'runs' },
    {
      ...none,
      path: 'schedule',
      description: '',
      commands: [{ ...none, path: 'schedule pause', description: '' }],
    },
  ],
};

/** What bash offers for the last of some words; `pollen-batch list` has two runs. */
function offered(...words: readonly string[]): string {
  const script = `
    pollen-batch() { printf 'bees-1\\nwasps-2\\n'; }
    ${completionScript('bash', program)}
    COMP_WORDS=(pollen-batch ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
    _pollen_batch; echo "\${COMPREPLY[*]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trim();
}

it('offers commands, those below them, options, choices and ids of runs in bash', () => {
  expect(offered('')).toBe('list get schedule');
  expect(offered('schedule', 'p')).toBe('pause');
  expect(offered('list', '--s')).toBe('--state');
  expect(offered('list', '-s', 'p')).toBe('paused planning');
  expect(offered('get', '')).toBe('@latest bees-1 wasps-2');
  expect(offered('get', 'w')).toBe('wasps-2');
  expect(offered('get', '@', 'l')).toBe('@latest');
});

it.each(shells)('is a script that %s can read, where it is installed', (shell) => {
  const { status, error } = spawnSync(shell, ['-n'], { input: completionScript(shell, program) });
  expect(error === undefined ? status : 0).toBe(0);
});
