import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lastLines, startGuard, type ChildGuard, type ChildProgram } from '../../src/local/child.ts';
import { temporaryFolder } from '../support/local-servers.ts';

const untilEnded = { timeout: 20_000, interval: 20 };

describe('startGuard', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let guard: ChildGuard;

  beforeEach(async () => {
    folder = await temporaryFolder();
    guard = await startGuard();
  });
  afterEach(async () => {
    await guard.close();
    await folder.remove();
  });

  const script = (name: string, source: string, more: Partial<ChildProgram> = {}): ChildProgram => ({
    name,
    command: process.execPath,
    arguments: ['--eval', source],
    logFile: join(folder.path, `${name}.log`),
    ...more,
  });

  it('runs a program with its output in a log and its environment as given', async () => {
    const child = await guard.start(
      script('greeter', 'console.log(process.env.NAME); console.error(Object.keys(process.env).length)', {
        environment: { NAME: 'pollen' },
      }),
    );
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(await lastLines(child.logFile)).toEqual(['pollen', '1']);
  });

  it('keeps the log of the start before', async () => {
    for (const text of ['first', 'second']) {
      await (
        await guard.start(script('writer', `console.log('${text}')`))
      ).exited;
    }
    expect(await readFile(join(folder.path, 'writer.log'), 'utf8')).toBe('second\n');
    expect(await readFile(join(folder.path, 'writer.log.previous'), 'utf8')).toBe('first\n');
  });

  it('reports a program that ends by itself', async () => {
    const child = await guard.start(script('failing', 'process.exit(3)'));
    expect(await child.exited).toEqual({ code: 3, signal: null });
  });

  it('fails when the command is not there', async () => {
    const program = script('nothing', '', { command: join(folder.path, 'nothing') });
    await expect(guard.start(program)).rejects.toMatchObject({ code: 'binary-missing' });
  });

  it('asks a program to end, and lets it finish', async () => {
    const child = await guard.start(script('polite', onTerm('process.exit(7)')));
    await logged(child.logFile, 'ready');
    expect(await child.stop()).toEqual({ code: 7, signal: null });
    expect(isRunning(child.pid)).toBe(false);
  });

  it('kills a program that does not end within its grace', async () => {
    const child = await guard.start(script('stubborn', onTerm(''), { graceMs: 100 }));
    await logged(child.logFile, 'ready');
    expect(await child.stop()).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('kills at once, with what the program itself has started, when it must be fast', async () => {
    const nested = `const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(()=>{}, 1e6)']);
      process.on('SIGTERM', () => {}); console.log('nested ' + child.pid);`;
    const child = await guard.start(script('parent', `${nested} setInterval(() => {}, 1e6)`));
    const pid = Number(/nested (\d+)/u.exec(await logged(child.logFile, 'nested'))?.[1]);
    expect(isRunning(pid)).toBe(true);
    expect(await child.stop({ fast: true })).toEqual({ code: null, signal: 'SIGKILL' });
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), untilEnded);
  });

  it('ends what still runs when it is closed, and then ends itself', async () => {
    const child = await guard.start(script('forgotten', 'setInterval(() => {}, 1e6)'));
    await guard.close();
    expect([isRunning(child.pid), isRunning(guard.pid)]).toEqual([false, false]);
    expect(await child.exited).toBeDefined();
  });

  it('has its programs ended even when the guard itself is killed', async () => {
    const child = await guard.start(script('orphan', 'setInterval(() => {}, 1e6)'));
    process.kill(guard.pid, 'SIGKILL');
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await vi.waitFor(() => expect(isRunning(child.pid)).toBe(false), untilEnded);
  });
});

describe('a program under a guard', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  const program = (whenTerminated: string, more: Partial<ChildProgram> = {}): ChildProgram => ({
    name: 'program',
    command: process.execPath,
    arguments: ['--eval', onTerm(whenTerminated)],
    logFile: join(folder.path, `${more.name ?? 'program'}.log`),
    graceMs: 300,
    ...more,
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGHUP'] as const)('ends when its product ends by %s', async (signal) => {
    const { product, pids } = await startProduct([program('process.exit(0)')]);
    expect(pids.map(isRunning)).toEqual([true, true]);
    product.kill(signal);
    await vi.waitFor(() => expect(pids.map(isRunning)).toEqual([false, false]), untilEnded);
  });

  it('ends by SIGKILL when its product is gone and it ignores SIGTERM', async () => {
    const { product, pids } = await startProduct([program('')]);
    product.kill('SIGKILL');
    await vi.waitFor(() => expect(pids.map(isRunning)).toEqual([false, false]), untilEnded);
  });

  it('still has its servers while it ends, although its product was killed', async () => {
    const server = program('console.log("server told"); process.exit(0)', { name: 'server', endsLast: true });
    const look = `const log = require('fs').readFileSync(${JSON.stringify(server.logFile)}, 'utf8');
      console.log(log.includes('server told') ? 'alone' : 'server still there'); process.exit(0)`;
    const worker = program(`setTimeout(() => { ${look} }, 500)`, { name: 'worker', graceMs: 10_000 });
    const { product, pids } = await startProduct([server, worker]);
    product.kill('SIGKILL');
    expect(await logged(worker.logFile, 'server still there')).not.toContain('alone');
    expect(await logged(server.logFile, 'server told')).toContain('ready');
    await vi.waitFor(() => expect(pids.map(isRunning)).toEqual([false, false, false]), untilEnded);
  });

  it('is not touched by the Ctrl-C of its product, which ends it in order', async () => {
    const { product, pids } = await startProduct([program('process.exit(0)')], {
      detached: true,
      source: `process.on('SIGINT', () => { console.log('interrupted'); });`,
    });
    const interrupted = once(product.stdout ?? product, 'data');
    if (product.pid !== undefined) process.kill(-product.pid, 'SIGINT');
    await interrupted;
    expect(pids.map(isRunning)).toEqual([true, true]);
    product.kill('SIGKILL');
    await vi.waitFor(() => expect(pids.map(isRunning)).toEqual([false, false]), untilEnded);
  });
});

/** A process that starts a guard with programs and then waits; tells the pids of all. */
async function startProduct(
  programs: readonly ChildProgram[],
  { detached = false, source = '' } = {},
): Promise<{ readonly product: ChildProcess; readonly pids: readonly number[] }> {
  const module = new URL('../../src/local/child.ts', import.meta.url).href;
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const code = `import { startGuard } from ${JSON.stringify(module)};
    ${source}
    const guard = await startGuard();
    const pids = [guard.pid];
    for (const program of ${JSON.stringify(programs)}) pids.push((await guard.start(program)).pid);
    console.log(JSON.stringify(pids));
    setInterval(() => {}, 1e6);`;
  const product = spawn(process.execPath, ['--import', loader, '--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached,
  });
  const [line] = (await once(product.stdout, 'data')) as [Buffer];
  for (const { logFile } of programs) await logged(logFile, 'ready');
  return { product, pids: JSON.parse(line.toString()) as number[] };
}

function onTerm(action: string): string {
  return `process.on('SIGTERM', () => { ${action} }); console.log('ready'); setInterval(() => {}, 1e6);`;
}

async function logged(logFile: string, text: string): Promise<string> {
  return await vi.waitFor(async () => {
    const log = await readFile(logFile, 'utf8');
    expect(log).toContain(text);
    return log;
  }, untilEnded);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
