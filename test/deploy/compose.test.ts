import { join } from 'node:path';

import { DCLinter } from 'dclint';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { dynamicConfig, retentionMs, serverArguments } from '../../src/local/temporal-server.ts';
import { searchAttributes } from '../../src/temporal/search-attributes.ts';
import { settings } from '../../src/settings/settings.ts';
import { readCompose, readText, repository, running, type Service } from './compose-file.ts';

const compose = readCompose();
const all = Object.entries(compose.services);
const isOnce = ({ restart }: Service): boolean => restart === 'no';
const longRunning = all.filter(([, service]) => !isOnce(service));
const service = (name: string): Service => {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`there is no service ${name}`);
  return found;
};

/** What can be chosen by COMPOSE_PROFILES. */
const choices = [['light'], ['postgres'], ['light', 'emulator'], ['postgres', 'emulator']];

describe('docker-compose.yml', () => {
  it('is right by the schema of the Compose Specification', () => {
    // dclint brings the schema along; its own rules are a matter of style, and below are ours.
    const linter = new DCLinter({ rules: {}, quiet: false, debug: false, exclude: [] });
    const results = linter.lintFiles([join(repository, 'docker-compose.yml')], false);
    expect(results).toHaveLength(1);
    const messages: readonly { readonly rule: string }[] = results[0]?.messages ?? [];
    expect(messages.filter(({ rule }) => rule === 'invalid-schema')).toEqual([]);
  });

  it.each(choices.map((profiles) => [profiles.join(',')]))(
    'has one Temporal, one store, workers and no port twice with the profiles %s',
    (profiles) => {
      const services = running(compose, profiles.split(','));
      const names = Object.keys(services);
      expect(names.filter((name) => /^temporal(-postgres)?$/.test(name))).toHaveLength(1);
      expect(names).toEqual(expect.arrayContaining(['minio', 'worker', 'temporal-namespace']));
      expect(names.includes('emulator')).toBe(profiles.includes('emulator'));
      const ports = Object.values(services).flatMap(({ ports: published = [] }) => published);
      const hostPorts = ports.map((port) => port.split(':')[1]);
      expect(hostPorts).toEqual([...new Set(hostPorts)]);
      expect(hostPorts).toEqual(expect.arrayContaining(['7233', '8233', '9000', '9001']));
    },
  );

  it('lets both Temporals be found by the same name', () => {
    expect(compose.services).toHaveProperty('temporal');
    expect(service('temporal-postgres').networks?.default.aliases).toEqual(['temporal']);
  });

  it.each(all)('publishes the ports of %s on this host alone', (_name, { ports = [] }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it.each(all)('pins the image of %s', (_name, { image, build, pull_policy }) => {
    const name = image.replace(/^\$\{MINIO_IMAGE:-(.*)\}$/, '$1');
    // A tag can be moved, a digest cannot. Nobody has told that of Silo's: its tag is the second of its release.
    expect(name).toMatch(
      /^(?:[a-z0-9./-]+:[\w.-]+@sha256:[0-9a-f]{64}|pollen-batch:local|pgsty\/silo:RELEASE\.[\dTZ-]+distroless)$/,
    );
    // Our own is never looked for in a registry.
    if (name.startsWith('pollen-batch:')) expect(pull_policy).toBe(build === '.' ? 'build' : 'never');
    else expect(build).toBeUndefined();
  });

  it.each(all)('gives %s no more rights than it needs', (name, it) => {
    expect(it.read_only).toBe(true);
    expect(it.cap_drop).toEqual(['ALL']);
    expect(it.security_opt).toEqual(['no-new-privileges:true']);
    // Ours has its user in the image.
    expect(it.user ?? (/^(worker|emulator)$/.test(name) ? 'node' : 'root')).toMatch(
      /^(node|[1-9]\d*:[1-9]\d*)$/,
    );
    expect(it).not.toHaveProperty('privileged');
    expect(it).not.toHaveProperty('cap_add');
    expect(it.volumes?.join(' ') ?? '').not.toContain('docker.sock');
  });

  it.each(all)('bounds the logs and the memory of %s', (_name, { logging, mem_limit }) => {
    expect(logging?.options).toEqual({ 'max-size': '10m', 'max-file': '3' });
    expect(mem_limit).toMatch(/^\d+[mg]$/);
  });

  it.each(longRunning)('looks whether %s works, and starts it again when it ends', (_name, it) => {
    expect(it.restart).toBe('unless-stopped');
    expect(['CMD', 'CMD-SHELL']).toContain(it.healthcheck?.test[0]);
  });

  it('waits for what a service needs, by a condition that it can reach', () => {
    for (const [name, { depends_on = {}, profiles = [] }] of all) {
      for (const [needed, { condition, required = true }] of Object.entries(depends_on)) {
        const target = service(needed);
        expect([name, needed, condition]).toEqual([
          name,
          needed,
          isOnce(target) ? 'service_completed_successfully' : 'service_healthy',
        ]);
        // What may be absent is not required.
        const isThere =
          target.profiles === undefined || profiles.some((one) => target.profiles?.includes(one));
        expect([name, needed, required]).toEqual([name, needed, isThere]);
      }
    }
  });

  it('waits for every one-shot somewhere, without which `up --wait` would take its end for a fault', () => {
    const needed = new Set(all.flatMap(([, { depends_on = {} }]) => Object.keys(depends_on)));
    for (const [name, it] of all) if (isOnce(it)) expect(needed).toContain(name);
  });

  it('keeps the data of every server in a named volume', () => {
    const mounted = all.flatMap(([, { volumes = [] }]) =>
      volumes.map((volume) => volume.split(':')[0] ?? ''),
    );
    const named = mounted.filter((source) => !source.startsWith('./'));
    expect(new Set(named)).toEqual(new Set(Object.keys(compose.volumes)));
    for (const source of mounted) if (source.startsWith('./')) expect(readText(source)).not.toBe('');
  });

  it('holds no password: each comes from a variable that must be set, but for that of notices, which may be left out', () => {
    for (const [name, { environment = {} }] of all) {
      for (const [variable, value] of Object.entries(environment)) {
        if (!/PASSWORD|SECRET|PWD|ACCESS_KEY|ROOT_USER|API_KEY$/.test(variable)) continue;
        expect([name, variable, value]).toEqual([
          name,
          variable,
          variable === 'POLLEN_BATCH_NOTIFY_SECRET'
            ? `\${${variable}:-}`
            : expect.stringMatching(/^\$\{\w+:\?[^}]+\}$/),
        ]);
      }
    }
    expect(compose.text).not.toMatch(/\b[sp]k_\w{8}|minioadmin/);
  });

  it('gives the API key to the worker alone, as a file that git never sees', () => {
    expect(all.filter(([, { secrets }]) => secrets !== undefined).map(([name]) => name)).toEqual(['worker']);
    expect(service('worker').environment).not.toHaveProperty('POLLINATIONS_API_KEY');
    const file = compose.secrets['pollinations_api_key']?.file ?? '';
    expect(file).toMatch(/^\.\/deploy\/secrets\//);
    expect(readText('.gitignore').split('\n')).toEqual(expect.arrayContaining(['deploy/secrets/', '.env']));
  });
});

describe('the worker of the deployment', () => {
  const worker = service('worker');

  it('has only settings that somebody reads, and none of the addresses of the host', () => {
    const known = [
      ...Object.keys(settings),
      'TEMPORAL_NAMESPACE',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
    ];
    for (const [name, value] of Object.entries(worker.environment ?? {})) {
      expect(known).toContain(name);
      expect(value).not.toMatch(/127\.0\.0\.1|localhost/);
    }
    expect(worker.environment).toMatchObject({
      TEMPORAL_ADDRESS: 'temporal:7233',
      S3_ENDPOINT: 'http://minio:9000',
      AWS_ACCESS_KEY_ID: service('minio').environment?.['MINIO_ROOT_USER'],
      AWS_SECRET_ACCESS_KEY: service('minio').environment?.['MINIO_ROOT_PASSWORD'],
    });
  });

  it('can be scaled, and has longer to end than its calls have to finish', () => {
    expect(worker.container_name).toBeUndefined();
    expect(worker.ports).toBeUndefined();
    const drain = /shutdownGraceTime: '(\d+) seconds'/.exec(readText('src/lanes/workers.ts'))?.[1];
    expect(Number.parseInt(worker.stop_grace_period ?? '', 10)).toBeGreaterThan(Number(drain));
  });

  it('is healthy by the file that it touches', () => {
    const file = worker.environment?.['POLLEN_BATCH_HEALTH_FILE'] ?? '';
    expect(worker.healthcheck?.test.at(-1)).toContain(`find ${file} `);
    expect(worker.tmpfs).toEqual(['/tmp']);
    expect(file).toMatch(/^\/tmp\//);
  });
});

describe('Temporal in the deployment', () => {
  it('runs with the flags of the local stack', () => {
    expect(service('temporal').command).toEqual(
      serverArguments({ ip: '0.0.0.0', database: '/home/temporal/temporal.db', port: 7233, uiPort: 8233 }),
    );
  });

  it('has the same settings on PostgreSQL', () => {
    const settings = parse(readText('deploy/temporal-dynamic-config.yaml')) as Record<string, unknown>;
    const wanted = Object.entries(dynamicConfig).map(([key, value]) => [key, [{ value }]]);
    expect(settings).toEqual(Object.fromEntries(wanted));
  });

  it('gets the same search attributes and retention in either case', () => {
    const script = readText('deploy/temporal-namespace.sh');
    const given = /^attributes='(.*)'$/m.exec(script)?.[1]?.split(' ');
    expect(given).toEqual(Object.entries(searchAttributes).map(([name, type]) => `${name}=${type}`));
    expect(script.match(/--retention (\S+)/g)).toEqual(
      Array.from({ length: 2 }, () => `--retention ${retentionMs / 86_400_000}d`),
    );
  });
});
