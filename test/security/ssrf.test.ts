import type { LookupAddress } from 'node:dns';
import { createServer, isIPv6, type AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { examineConfig, readConfig } from '../../src/config.ts';
import { loadJob } from '../../src/manifest/load-job.ts';
import { refusalOf } from '../../src/notices/policy.ts';
import { createPost, type Posted } from '../../src/notices/post.ts';
import { createPublicLookup, type LookUpAll } from '../../src/notices/public-lookup.ts';
import { createNoticeSecrets } from '../../src/notices/secret.ts';
import { normaliseBase } from '../../src/pollinations/base-url.ts';
import { jobChecks } from '../../src/pollinations/job-checks.ts';
import { startReceiver } from '../support/receiver.ts';
import { otherSchemes, privateNames, privateUrls } from './private-urls.ts';

/** Counts who connects to this machine, by IPv4 and, where it has it, by IPv6. */
async function startListener() {
  let connections = 0;
  const count = (): void => void (connections += 1);
  const servers = [createServer(count), createServer(count)];
  const [four, six] = servers as [(typeof servers)[0], (typeof servers)[0]];
  await new Promise<void>((resolve) => four.listen(0, '0.0.0.0', resolve));
  const { port } = four.address() as AddressInfo;
  await new Promise<void>((resolve) => {
    six.once('error', () => resolve()).listen({ port, host: '::', ipv6Only: true }, () => resolve());
  });
  for (const server of servers) server.on('connection', (socket) => socket.destroy());
  return {
    port,
    connections: () => connections,
    stop: () => Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve)))),
  };
}

let listener: Awaited<ReturnType<typeof startListener>>;
beforeAll(async () => {
  listener = await startListener();
});
afterAll(() => listener.stop());

const secrets = createNoticeSecrets(`whsec_${'x'.repeat(40)}`);
const here = (url: string): string => url.replace(':0', `:${listener.port}`);

/** What the operator would have to name to let one through that is kept out by its address alone. */
function namedHost(url: string) {
  const hosts = URL.canParse(url) ? [new URL(url).hostname] : [];
  return { secrets, hosts, allowPrivate: false };
}

async function posted(url: string, changes: object = {}, lookUp?: LookUpAll): Promise<Posted> {
  const settings = { ...namedHost(url), ...changes };
  const post = createPost({ settings, deadlineMs: 2_000, ...(lookUp === undefined ? {} : { lookUp }) });
  return post({ url, id: 'msg_1', body: '{}' });
}

/** What the check of a job file says of a receiver. */
function problemsOf(url: string): readonly string[] {
  const loaded = loadJob(
    JSON.stringify({ version: 1, name: 'bees', notify: { url }, items: [{ text: 'Hi' }] }),
    'job.yaml',
    jobChecks,
  );
  return 'problems' in loaded ? loaded.problems.map(({ code }) => code) : [];
}

function resolving(...answers: readonly (readonly string[])[]): LookUpAll & { readonly count: () => number } {
  let count = 0;
  const lookUp: LookUpAll = (_name, _options, callback) => {
    const addresses = answers[Math.min(count, answers.length - 1)] ?? [];
    count += 1;
    callback(
      null,
      addresses.map((address): LookupAddress => ({ address, family: isIPv6(address) ? 6 : 4 })),
    );
  };
  return Object.assign(lookUp, { count: () => count });
}

