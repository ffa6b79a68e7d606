import type { StoreSettings } from './config.ts';
import type { ProxySettings } from './proxy/proxy.ts';
import { createS3Store, type S3Settings, type S3Store } from './storage/s3.ts';

/** Makes the client of an object store, through the proxies of its settings; makes no call by itself. */
export function connectStore({ proxy, ...settings }: StoreSettings, maxConcurrency: number): S3Store {
  const agents = proxy === undefined ? {} : { agents: agentsThrough(proxy) };
  return createS3Store({ ...settings, ...agents, maxConcurrency });
}

function agentsThrough(proxy: ProxySettings): NonNullable<S3Settings['agents']> {
  return async (options) => {
    const { createProxyAgents } = await import('./proxy/proxy-agents.ts');
    return createProxyAgents(proxy)(options);
  };
}
