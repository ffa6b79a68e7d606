import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { emulatorKeys, startEmulator } from '../../src/emulator/index.ts';
import { reply, startServer } from '../pollinations/server.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import type { Fault } from './fault.ts';
import { KEY, objectStore } from './world.ts';

const MINUTE = 60_000;

/** Faults of the settings, the key, the API and this machine. */
export const faultsHere: readonly Fault[] = [
  {
    fault: 'a key that the API does not know',
    plant: () => ({ POLLINATIONS_API_KEY: 'sk_wrong0000000000000000000000000000' }),
    part: 'Key',
    check: 'accepted',
    state: 'failed',
    cause: 'the emulator does not know this key',
    remedy: 'start it again with the key',
  },
  {
    fault: 'a key that was revoked, at an API that is real',
    plant: async (world) => {
      const list = reply(200, [{ name: 'openai', pricing: { completionTextTokens: '1' } }]);
      const server = await world.keep(
        startServer((request, response) => {
          if (/models/.test(request.url ?? '')) return list(request, response);
          return reply(401, { error: { code: 'UNAUTHORIZED', message: 'Invalid API key' } })(
            request,
            response,
          );
        }),
      );
      return { POLLINATIONS_BASE_URL: server.url, POLLINATIONS_DIALECT: 'gen' };
    },
    part: 'Key',
    check: 'accepted',
    state: 'failed',
    cause: /the API refuses it \(401 Invalid API key\)/,
    remedy: 'POLLINATIONS_API_KEY',
  },
  {
    fault: 'an empty wallet',
    plant: async (world) => {
      const poor = await startEmulator({ wallet: '0', keys: [{ name: 'k', key: KEY, account: true }] });
      world.closing(() => poor.close());
      return { POLLINATIONS_BASE_URL: poor.url };
    },
    part: 'Key',
    check: 'balance',
    state: 'failed',
    cause: /^0 Pollen/,
    remedy: 'Top up',
  },
  {
    fault: 'a publishable key',
    plant: () => ({ POLLINATIONS_API_KEY: emulatorKeys.publishable }),
    part: 'Key',
    check: 'kind',
    state: 'warning',
    cause: 'a publishable key',
    remedy: 'sk_',
  },
  {
    fault: 'a key of a form that no key has',
    plant: () => ({ POLLINATIONS_API_KEY: 'k_cut' }),
    part: 'Key',
    check: 'kind',
    state: 'warning',
    cause: 'unknown form',
    remedy: 'Copy the key again',
  },
  {
    fault: 'a key file that everybody can read',
    plant: async (world) => {
      const folder = join(world.folder, 'open');
      await mkdir(folder);
      await chmod(folder, 0o755);
      await writeFile(join(folder, 'key'), KEY);
      await chmod(join(folder, 'key'), 0o644);
      return { POLLINATIONS_API_KEY: '', POLLINATIONS_API_KEY_FILE: join(folder, 'key') };
    },
    part: 'Key',
    check: 'file',
    state: 'warning',
    cause: /read by others \(0644\)/,
    remedy: /^Run: chmod 600 .*key$/,
  },
  {
    fault: 'a key file that is not there',
    plant: () => ({ POLLINATIONS_API_KEY: '', POLLINATIONS_API_KEY_FILE: '/none/key' }),
    part: 'Settings',
    check: 'POLLINATIONS_API_KEY_FILE',
    state: 'failed',
    cause: 'the key file /none/key cannot be read',
    remedy: 'POLLINATIONS_API_KEY_FILE',
  },
  {
    fault: 'a secret in the configuration file',
    plant: () => ({}),
    file: 'api: { apiKey: sk_canary0123456789 }',
    part: 'Settings',
    check: 'configuration file',
    state: 'failed',
    cause: /^pollen-batch\.yaml:1:8: .* a secret may not stand in this file/,
    remedy: 'README',
  },
  {
    fault: 'a Temporal profile that is not there',
    plant: () => ({ TEMPORAL_PROFILE: 'nobody' }),
    part: 'Settings',
    check: 'TEMPORAL_*',
    state: 'failed',
    cause: 'there is no profile nobody',
    remedy: 'TEMPORAL_PROFILE',
  },
  {
    fault: 'an address of Temporal that is none',
    plant: () => ({ TEMPORAL_ADDRESS: 'my server:7233' }),
    part: 'Settings',
    check: 'TEMPORAL_*',
    state: 'failed',
    cause: 'the address of Temporal is not host:port',
    remedy: 'TEMPORAL_ADDRESS',
  },
  {
    fault: 'a file of prices that is none',
    plant: async (world) => {
      await writeFile(join(world.folder, 'prices.json'), '{"text": {"openai": {"promptTextTokens": 1}}}');
      return { POLLINATIONS_PRICES: join(world.folder, 'prices.json') };
    },
    part: 'Settings',
    check: 'POLLINATIONS_PRICES',
    state: 'failed',
    cause: /the price file .* is wrong text\.openai/,
    remedy: '"promptTextTokens"',
  },
  {
    fault: 'a bucket without Temporal',
    plant: () => ({ TEMPORAL_ADDRESS: '' }),
    part: 'Settings',
    check: 'servers',
    state: 'failed',
    cause: 'A bucket is configured (S3_BUCKET), and no Temporal server',
    remedy: 'TEMPORAL_ADDRESS',
  },
  {
    fault: 'a base URL where nobody listens',
    plant: () => ({ POLLINATIONS_BASE_URL: 'http://127.0.0.1:2' }),
    part: 'API',
    check: 'address',
    state: 'failed',
    cause: /Tried http:\/\/127\.0\.0\.1:2 as .*ECONNREFUSED/,
    remedy: 'base URL',
  },
  {
    fault: 'a base URL of something else',
    plant: async (world) => ({
      POLLINATIONS_BASE_URL: (await world.keep(startServer(reply(404, 'nothing')))).url,
    }),
    part: 'API',
    check: 'address',
    state: 'failed',
    cause: /as gen: GET \/text\/models answered 404/,
    remedy: 'base URL',
  },
  {
    fault: 'a model without a price',
    plant: (world) =>
      world.apiServer([{ name: 'openai', pricing: { completionTextTokens: '1' } }, { name: 'mystery' }]),
    part: 'API',
    check: 'models',
    state: 'warning',
    cause: 'no price is known of 1: mystery',
    remedy: 'POLLINATIONS_PRICES',
  },
  {
    fault: 'a proxy that wants another password',
    plant: async (world) => {
      const proxy = await world.keep(startConnectProxy('me:right'));
      return { HTTP_PROXY: proxy.url, POLLINATIONS_BASE_URL: 'http://api.example.test:8080' };
    },
    part: 'API',
    check: 'address',
    state: 'failed',
    cause: 'Proxy response (407)',
    remedy: 'network',
  },
  {
    fault: 'a clock that is 20 minutes fast',
    plant: async (world) => ({
      ...(await world.fakeStore(objectStore({ date: new Date(Date.now() - 20 * MINUTE) }))),
      ...(await world.apiServer([], { date: new Date(Date.now() - 20 * MINUTE).toUTCString() })),
    }),
    part: 'This machine',
    check: 'clock',
    state: 'failed',
    cause: /^20 min ahead of the (?:API|store)/,
    remedy: 'Set the clock of this machine',
  },
  {
    fault: 'a clock of one server that is a minute fast',
    plant: (world) => world.fakeStore(objectStore({ date: new Date(Date.now() + MINUTE) })),
    part: 'This machine',
    check: 'clock',
    state: 'warning',
    cause: /^(?:59|60|61) s behind the store/,
    remedy: 'the API agrees with this machine',
  },
  {
    fault: 'a cache folder that is a file',
    plant: async (world) => {
      await writeFile(join(world.folder, 'file'), '');
      return { POLLEN_BATCH_CACHE: join(world.folder, 'file') };
    },
    part: 'This machine',
    check: 'cache folder',
    state: 'failed',
    cause: 'ENOTDIR',
    remedy: 'another folder',
  },
  {
    fault: 'a Temporal CLI that is none',
    plant: () => ({ TEMPORAL_ADDRESS: '', S3_BUCKET: '', POLLEN_BATCH_TEMPORAL: '/bin/true' }),
    part: 'This machine',
    check: 'Temporal CLI',
    state: 'failed',
    cause: '/bin/true is not a program that runs as the Temporal CLI',
    remedy: 'Correct the path',
  },
];
