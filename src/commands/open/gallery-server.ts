import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

import { createAdaptorServer } from '@hono/node-server';
import { Hono, type Context } from 'hono';

import { PollenBatchError } from '../../errors.ts';
import type { GalleryNews } from '../../gallery/contract.ts';

/** What a served gallery shows. */
export interface ServedGallery {
  /** A page, numbered from 1, with the policy that it needs; `undefined` where there is none. */
  page(page: number): Promise<{ readonly policy: string; readonly html: Readable } | undefined>;
  /** What has come since; absent of a run that has ended. */
  readonly news?: (from: number) => Promise<GalleryNews>;
  /** A result of the run; `undefined` where there is none of this key, or it is none of the run's. */
  artifact(key: string): Promise<Uint8Array | undefined>;
}

/** A server that is up. */
export interface GalleryServer {
  /** Where a browser finds the gallery. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Paths of a served gallery, below its token. */
export interface ServedPaths {
  readonly page: (page: number) => string;
  readonly artifact: (key: string) => string;
  readonly news: string;
}

/** Makes the secret first part of every path: whoever else is on the machine does not know it. */
export function createPaths(): ServedPaths & { readonly root: string } {
  const root = `/${randomBytes(16).toString('hex')}`;
  return {
    root,
    page: (page) => (page === 1 ? `${root}/` : `${root}/pages/${page}`),
    artifact: (key) => `${root}/files/${encodeURIComponent(key)}`,
    news: `${root}/news`,
  };
}

/** Types by the extensions that results have: a browser shall not guess, nor take the bucket's word. */
const types: Readonly<Record<string, string>> = {
  txt: 'text/plain; charset=utf-8',
  json: 'application/json; charset=utf-8',
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  svg: 'image/svg+xml',
  mp4: 'video/mp4',
};

/**
 * Serves a gallery on the loopback interface. Requests that name another host are refused, so that no page of the web gets at
 * it by a name that it makes point here.
 *
 * @param port - 0 takes a free one
 * @throws PollenBatchError `usage` for a port that is taken
 */
export async function serveGallery(
  gallery: ServedGallery,
  { root }: { readonly root: string },
  port = 0,
): Promise<GalleryServer> {
  const server = createAdaptorServer({ fetch: createApp(gallery, root, () => portOf()).fetch });
  const portOf = (): number => (server.address() as AddressInfo).port;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((error: unknown) => {
    throw new PollenBatchError('usage', `port ${port} cannot be listened on: ${String(error)}`, {
      remedy: 'Give another one with --port, or leave it out.',
      cause: error,
    });
  });
  return {
    url: `http://127.0.0.1:${portOf()}${root}/`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}

function createApp(gallery: ServedGallery, root: string, port: () => number): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    const host = context.req.header('host');
    if (host !== `127.0.0.1:${port()}` && host !== `localhost:${port()}`)
      return context.text('unknown host', 421);
    await next();
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Referrer-Policy', 'no-referrer');
    context.header('Cross-Origin-Resource-Policy', 'same-origin');
    return undefined;
  });
  app.get(`${root}/`, (context) => sendPage(context, 1));
  app.get(`${root}/pages/:page{[1-9][0-9]{0,4}}`, (context) =>
    sendPage(context, Number(context.req.param('page'))),
  );
  app.get(`${root}/news`, async (context) => {
    const from = Number(context.req.query('from') ?? 0);
    if (gallery.news === undefined || !Number.isSafeInteger(from) || from < 0) return context.notFound();
    context.header('Cache-Control', 'no-store');
    return context.json(await gallery.news(from));
  });
  app.get(`${root}/files/:key{.+}`, async (context) => {
    const key = context.req.param('key');
    const type = types[key.slice(key.lastIndexOf('.') + 1)];
    const body = type === undefined ? undefined : await gallery.artifact(key);
    if (type === undefined || body === undefined) return context.notFound();
    context.header('Content-Type', type);
    // A drawing may hold a script.
    context.header('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox");
    context.header('Cache-Control', 'private, max-age=3600');
    return context.body(new Uint8Array(body));
  });

  async function sendPage(context: Context, number: number): Promise<Response> {
    const page = await gallery.page(number);
    if (page === undefined) return context.notFound();
    context.header('Content-Type', 'text/html; charset=utf-8');
    context.header('Content-Security-Policy', `${page.policy}; frame-ancestors 'none'`);
    context.header('Cache-Control', 'no-store');
    return context.body(Readable.toWeb(page.html) as ReadableStream<Uint8Array>);
  }
  return app;
}
