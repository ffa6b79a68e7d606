import type { StoreSettings } from './config.ts';
import type { ProxySettings } from './proxy/proxy.ts';
import { withEraser } from './storage/erasable-store.ts';
import { createS3Store, type S3Settings, type S3Store } from './storage/s3.ts';

/** Makes the client of an object store, through the proxies of its settings; makes no call by itself. */
export function connectStore(
  { proxy, eraser: _eraser, ...settings }: StoreSettings,
  maxConcurrency: number,
): S3Store {
  const agents = proxy === undefined ? {} : { agents: agentsThrough(proxy) };
  return createS3Store({ ...settings, ...agents, maxConcurrency });
}

/**
 * Lets a store delete: by the identity that is there for it, else by that which reads and writes.
 *
 * @returns the store, and what ends the connections of the other identity
 */
export function withDeletion(
  store: S3Store,
  { eraser, ...settings }: StoreSettings,
  maxConcurrency: number,
): { readonly store: S3Store; close(): void } {
  if (eraser === undefined) return { store, close() {} };
  const other = connectStore({ ...settings, credentials: eraser }, maxConcurrency);
  return { store: withEraser(store, other), close: () => other.close() };
}

function agentsThrough(proxy: ProxySettings): NonNullable<S3Settings['agents']> {
  return async (options) => {
    const { createProxyAgents } = await import('./proxy/proxy-agents.ts');
    return createProxyAgents(proxy)(options);
  };
}
