import { expect, it, vi } from 'vitest';

import { emulatorKeys } from '../../src/emulator/index.ts';
import { startProductStack } from '../../src/local/product-stack.ts';
import { temporaryFolder, testBinaries } from '../support/local-servers.ts';

it('runs as many workers as it is told, and goes on as long as one of them does', async () => {
  const folder = await temporaryFolder();
  const { path, cacheDir } = testBinaries('temporal');
  const said: string[] = [];
  const stack = await startProductStack({
    dataDir: folder.path,
    cacheDir,
    path,
    environment: process.env,
    emulatorKey: emulatorKeys.secret,
    workers: 2,
    onProgress: (sentence) => said.push(sentence),
  });
  const broken = vi.fn<(name: string) => void>();
  void stack.broken.then(broken);
  const { worker, 'worker-2': second } = stack.pids();
  process.kill(worker ?? 0, 'SIGKILL');
  await vi.waitFor(() => expect(said).toContain('worker has ended; 1 left'), 20_000);
  expect(broken).not.toHaveBeenCalled();
  process.kill(second ?? 0, 'SIGKILL');
  await vi.waitFor(() => expect(broken).toHaveBeenCalledWith('worker-2'), 20_000);
  await stack.stop({ fast: true });
  await folder.remove();
}, 120_000);
