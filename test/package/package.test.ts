import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { findBinary } from '../../src/local/binaries.ts';
import type { ResultLine } from '../../src/report/result-line.ts';
import { createDesk, jobOf, readLines, repository, runIdIn, type Desk } from '../e2e/product.ts';
import { temporaryFolder, testBinaries } from '../support/local-servers.ts';

const run = promisify(execFile);
const program = 'node_modules/pollen-batch/bin/pollen-batch.js';
// What npm tells the scripts of the clone is not meant for another folder.
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

let clone: Awaited<ReturnType<typeof temporaryFolder>>;
let tarball: string;
let desk: Desk;

beforeAll(async () => {
  clone = await temporaryFolder();
  tarball = await pack(clone.path);
  const paths = await Promise.all(
    (['temporal', 'weed'] as const).map(async (name) => (await findBinary(name, testBinaries(name))).path),
  );
  const [POLLEN_BATCH_TEMPORAL = '', POLLEN_BATCH_WEED = ''] = paths;
  desk = await createDesk({ POLLEN_BATCH_TEMPORAL, POLLEN_BATCH_WEED, POLLEN_BATCH_CACHE: 'cache' }, program);
  await desk.file('package.json', JSON.stringify({ private: true, type: 'module' }));
  await npm(desk.folder, 'install', tarball, '--prefer-offline', '--omit=dev', '--ignore-scripts');
}, 300_000);
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await clone?.remove();
});

// A copy is packed: a build in the clone itself would be there in the midst of other tests. `npm test` begins with one,
// which is taken as it is.
async function pack(folder: string): Promise<string> {
  const isBuilt = process.env['npm_lifecycle_event'] === 'test';
  for (const name of await readdir(repository)) {
    if (/^(?:bin|src|jobs|[A-Z]+(?:\.md)?|(?:package|tsconfig)\S*\.json)$/.test(name)) {
      await cp(join(repository, name), join(folder, name), { recursive: true });
    }
  }
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
  if (isBuilt) await cp(join(repository, 'dist'), join(folder, 'dist'), { recursive: true });
  else await npm(folder, 'run', 'build');
  await mkdir(join(folder, 'packed'));
  await npm(folder, 'pack', '--ignore-scripts', '--pack-destination', 'packed');
  const [name = ''] = await readdir(join(folder, 'packed'));
  return join(folder, 'packed', name);
}

async function npm(cwd: string, ...parameters: readonly string[]): Promise<void> {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', [...parameters, ...quiet], { cwd, env: environment });
}

