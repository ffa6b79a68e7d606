import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parse } from 'yaml';

/** The folder of the sources. */
export const repository = fileURLToPath(new URL('../..', import.meta.url));

/** As far as the tests look at it. */
export interface Service {
  readonly image: string;
  readonly build?: string;
  readonly pull_policy?: string;
  readonly profiles?: readonly string[];
  readonly user?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly secrets?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks?: { readonly default: { readonly aliases: readonly string[] } };
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string; readonly required?: boolean }>>;
  readonly restart: string;
  readonly container_name?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly logging?: { readonly options: Readonly<Record<string, string>> };
  readonly mem_limit?: string;
  readonly stop_grace_period?: string;
}

export interface ComposeFile {
  readonly text: string;
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/** Reads a file of the repository. */
export function readText(...path: readonly string[]): string {
  return readFileSync(join(repository, ...path), 'utf8');
}

/** Reads docker-compose.yml with its merges done and its variables as they stand there. */
export function readCompose(): ComposeFile {
  const text = readText('docker-compose.yml');
  return { text, ...(parse(text, { merge: true }) as Omit<ComposeFile, 'text'>) };
}

/** The services that run with these profiles. */
export function running(
  { services }: ComposeFile,
  profiles: readonly string[],
): Readonly<Record<string, Service>> {
  return Object.fromEntries(
    Object.entries(services).filter(
      ([, service]) =>
        service.profiles === undefined || service.profiles.some((one) => profiles.includes(one)),
    ),
  );
}
