import { request } from 'node:http';
import { Readable } from 'node:stream';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createPaths, serveGallery, type GalleryServer } from '../../../src/commands/open/gallery-server.ts';

const paths = createPaths();
let server: GalleryServer;

beforeAll(async () => {
  server = await serveGallery(
    {
      page: async (page) =>
        page > 2 ? undefined : { policy: "default-src 'none'", html: Readable.from([`<p>page ${page}`]) },
      artifact: async (key) => (key.startsWith('run/') ? Buffer.from(key) : undefined),
    },
    paths,
  );
});

afterAll(async () => server.stop());

const origin = (): string => new URL(server.url).origin;
const get = (path: string): Promise<Response> => fetch(`${origin()}${path}`);

it('serves its pages, each with the policy that it needs', async () => {
  const first = await fetch(server.url);
  expect(await first.text()).toBe('<p>page 1');
  expect(first.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
  expect(first.headers.get('x-content-type-options')).toBe('nosniff');
  expect(await (await get(paths.page(2))).text()).toBe('<p>page 2');
  expect((await get(paths.page(3))).status).toBe(404);
});

it.each([
  ['png', 'image/png'],
  ['txt', 'text/plain; charset=utf-8'],
  ['svg', 'image/svg+xml'],
])('gives a result the type of its name, .%s, and lets it run nothing', async (extension, type) => {
  const key = `run/items/00000/0000001-a b?#%.${extension}`;
  const answer = await get(paths.artifact(key));
  expect(await answer.text()).toBe(key);
  expect(answer.headers.get('content-type')).toBe(type);
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(answer.headers.get('content-security-policy')).toContain('sandbox');
});

it('serves nothing that is none of its results, or of a type that results do not have', async () => {
  for (const key of ['other/items/00000/a.png', 'run/a.html', 'run/a', 'run/a.png.exe'])
    expect((await get(paths.artifact(key))).status).toBe(404);
});

it('serves nothing without the secret part of its address', async () => {
  for (const path of ['/', '/pages/1', `/${'0'.repeat(32)}/`, '/favicon.ico'])
    expect((await get(path)).status).toBe(404);
  expect((await fetch(server.url, { method: 'POST' })).status).toBe(404);
});

it('says which port it cannot have', async () => {
  const port = Number(new URL(server.url).port);
  const gallery = { page: () => Promise.resolve(undefined), artifact: () => Promise.resolve(undefined) };
  await expect(serveGallery(gallery, paths, port)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining(`port ${port} cannot be listened on`),
  });
});

it('has no news of a run that has ended', async () => {
  expect((await get(`${paths.news}?from=0`)).status).toBe(404);
});

describe('a request that comes by another name', () => {
  it.each(['evil.example', 'localhost.evil.example:80', '127.0.0.1', '[::1]', '0.0.0.0'])(
    'is refused: %s',
    async (host) => {
      const status = await new Promise((resolve, reject) => {
        request(server.url, { headers: { host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        })
          .on('error', reject)
          .end();
      });
      expect(status).toBe(421);
    },
  );
});
