import { basename } from 'node:path';

import { createScan, scanFolder, type NamedSecret } from './secret-scan.ts';

/** What a stack of processes has written and was given, once all of it has ended. */
export interface StackTraces {
  readonly folder: string;
  /** Of every process that was started, as the system showed them to everybody. */
  readonly commandLines: Iterable<string>;
  /** The API key of workers and commands. */
  readonly key: string;
  /** The secret access key of the object store. */
  readonly storeSecret: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A setting whose value is a secret, by its name. */
const SECRET_SETTING = /SECRET|PASSWORD|API_KEY$/;
/** What is shorter may stand anywhere. */
const SHORTEST = 12;
/** Where the local stack keeps the store's own password, for its owner alone. */
const keepers = new Set(['credentials.json', 'stack.json']);

/** Searches all that a stack has written for its secrets, in every form, and throws what was found where. */
export async function expectNoSecrets(traces: StackTraces): Promise<void> {
  const { folder, key, storeSecret, environment } = traces;
  const secrets: readonly NamedSecret[] = [
    { secret: key, name: 'the API key' },
    { secret: storeSecret, name: 'the secret key of the store' },
    ...Object.entries(environment)
      .filter(([name, value]) => SECRET_SETTING.test(name) && value.length >= SHORTEST)
      .map(([name, secret]) => ({ secret, name })),
  ];
  const scan = createScan(secrets);
  const lines = [...traces.commandLines].flatMap((line) =>
    scan(Buffer.from(line, 'latin1')).map((what) => `a command line: ${what}`),
  );
  const files = await scanFolder(folder, scan, (file) => keepers.has(basename(file)));
  const found = [...lines, ...files];
  if (found.length > 0) {
    throw new Error(['secrets of this stack were found in what it has written:', ...found].join('\n  '));
  }
}
