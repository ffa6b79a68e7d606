import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, realpath, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

import type { TestProject } from 'vitest/node';

/** What a cluster is made of, or why there can be none here. */
export type ClusterPrograms =
  | {
      readonly kind: 'there';
      /** The production server of Temporal. */
      readonly server: string;
      /** Its schema tool. */
      readonly sql: string;
      /** Folder of PostgreSQL's programs. */
      readonly postgres: string;
    }
  | { readonly kind: 'missing'; readonly why: string };

declare module 'vitest' {
  interface ProvidedContext {
    clusterPrograms: ClusterPrograms;
  }
}

const VERSION = 'v1.32.0';
const BUILD_MS = 20 * 60_000;

/** Finds PostgreSQL, and builds the production server of Temporal once: minutes, later nothing. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('clusterPrograms', await findPrograms());
}

async function findPrograms(): Promise<ClusterPrograms> {
  const postgres = await findPostgres();
  if (postgres === undefined) {
    return { kind: 'missing', why: 'PostgreSQL is not there (Debian: apt-get install postgresql)' };
  }
  const folder = serverFolder();
  const [server, sql] = [join(folder, 'server'), join(folder, 'sql')];
  if (!existsSync(server)) {
    if (findOnPath('go') === undefined) {
      return { kind: 'missing', why: "Go is not there, and builds Temporal's production server" };
    }
    await build(folder);
  }
  return { kind: 'there', server, sql, postgres };
}

/** Where the production server is kept once it was built, as `server`. */
export function serverFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(cache, 'pollen-batch', `temporal-server-${VERSION}`);
}

async function build(folder: string): Promise<void> {
  console.log(`Building the Temporal server ${VERSION}, once, some minutes …`);
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  const programs = ['server', 'tools/sql'].map((name) => `go.temporal.io/server/cmd/${name}@${VERSION}`);
  await promisify(execFile)('go', ['install', ...programs], {
    env: { ...process.env, GOBIN: fresh },
    timeout: BUILD_MS,
  });
  await rename(fresh, folder);
}

/** Debian keeps the servers of PostgreSQL out of PATH, a folder a version. */
async function findPostgres(): Promise<string | undefined> {
  const debian = '/usr/lib/postgresql';
  const versions = await readdir(debian).catch(() => []);
  const folders = versions
    .sort((left, right) => Number(right) - Number(left))
    .map((version) => join(debian, version, 'bin'));
  const found = [...pathFolders(), ...folders].find((folder) => existsSync(join(folder, 'postgres')));
  // It finds the rest beside itself.
  return found === undefined ? undefined : dirname(await realpath(join(found, 'postgres')));
}

function findOnPath(name: string): string | undefined {
  return pathFolders().find((folder) => existsSync(join(folder, name)));
}

function pathFolders(): readonly string[] {
  return (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
}
