import type { StoreSettings } from './config.ts';
import { createProxyAgents } from './proxy/proxy-agents.ts';
import { createS3Store, type S3Store } from './storage/s3.ts';

/** Makes the client of an object store, through the proxies of its settings; makes no call by itself. */
export function connectStore({ proxy, ...settings }: StoreSettings, maxConcurrency: number): S3Store {
  const agents = proxy === undefined ? {} : { agents: createProxyAgents(proxy) };
  return createS3Store({ ...settings, ...agents, maxConcurrency });
}
