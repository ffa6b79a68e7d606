import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { sabotages, type Sabotage } from './sabotages.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const PATIENCE_MS = 480_000;
const COPIED = [
  'src',
  'test',
  'bin',
  'jobs',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
  '.oxlintrc.json',
];

/** What became of a sabotage. */
type Outcome = 'caught' | 'late' | 'missed' | 'broken' | 'stale';

interface TestRun {
  readonly passed: number;
  readonly failed: readonly string[];
  /** What kept tests from running at all. */
  readonly broken: string;
  /** Whether they had not ended when the patience had. */
  readonly isLate: boolean;
}

const nothing: TestRun = { passed: 0, failed: [], broken: '', isLate: false };
const LATE = `the tests did not end within ${PATIENCE_MS / 60_000} minutes`;

/**
 * Breaks each rule by one line, in a copy of the working tree, and looks whether the tests named for it notice.
 * What stands behind the command chooses those whose titles have one of it.
 */
async function main(words: readonly string[]): Promise<number> {
  const chosen = sabotages.filter(
    ({ title }) => words.length === 0 || words.some((word) => title.includes(word)),
  );
  const folder = await mkdtemp(join(tmpdir(), 'pollen-batch-sabotage-'));
  const outcomes: Outcome[] = [];
  try {
    for (const name of COPIED) await cp(join(repository, name), join(folder, name), { recursive: true });
    await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
    console.log('First without any: what fails then tells nothing.');
    const whole = chosen.filter(({ only }) => only === undefined).flatMap(({ tests }) => tests);
    const parts = chosen.filter(({ only }) => only !== undefined);
    for (const { tests, only } of [{ tests: [...new Set(whole)], only: undefined }, ...parts]) {
      const { failed, broken, isLate } = tests.length === 0 ? nothing : await test(folder, tests, only);
      if (failed.length === 0 && broken === '' && !isLate) continue;
      console.log([...failed, broken, ...(isLate ? [LATE] : [])].join('\n'));
      return 1;
    }
    for (const sabotage of chosen) {
      const { outcome, words: said } = await commit(folder, sabotage);
      outcomes.push(outcome);
      console.log(
        `${outcome.padEnd(7)} ${sabotage.title} (${sabotage.file})${said === '' ? '' : `\n        ${said}`}`,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const caught = outcomes.filter((outcome) => outcome === 'caught').length;
  console.log(`${caught} of ${outcomes.length} caught`);
  return caught === outcomes.length ? 0 : 1;
}

async function commit(
  folder: string,
  { file, from, to, tests, only, mayHang = false }: Sabotage,
): Promise<{ readonly outcome: Outcome; readonly words: string }> {
  const path = join(folder, file);
  const text = await readFile(path, 'utf8');
  const places = text.split(from).length - 1;
  if (places !== 1) return { outcome: 'stale', words: `its line stands there ${places} times` };
  await writeFile(
    path,
    text.replace(from, () => to),
  );
  try {
    const { failed, passed, broken, isLate } = await test(folder, tests, only);
    // A slow machine is late as well: only where the breach is a hang has it been noticed.
    if (isLate) return { outcome: mayHang ? 'caught' : 'late', words: LATE };
    if (failed.length > 0) return { outcome: 'caught', words: failed[0] ?? '' };
    if (broken !== '' || passed === 0) return { outcome: 'broken', words: broken || 'no test ran' };
    return { outcome: 'missed', words: `${passed} tests of ${tests.join(', ')} passed` };
  } finally {
    await writeFile(path, text);
  }
}

interface Report {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

async function test(folder: string, files: readonly string[], only?: string): Promise<TestRun> {
  const output = join(folder, 'report.json');
  const vitest = join(repository, 'node_modules', 'vitest', 'vitest.mjs');
  const parameters = [vitest, 'run', ...files, '--reporter=json', `--outputFile.json=${output}`];
  let isLate = false;
  const said = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [...parameters, ...(only === undefined ? [] : ['-t', only])],
      { cwd: folder, maxBuffer: 1 << 26, timeout: PATIENCE_MS },
      (error, stdout, stderr) => {
        isLate = error?.killed === true;
        resolve(`${stdout}${stderr}`);
      },
    );
  });
  const json = await readFile(output, 'utf8').catch(() => undefined);
  await rm(output, { force: true });
  // A workflow that hangs may keep its worker, and so the tests, from ending.
  if (isLate) return { ...nothing, isLate };
  if (json === undefined) return { ...nothing, broken: said.slice(-2_000) };
  const { numPassedTests, testResults } = JSON.parse(json) as Report;
  const failed = testResults.flatMap(({ status, name, assertionResults }) => {
    const wrong = assertionResults.filter((one) => one.status === 'failed').map(({ fullName }) => fullName);
    // What fails before the first test, as a server that is refused, is noticed too; a file that cannot be loaded is not.
    const isRefused = status === 'failed' && wrong.length === 0 && assertionResults.length > 0;
    return isRefused ? [`${name} before its tests`] : wrong;
  });
  return {
    passed: numPassedTests,
    failed,
    isLate,
    broken: testResults
      .map(({ message }) => message)
      .filter(Boolean)
      .join('\n')
      .slice(0, 2_000),
  };
}

process.exitCode = await main(process.argv.slice(2));