describe('the package', { timeout: 240_000 }, () => {
  it('is as publint wants it', async () => {
    const bytes = new Uint8Array(await readFile(tarball));
    const { messages } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
    expect(messages).toEqual([]);
  });

  it('holds what runs, its types and the examples, and nothing of the clone', async () => {
    const root = join(desk.folder, 'node_modules/pollen-batch');
    expect((await readdir(root)).sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'dist', 'jobs', 'package.json'].sort(),
    );
    expect(await readdir(join(root, 'bin'))).toEqual(['pollen-batch.js']);
    expect(await readdir(join(desk.folder, 'node_modules'))).not.toContain('tsx');
    const dist = await readdir(join(root, 'dist'));
    const bundles = dist.filter((name) => /^workflows-[0-9a-f]{16}\.js$/.test(name));
    expect(bundles).toHaveLength(1);
    const bundle = await readFile(join(root, 'dist', bundles[0] ?? ''), 'utf8');
    expect([clone.path, repository].filter((path) => bundle.includes(path))).toEqual([]);
    const program = await readdir(join(root, 'dist/program'));
    const files = [...dist, ...program.map((name) => `program/${name}`)].filter((file) =>
      file.endsWith('.js'),
    );
    for (const name of files) {
      const text = await readFile(join(root, 'dist', name), 'utf8');
      expect(/sourceMappingURL=(?!data:)/.exec(text)?.[0]).toBeUndefined();
      expect([clone.path, repository].filter((path) => text.includes(path))).toEqual([]);
    }
    expect(program).toContain('cli.js');
    const page = await readFile(join(root, 'dist/gallery/page.json'), 'utf8');
    expect([clone.path, repository].filter((path) => page.includes(path))).toEqual([]);
    expect(await readFile(join(root, 'dist/program/LICENSES.txt'), 'utf8')).toMatch(/^zod 4\.\S+ \(MIT\)$/m);
  });

  it('gives npx its program', async () => {
    const { stdout } = await run('npx', ['pollen-batch', '--version'], {
      cwd: desk.folder,
      env: environment,
    });
    expect(stdout).toBe('0.1.0\n');
    const examples = await desk.run('validate', 'node_modules/pollen-batch/jobs/quickstart.yaml');
    expect(examples).toMatchObject({ code: 0, stderr: '' });
    await desk.file('wrong.yaml', 'version: 1\nitem: []\n');
    const wrong = await desk.run('validate', 'wrong.yaml');
    expect(wrong).toMatchObject({ code: 2, stderr: '' });
    expect(wrong.stdout).toContain('wrong.yaml:2:1: key-unknown');
  });

  it('has types that a strict program compiles against', async () => {
    const readme = await readFile(join(repository, 'README.md'), 'utf8');
    await desk.file('example.ts', /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '');
    await desk.file(
      'wrong.ts',
      "import { loadJob } from 'pollen-batch';\nexport const name: number = (await loadJob('job.yaml')).file;\n",
    );
    await desk.file(
      'tsconfig.json',
      JSON.stringify({
        compilerOptions: { strict: true, module: 'nodenext', target: 'es2023', types: ['node'] },
        files: ['example.ts', 'wrong.ts'],
      }),
    );
    const compiled = run(join(repository, 'node_modules/.bin/tsc'), ['-p', '.', '--pretty', 'false'], {
      cwd: desk.folder,
    });
    const { stdout } = (await compiled.catch((error: unknown) => error)) as { readonly stdout: string };
    // Types of libraries are checked too, and theirs are their own matter.
    const ours = stdout.split('\n').filter((line) => /^(?!node_modules\/(?!pollen-batch\/))\S/.test(line));
    expect(ours).toEqual([expect.stringMatching(/^wrong\.ts\(2,14\): error TS2322: /)]);
  });

  it('runs a job from its compiled files, on the command line and in a program', async () => {
    await desk.file('job.yaml', jobOf('packed', 3));
    const stack = desk.start(['dev']);
    await stack.untilSaid('In another terminal');
    const { code, stderr } = await desk.run('run', 'job.yaml');
    expect(stderr).toContain('3 succeeded');
    expect(code).toBe(0);
    const results = await readLines<ResultLine>(desk.folder, 'out', runIdIn(stderr), 'results.jsonl');
    expect(results.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);

    const { stdout } = await run(process.execPath, ['example.js'], { cwd: desk.folder, env: environment });
    expect(stdout.trim().split('\n')).toHaveLength(3);
    expect(stdout).toMatch(/^1 /);
    stack.interrupt();
    expect(await stack.exited).toBe(0);
    expect(await readdir(desk.folder)).not.toContain('cache');
  });
});

describe('a clone that has been built', () => {
  it('runs its build until a source is changed', async () => {
    const version = async (): Promise<string> => {
      const { stdout } = await run(process.execPath, ['bin/pollen-batch.js', '--version'], {
        cwd: clone.path,
        env: environment,
      });
      return stdout.trim();
    };
    await writeFile(join(clone.path, 'dist/program/cli.js'), "console.log('the build');");
    expect(await version()).toBe('the build');
    const later = new Date(Date.now() + 10_000);
    await utimes(join(clone.path, 'src/cli/help.ts'), later, later);
    expect(await version()).toBe('0.1.0');
  });
});
