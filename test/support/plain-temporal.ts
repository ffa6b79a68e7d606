import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { Connection } from '@temporalio/client';

import { findBinary } from '../../src/local/binaries.ts';
import { choosePorts } from '../../src/local/ports.ts';
import { testBinaries } from './local-servers.ts';
import { untilDone } from './until.ts';

/** A Temporal server as somebody starts it who has read nothing: no search attributes, the default settings. */
export interface PlainTemporal extends AsyncDisposable {
  readonly address: string;
  readonly connection: Connection;
}

/** Starts it, with everything in memory. */
export async function startPlainTemporal(): Promise<PlainTemporal> {
  const { path } = await findBinary('temporal', testBinaries('temporal'));
  const { temporal: port } = await choosePorts({ names: ['temporal'] });
  const flags = ['--headless', '--ip=127.0.0.1', `--port=${port}`, '--log-level=never'];
  const child = spawn(path, ['server', 'start-dev', ...flags], { stdio: 'ignore' });
  const address = `127.0.0.1:${port}`;
  const connection = await untilDone(async () => {
    const opened = await Connection.connect({ address, connectTimeout: '1 second' });
    await opened.workflowService.describeNamespace({ namespace: 'default' });
    return opened;
  }, 60_000);
  return {
    address,
    connection,
    async [Symbol.asyncDispose]() {
      await connection.close();
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
