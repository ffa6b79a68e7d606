import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const text = (name: string): string => readFileSync(join(repository, name), 'utf8');

interface Package {
  readonly name?: string;
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(text('package-lock.json')) as {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, Package>>;
};
const manifest = JSON.parse(text('package.json')) as Required<
  Pick<Package, 'dependencies' | 'devDependencies'>
> & {
  readonly overrides: Readonly<Record<string, string>>;
};
const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
const nameOf = (path: string): string =>
  path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
/** What whoever installs the package gets; some of it on other platforms alone. */
const production = packages.filter(([, { dev }]) => dev !== true);
const installed = production.filter(([path]) => existsSync(join(repository, path)));

describe('the lockfile', () => {
  it('is exact: every package has a version and the sha512 of its bytes, out of a registry alone', () => {
    expect(lock.lockfileVersion).toBe(3);
    expect(packages.length).toBeGreaterThan(400);
    for (const [path, { version, integrity, resolved, link }] of packages) {
      expect([path, version]).toEqual([path, expect.stringMatching(/^\d+\.\d+\.\d+(?:[-+][\w.-]+)?$/)]);
      expect([path, integrity]).toEqual([path, expect.stringMatching(/^sha512-[A-Za-z0-9+/]{86}==$/)]);
      expect([path, link]).toEqual([path, undefined]);
      // Without it, that of whoever installs: no mirror of ours is written down.
      expect([path, resolved ?? '']).toEqual([
        path,
        expect.stringMatching(/^(https:\/\/registry\.npmjs\.org\/.*)?$/),
      ]);
    }
  });

  it('is what package.json asks for, which names versions and neither addresses nor folders', () => {
    const root = lock.packages[''];
    expect(root?.dependencies).toEqual(manifest.dependencies);
    expect(root?.devDependencies).toEqual(manifest.devDependencies);
    const ours = [manifest.dependencies, manifest.devDependencies, manifest.overrides].flatMap((list) =>
      Object.values(list),
    );
    for (const range of ours) expect(range).toMatch(/^\^?\d+(?:\.\d+\.\d+)?$/);
    for (const [, { dependencies = {} }] of packages) {
      for (const range of Object.values(dependencies)) {
        expect(range).not.toMatch(/^(?:git|https?|file|link|github)|:\/\/|^[\w-]+\/[\w-]+|^(?:latest|next)$/);
      }
    }
  });

  it('is what is installed', () => {
    for (const [path, { version }] of installed) {
      const found = JSON.parse(text(join(path, 'package.json'))) as Package;
      expect([path, found.version]).toEqual([path, version]);
    }
    expect(installed.length).toBeGreaterThan(150);
  });
});

describe('installing', () => {
  // Each of them works without its script; `test/package` installs the package without any, and runs it.
  const known: Readonly<Record<string, string>> = {
    '@swc/core': 'looks whether its binary is there, which comes as a package of its own',
    esbuild: 'replaces a script by its binary, to be quicker; a tool of the clone alone',
    protobufjs: 'says that its versions are not semantic',
  };

  it('needs no script of a dependency: those that have one are known', () => {
    const scripted = packages.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    const names = [...new Set(scripted.map(([path]) => nameOf(path)))].sort();
    expect(names).toEqual(Object.keys(known).sort());
  });

  it('runs none, wherever we install', () => {
    for (const [name, command] of [
      ['bin/setup.js', /'ci',[^\]]*'--ignore-scripts'/],
      ['Dockerfile', /^RUN npm ci --ignore-scripts /m],
      ['Dockerfile', /npm prune --omit=dev --ignore-scripts /],
    ] as const) {
      expect(text(name)).toMatch(command);
    }
    for (const name of ['bin/setup.js', 'Dockerfile']) {
      const calls = text(name).match(/npm (?:ci|install|i|prune|rebuild)\b[^\n]*/g) ?? [];
      for (const call of calls) expect(call).toContain('--ignore-scripts');
    }
    const { scripts } = JSON.parse(text('package.json')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare'])
      expect(scripts).not.toHaveProperty(name);
  });
});

describe('what is installed with the package', () => {
  // Raised by hand, with the reason: a dependency more is one more to trust.
  it('is no more packages than it was: 255, of which 39 are for one platform each', () => {
    expect(Object.keys(manifest.dependencies).length).toBeLessThanOrEqual(28);
    expect(production.length).toBeLessThanOrEqual(260);
  });

  it('is no larger than it was: 264 MiB, of which 145 are the Temporal core for five platforms', () => {
    const bytes = installed.reduce((sum, [path]) => sum + sizeOf(join(repository, path)), 0);
    expect(bytes / 2 ** 20).toBeGreaterThan(100);
    expect(bytes / 2 ** 20).toBeLessThanOrEqual(290);
  });

  it('has licences that are allowed', () => {
    const allowed = new Set([
      'MIT',
      'ISC',
      '0BSD',
      'BSD-2-Clause',
      'BSD-3-Clause',
      'Apache-2.0',
      'Apache-2.0 AND MIT',
      'BlueOak-1.0.0',
      'Unlicense',
    ]);
    const exceptions: Readonly<Record<string, RegExp>> = {
      // Data that a bundler reads, none of which is passed on.
      'CC-BY-4.0': /^caniuse-lite$/,
      // A library of its own beside the program, which may be replaced: https://sharp.pixelplumbing.com/#licensing
      'LGPL-3.0-or-later': /^@img\/sharp-libvips-/,
      'Apache-2.0 AND LGPL-3.0-or-later': /^@img\/sharp-win32-/,
      'Apache-2.0 AND LGPL-3.0-or-later AND MIT': /^@img\/sharp-wasm32$/,
      // Its package.json names none; its LICENSE is that of the Unlicense.
      none: /^unionfs$/,
    };
    for (const [path, { license = 'none' }] of production) {
      const isAllowed = allowed.has(license) || exceptions[license]?.test(nameOf(path)) === true;
      expect([path, license, isAllowed]).toEqual([path, license, true]);
    }
  });

  it('has the tools of the clone under licences that are allowed, and passes none of them on', () => {
    const allowed =
      /^(?:MIT|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|BlueOak-1\.0\.0|Unlicense|MPL-2\.0|Python-2\.0|Apache-2\.0 AND MIT)$/;
    for (const [path, { license = '' }] of packages.filter(([, { dev }]) => dev === true)) {
      expect([path, license]).toEqual([path, expect.stringMatching(allowed)]);
    }
  });
});

describe('versions that must not drift', () => {
  it('are those of Temporal: all of them, exact and equal', () => {
    const asked = Object.entries(manifest.dependencies).filter(([name]) => name.startsWith('@temporalio/'));
    expect(asked.length).toBeGreaterThanOrEqual(6);
    const [[, version] = ['', '']] = asked;
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    for (const [name, range] of asked) expect([name, range]).toEqual([name, version]);
    const locked = packages.filter(([path]) => nameOf(path).startsWith('@temporalio/'));
    for (const [path, found] of locked) expect([path, found.version]).toEqual([path, version]);
  });

  it('are those of protobufjs, without which of our own histories cannot be replayed, and of SWC', () => {
    expect(manifest.dependencies['protobufjs']).toMatch(/^\^8\.\d+\.\d+$/);
    expect(lock.packages['node_modules/protobufjs']?.version).toMatch(/^8\./);
    expect(manifest.overrides['@swc/core']).toMatch(/^\d+\.\d+\.\d+$/);
    for (const [path, { version }] of packages) {
      if (nameOf(path).startsWith('@swc/core'))
        expect([path, version]).toEqual([path, manifest.overrides['@swc/core']]);
    }
  });

  it('are those of the tools that judge the code', () => {
    for (const name of [
      'typescript',
      'oxlint',
      'oxfmt',
      'oxlint-tsgolint',
      'vitest',
      'knip',
      'publint',
      'dclint',
      'esbuild',
    ]) {
      expect([name, manifest.devDependencies[name]]).toEqual([
        name,
        expect.stringMatching(/^\d+\.\d+\.\d+$/),
      ]);
    }
  });
});

/** Bytes of a package without those inside of it. */
function sizeOf(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += entry.name === 'node_modules' ? 0 : sizeOf(path);
    else if (entry.isFile()) bytes += statSync(path).size;
  }
  return bytes;
}
