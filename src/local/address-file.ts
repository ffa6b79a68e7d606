import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { isAlive, type Holder } from './holder.ts';

/** How other processes of the same person reach a running stack. */
export interface StackAddresses {
  /** The process that holds the stack. */
  readonly holder: Holder;
  readonly temporal: { readonly address: string; readonly uiUrl: string };
  readonly store: {
    readonly endpoint: string;
    readonly region: string;
    readonly bucket: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    /** Where a browser finds the bucket's objects, where the store shows them to everybody on this machine. */
    readonly publicUrl?: string;
  };
  /** Base URL of the emulator, when the stack runs one. */
  readonly emulator?: string;
}

const fileOf = (dataDir: string): string => join(dataDir, 'stack.json');

/** Tells other processes where the stack is; readable by its owner alone. */
export async function writeAddresses(dataDir: string, addresses: StackAddresses): Promise<void> {
  await writeFile(fileOf(dataDir), `${JSON.stringify(addresses, null, 2)}\n`, { mode: 0o600 });
}

/** Reads where the stack of a data folder is; `undefined` when none runs. */
export async function readAddresses(dataDir: string): Promise<StackAddresses | undefined> {
  try {
    const addresses = JSON.parse(await readFile(fileOf(dataDir), 'utf8')) as StackAddresses;
    return (await isAlive(addresses.holder)) ? addresses : undefined;
  } catch {
    return undefined;
  }
}

/** Forgets a stack that ends. */
export async function removeAddresses(dataDir: string): Promise<void> {
  await rm(fileOf(dataDir), { force: true });
}
