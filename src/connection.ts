import { openSession, type Session } from './commands/session/session.ts';
import { readConfig, type ApiSettings, type StoreSettings } from './config.ts';
import type { TemporalSettings } from './temporal/connect-client.ts';

/** Where the servers are. What is left out comes from the environment, by the names that the README lists. */
export interface ConnectOptions {
  readonly temporal?: TemporalSettings;
  readonly store?: StoreSettings;
  /** The key is no part of it: only workers need one. */
  readonly api?: Partial<Omit<ApiSettings, 'key'>>;
  /** Data folder of the local stack, for what is configured nowhere. */
  readonly dataDir?: string;
}

/** An open connection to Temporal, the object store and the API, for as many calls as you like. */
export interface Connection {
  /** Page of the Temporal UI, where it is known. */
  readonly uiUrl?: string;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The connection to use; without one, a call opens its own by these options and closes it again. */
export interface CallOptions extends ConnectOptions {
  readonly connection?: Connection;
}

/**
 * Opens what is configured; what is not comes from the local stack that `pollen-batch dev` runs.
 *
 * @throws PollenBatchError `config-invalid`, or `temporal-unreachable`, `store-unreachable`, `store-unusable`,
 * `api-unreachable`, naming the server
 */
export async function connect(options: ConnectOptions = {}): Promise<Connection> {
  const { temporal, store, api, dataDir } = options;
  const config = readConfig();
  const session = await openSession({
    ...config,
    api: { ...config.api, ...api },
    ...(store === undefined ? {} : { store }),
    ...(temporal === undefined ? {} : { temporal, temporalConfigured: true }),
    ...(dataDir === undefined ? {} : { dataDir }),
  });
  return { ...session, [Symbol.asyncDispose]: () => session.close() } satisfies Session & Connection;
}

/** The connection of a call, which ends with the call when it is the call's own. */
export async function hold(options: CallOptions): Promise<AsyncDisposable & { readonly session: Session }> {
  const connection = options.connection ?? (await connect(options));
  return {
    // Programs see only a part of what `connect` makes.
    session: connection as Session & Connection,
    [Symbol.asyncDispose]: async () => {
      if (options.connection === undefined) await connection.close();
    },
  };
}
