import { execFile } from 'node:child_process';
import { copyFile, cp, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv, promisify } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { emulatorKeys } from '../../src/emulator/index.ts';
import { readConfig } from '../../src/config.ts';
import { usesServers } from '../../src/commands/session/servers.ts';
import { settings } from '../../src/settings/settings.ts';
import { readCompose, repository, running } from './compose-file.ts';

const run = promisify(execFile);
const compose = readCompose();

describe('deploy/make-env.sh', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pollen-batch-env-'));
    await cp(join(repository, 'deploy'), join(folder, 'deploy'), {
      recursive: true,
      filter: (source) => !source.endsWith('secrets'),
    });
    await copyFile(join(repository, 'docker-compose.yml'), join(folder, 'docker-compose.yml'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const path = (name: string): string => join(folder, name);
  const keyFile = 'deploy/secrets/pollinations-api-key';
  const text = (name: string): Promise<string> => readFile(path(name), 'utf8');
  const mode = async (name: string): Promise<number> => (await stat(path(name))).mode & 0o777;
  /** Runs it from elsewhere, with a mask that lets others read. */
  const makeEnv = (
    parts: readonly string[] = [],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<{ stdout: string }> =>
    run('sh', ['-c', 'umask 022; exec sh "$@"', 'sh', path('deploy/make-env.sh'), ...parts], {
      cwd: tmpdir(),
      env: { PATH: process.env['PATH'], ...environment },
    });
  const variables = async (): Promise<Record<string, string>> =>
    parseEnv(await text('.env')) as Record<string, string>;

  it('writes passwords that nobody else may read, and others each time', async () => {
    await makeEnv();
    const first = await variables();
    expect(await mode('.env')).toBe(0o600);
    expect(first['MINIO_ROOT_USER']).toMatch(/^[0-9a-f]{20}$/);
    expect(first['MINIO_ROOT_PASSWORD']).toMatch(/^[0-9a-f]{48}$/);
    expect(first['POSTGRES_PASSWORD']).toMatch(/^[0-9a-f]{48}$/);
    await rm(path('.env'));
    await makeEnv();
    const second = await variables();
    const secrets = ['MINIO_ROOT_USER', 'MINIO_ROOT_PASSWORD', 'POSTGRES_PASSWORD'];
    expect(new Set([first, second].flatMap((made) => secrets.map((name) => made[name])))).toHaveProperty(
      'size',
      6,
    );
  });

  it('touches nothing when there is a .env, even one that is a broken link', async () => {
    await writeFile(path('.env'), 'MINE=1\n');
    await expect(makeEnv()).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nothing was changed'),
    });
    expect(await text('.env')).toBe('MINE=1\n');
    await rm(path('.env'));
    await symlink(path('elsewhere'), path('.env'));
    await expect(makeEnv()).rejects.toMatchObject({ code: 1 });
    await expect(stat(path('elsewhere'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('writes every variable that the compose file cannot do without', async () => {
    await makeEnv();
    const required = [...compose.text.matchAll(/\$\{(\w+):\?/g)].map((match) => match[1]);
    expect(required.length).toBeGreaterThan(0);
    expect(Object.keys(await variables())).toEqual(expect.arrayContaining(required));
  });

  it('writes only variables that the compose file or the command line reads', async () => {
    await makeEnv(['emulator', 'postgres']);
    const read = [
      ...[...compose.text.matchAll(/\$\{(\w+)/g)].map((match) => match[1]),
      ...Object.keys(settings),
      'COMPOSE_PROFILES',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
    ];
    for (const name of Object.keys(await variables())) expect(read).toContain(name);
  });

  it('writes nothing about the API that would not reach the worker as well', async () => {
    await makeEnv(['emulator']);
    const environment = compose.services['worker']?.environment ?? {};
    const names = Object.keys(await variables()).filter((name) => name.startsWith('POLLINATIONS_'));
    expect(names).toEqual(expect.arrayContaining(['POLLINATIONS_BASE_URL', 'POLLINATIONS_CACHE']));
    for (const name of names) expect(environment[name]).toContain(`\${${name}:-`);
  });

  it('tells the command line on the host where the published ports are, and with which keys', async () => {
    await makeEnv(['emulator']);
    const made = await variables();
    const config = readConfig(made);
    expect(usesServers(config)).toBe(true);
    const published = Object.values(running(compose, (made['COMPOSE_PROFILES'] ?? '').split(','))).flatMap(
      ({ ports = [] }) => ports.map((port) => port.replace(/:\d+$/, '')),
    );
    expect(published).toContain(made['TEMPORAL_ADDRESS']);
    expect(published.map((address) => `http://${address}`)).toEqual(
      expect.arrayContaining([config.store?.endpoint, config.api.base, config.uiUrl]),
    );
    expect(made['AWS_ACCESS_KEY_ID']).toBe(made['MINIO_ROOT_USER']);
    expect(made['AWS_SECRET_ACCESS_KEY']).toBe(made['MINIO_ROOT_PASSWORD']);
    expect(made['WORKER_POLLINATIONS_BASE_URL']).toBe(
      `http://emulator:${compose.services['emulator']?.command?.at(-1)}`,
    );
  });

  it.each([
    [[], 'light'],
    [['postgres'], 'postgres'],
    [['emulator'], 'light,emulator'],
    [['postgres', 'emulator'], 'postgres,emulator'],
  ])('chooses the parts for %j', async (parts, profiles) => {
    await makeEnv(parts);
    expect((await variables())['COMPOSE_PROFILES']).toBe(profiles);
  });

  it('refuses a part that there is not, and writes nothing', async () => {
    await expect(makeEnv(['cassandra'])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"cassandra"'),
    });
    await expect(stat(path('.env'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('puts the API key into a file of its own, which a container may read and no other user of the host', async () => {
    const { stdout } = await makeEnv([], { POLLINATIONS_API_KEY: 'sk_canary000000000000' });
    expect(await text(keyFile)).toBe('sk_canary000000000000');
    expect([await mode('deploy/secrets'), await mode(keyFile)]).toEqual([0o700, 0o644]);
    expect((await text('.env')) + stdout).not.toContain('canary');
  });

  it('makes an empty key file and says what to do with it, and leaves one that is there alone', async () => {
    expect((await makeEnv()).stdout).toContain(`Put your Pollinations key, alone, into ${keyFile}.`);
    expect(await text(keyFile)).toBe('');
    await writeFile(path(keyFile), 'sk_mine');
    await rm(path('.env'));
    expect((await makeEnv()).stdout).not.toContain('Put your');
    expect(await text(keyFile)).toBe('sk_mine');
  });

  it('puts a key in the place of the one that the emulator knows, and says so of any other that it keeps', async () => {
    const key = { POLLINATIONS_API_KEY: 'sk_canary000000000000' };
    await makeEnv(['emulator']);
    await rm(path('.env'));
    expect((await makeEnv([], key)).stdout).not.toContain('was kept');
    expect(await text(keyFile)).toBe('sk_canary000000000000');
    expect(await mode(keyFile)).toBe(0o644);

    await rm(path('.env'));
    await writeFile(path(keyFile), 'sk_canary000000000000\n');
    expect((await makeEnv([], key)).stdout).not.toContain('was kept');
    await rm(path('.env'));
    await writeFile(path(keyFile), 'sk_mine');
    const { stdout } = await makeEnv([], key);
    expect(stdout).toContain(`The key in ${keyFile} was kept; the one in POLLINATIONS_API_KEY is another.`);
    expect(stdout).not.toContain('canary');
    expect(await text(keyFile)).toBe('sk_mine');
  });

  it('takes the place of an empty key file, which a start without a key leaves', async () => {
    await makeEnv();
    await rm(path('.env'));
    await makeEnv([], { POLLINATIONS_API_KEY: 'sk_canary000000000000' });
    expect(await text(keyFile)).toBe('sk_canary000000000000');
  });

  it("keeps the emulator's key out of a deployment without it", async () => {
    await makeEnv(['emulator']);
    await rm(path('.env'));
    expect((await makeEnv()).stdout).toContain('Put your Pollinations key');
    expect(await text(keyFile)).toBe('');
  });

  it('uses the key that the emulator knows', async () => {
    await makeEnv(['emulator']);
    expect(await text(keyFile)).toBe(emulatorKeys.secret);
  });

  it('lets containers read what they mount, whatever mask the clone was made with', async () => {
    await run('chmod', ['-R', 'go-rwx', path('deploy')]);
    await makeEnv();
    const mounted = Object.values(compose.services).flatMap(({ volumes = [] }) =>
      volumes.filter((volume) => volume.startsWith('./')).map((volume) => volume.split(':')[0] ?? ''),
    );
    expect(mounted).toHaveLength(3);
    for (const file of mounted) expect(await mode(file)).toBe(0o644);
  });
});