describe('a receiver whose host the operator has named', () => {
  it('is tried in more than 60 forms', () => {
    expect(new Set([...privateUrls, ...otherSchemes]).size).toBe(privateUrls.length + otherSchemes.length);
    expect(privateUrls.length).toBeGreaterThanOrEqual(60);
  });

  it.each(privateUrls)('is told nothing where it is a private address: %j', async (form) => {
    const url = here(form);
    // What is no URL at all is refused with the job.
    if (!URL.canParse(url)) {
      expect(problemsOf(url)).toEqual(['value-invalid']);
      return;
    }
    expect(refusalOf(url, namedHost(url))).toMatchObject({
      message: expect.stringContaining('has a private address'),
      isFinal: true,
    });
    const before = listener.connections();
    expect(await posted(url)).toMatchObject({ kind: 'refused' });
    expect(listener.connections()).toBe(before);
  });

  it('would be connected to by those forms without the rule, so that the count means something', async () => {
    const loopback = privateUrls.filter((form) => {
      const { hostname } = URL.canParse(here(form)) ? new URL(here(form)) : { hostname: '' };
      return hostname === '127.0.0.1';
    });
    expect(loopback.length).toBeGreaterThan(30);
    const before = listener.connections();
    for (const form of loopback) await posted(here(form), { allowPrivate: true });
    expect(listener.connections() - before).toBeGreaterThanOrEqual(loopback.length);
  });

  it.each(otherSchemes)(
    'is told nothing by another scheme, private addresses allowed or not: %j',
    async (form) => {
      const url = here(form);
      expect(problemsOf(url)).toEqual(['value-invalid']);
      const before = listener.connections();
      for (const allowPrivate of [false, true]) {
        expect((await posted(url, { allowPrivate })).kind).not.toBe('taken');
      }
      expect(listener.connections()).toBe(before);
    },
  );

  it.each(privateNames)(
    'is told nothing where the name %s resolves to what is not public',
    async (name, answers) => {
      const before = listener.connections();
      const url = here(`https://${name}:0/`);
      expect(await posted(url, {}, resolving(answers))).toMatchObject({ kind: 'refused', isFinal: true });
      expect(listener.connections()).toBe(before);
    },
  );

  it('is resolved once a connection, so that a name which is private a moment later is refused then', async () => {
    // An address that was given back and leads nowhere: https://www.rfc-editor.org/rfc/rfc3701
    const turning = resolving(['3ffe::1'], ['127.0.0.1']);
    const url = here('https://turning.test:0/');
    const before = listener.connections();
    expect(await posted(url, {}, turning)).toMatchObject({ kind: 'missed' });
    expect(turning.count()).toBe(1);
    expect(await posted(url, {}, turning)).toMatchObject({ kind: 'refused', isFinal: true });
    expect(listener.connections()).toBe(before);
  });

  it('is connected to at the very addresses that were looked at', async () => {
    const lookUp = createPublicLookup(resolving(['8.8.8.8'], ['127.0.0.1']));
    const look = (): Promise<unknown> =>
      new Promise((resolve) => {
        lookUp('turning.test', { all: true }, (error, addresses) => resolve(error ?? addresses));
      });
    expect(await look()).toEqual([{ address: '8.8.8.8', family: 4 }]);
    expect(await look()).toMatchObject({ name: 'PrivateAddressError' });
  });

  it.each([301, 302, 303, 307, 308])('is not followed to where its answer %s points', async (status) => {
    const before = listener.connections();
    await using receiver = await startReceiver(() => ({
      status,
      headers: { location: here('https://127.0.0.1:0/'), refresh: `0;url=${here('http://127.0.0.1:0/')}` },
    }));
    expect(await posted(receiver.url, { allowPrivate: true })).toEqual({ kind: 'missed', why: `${status}` });
    expect(listener.connections()).toBe(before);
  });
});

describe('addresses of the operator', () => {
  const variables = ['POLLINATIONS_BASE_URL', 'S3_ENDPOINT', 'S3_PUBLIC_ENDPOINT', 'TEMPORAL_UI_URL'];

  it.each(variables)('%s takes no scheme but http and https', (name) => {
    for (const url of otherSchemes.map(here)) {
      expect(() => readConfig({ S3_BUCKET: 'mine', [name]: url }), url).toThrow(
        expect.objectContaining({ code: 'config-invalid' }),
      );
    }
  });

  it.each(variables)('%s keeps nothing that moves the cursor where it is shown', (name) => {
    for (const odd of ['\u001b[2J', '\u0007', '\u009b31m', '\u202e', '\r\n', '\t', '\u0000', ' ']) {
      const url = `https://api.example/${odd}x`;
      const { config, problems } = examineConfig({ S3_BUCKET: 'mine', [name]: url });
      const kept = JSON.stringify([config.api.base, config.store, config.uiUrl]);
      expect(problems.length === 1 || kept.includes('https://api.example/x'), JSON.stringify(odd)).toBe(true);
      expect(kept).not.toContain(JSON.stringify(odd).slice(1, -1));
    }
  });

  it.each(['HTTPS_PROXY', 'HTTP_PROXY'])(
    '%s takes no proxy of another scheme, and keeps the origin alone',
    (name) => {
      // Without slashes it is taken for a host.
      for (const url of otherSchemes.map(here).filter((other) => other.includes('://'))) {
        expect(() => readConfig({ S3_BUCKET: 'mine', [name]: url }), url).toThrow(
          expect.objectContaining({ code: 'config-invalid' }),
        );
      }
      const { proxy } = readConfig({ [name]: 'http://proxy.example:3128/\u001b[2J?x#y' }).api;
      expect((proxy?.https ?? proxy?.http)?.url).toBe('http://proxy.example:3128');
    },
  );

  it('are told apart by origin: the base of the API has no user, query or fragment to lead elsewhere', () => {
    for (const url of [
      'https://gen.pollinations.ai@evil.example/',
      'https://gen.pollinations.ai:443@evil.example',
      String.raw`https://evil.example\@gen.pollinations.ai/`,
      'https://evil.example#@gen.pollinations.ai/',
      'https://evil.example?@gen.pollinations.ai/',
    ]) {
      let base: string | undefined;
      try {
        base = normaliseBase(url);
      } catch {
        continue;
      }
      // What is left is another host for everybody who reads it.
      expect(base.startsWith('https://evil.example')).toBe(true);
    }
  });
});
