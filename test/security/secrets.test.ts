import { randomUUID } from 'node:crypto';

import { Client, Connection } from '@temporalio/client';
import { expect, it } from 'vitest';

import { createS3Store } from '../../src/storage/s3.ts';
import { createNamespace } from '../support/namespace.ts';
import { noteSecret } from '../support/noted-secrets.ts';
import { startSharedServers } from '../support/shared-servers.ts';

const text = { contentType: 'text/plain' };
const long = 'What is long enough that a store packs it. '.repeat(500);

it('fails a run of tests that has left a key in database or store, whatever it was written as', async () => {
  const { servers, stop } = await startSharedServers();
  const planted: string[] = [];
  const plant = (name: string): string => {
    const secret = `sk_canary${randomUUID().replaceAll('-', '')}`;
    noteSecret(servers.secretsFile, { secret, name: `<${name}>` });
    planted.push(`<${name}>`);
    return secret;
  };
  const store = createS3Store({ ...servers.store, maxConcurrency: 2 });
  await store.put('a.json', JSON.stringify({ long, key: plant('body of JSON') }), {
    contentType: 'application/json',
  });
  await store.put('b.txt', `${long} ${Buffer.from(plant('body in base64')).toString('base64')}`, text);
  await store.put('c.txt', 'x', { ...text, metadata: { key: plant('metadata') } });
  await store.put(`d/${plant('name of an object')}`, 'x', text);
  await store.put('e.txt', plant('body that was overwritten'), text);
  await store.put('e.txt', 'nothing', text);
  store.close();
  const connection = await Connection.connect({ address: servers.temporal });
  const client = new Client({ connection, namespace: await createNamespace(connection, true) });
  await client.workflow.start('nothing', {
    taskQueue: 'nobody',
    workflowId: 'nothing',
    args: [{ key: plant('argument') }],
    memo: { key: plant('memo') },
  });
  await connection.close();

  const failure = await stop().then(
    () => '',
    (error: unknown) => String(error),
  );
  expect(planted.filter((name) => !failure.includes(name))).toEqual([]);
  expect(failure).not.toMatch(/sk_canary[0-9a-f]/);
}, 120_000);
