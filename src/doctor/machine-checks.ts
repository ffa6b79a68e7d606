import { isLoopback, proxyFor, type ProxySettings } from '../proxy/proxy.ts';
import { checksOf, type Check } from './check.ts';

export interface MachineFacts {
  /** As `process.version`, `v20.20.2`. */
  readonly node: string;
  readonly folders: readonly FolderFacts[];
  /** Programs of a local stack; none where servers are configured. */
  readonly programs: readonly ProgramFacts[];
  readonly proxy: ProxySettings | undefined;
  /** URLs that are called, to tell which go through a proxy. */
  readonly targets: readonly { readonly title: string; readonly url: string }[];
}

export interface FolderFacts {
  readonly title: string;
  readonly path: string;
  /** Bytes that are free for this user, where that could be asked. */
  readonly freeBytes?: number;
  /** Why nothing can be written there, as a system code; absent when it can. */
  readonly problem?: string;
}

export interface ProgramFacts {
  readonly title: string;
  /** Where it was found; absent when it has to be fetched. */
  readonly path?: string;
  /** Why it cannot be had. */
  readonly problem?: { readonly message: string; readonly remedy: string };
}

const OLDEST = [20, 19] as const;
const RECOMMENDED = 24;
const GIGABYTE = 1_000_000_000;
const LITTLE = 2 * GIGABYTE;
const NOTHING = 0.2 * GIGABYTE;
const ROOM = 'Make room, or choose a folder on another disk.';

const { ok, warning, failed } = checksOf('This machine');

/** Judges this machine. */
export function machineChecks(facts: MachineFacts): readonly Check[] {
  return [
    nodeCheck(facts.node),
    ...facts.folders.map(folderCheck),
    ...facts.programs.map(programCheck),
    proxyCheck(facts),
  ];
}

function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const tooOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  const remedy = `Install Node ${RECOMMENDED}.`;
  if (tooOld) return failed('Node', `${version}; ${OLDEST.join('.')} or newer is needed`, remedy);
  return ok('Node', major < RECOMMENDED ? `${version}; ${RECOMMENDED} is recommended` : version);
}

function folderCheck({ title, path, freeBytes, problem }: FolderFacts): Check {
  if (problem !== undefined) {
    return failed(
      title,
      `nothing can be written in ${path} (${problem})`,
      problem === 'ENOSPC' ? ROOM : 'Correct its rights, or choose another folder.',
    );
  }
  if (freeBytes === undefined) return ok(title, path);
  const found = `${(freeBytes / GIGABYTE).toFixed(1)} GB free in ${path}`;
  if (freeBytes < NOTHING) return failed(title, found, ROOM);
  return freeBytes < LITTLE ? warning(title, found, ROOM) : ok(title, found);
}

function programCheck({ title, path, problem }: ProgramFacts): Check {
  if (problem !== undefined) return failed(title, problem.message, problem.remedy);
  return ok(title, path ?? 'not here yet: fetched at the first start of a local stack');
}

function proxyCheck({ proxy, targets }: MachineFacts): Check {
  if (proxy === undefined) return ok('proxy', 'none');
  const set = [
    ...(proxy.https === undefined ? [] : [`${proxy.https.url} for https`]),
    ...(proxy.http === undefined ? [] : [`${proxy.http.url} for http`]),
  ];
  const ways = targets
    .filter(({ url }) => !isLoopback(new URL(url).hostname))
    .map(({ title, url }) => `${title} ${proxyFor(proxy, url) === undefined ? 'directly' : 'through it'}`);
  return ok('proxy', [...set, ...ways, 'this machine and Temporal directly'].join(', '));
}
