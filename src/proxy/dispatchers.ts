import type { LookupFunction } from 'node:net';

import type { Dispatcher, ProxyAgent } from 'undici';

import { proxyFor, type Proxy, type ProxySettings } from './proxy.ts';

// Who calls has a limit for the whole answer, which may take minutes to begin.
const NO_LIMITS = { headersTimeout: 0, bodyTimeout: 0 };

/**
 * Dispatchers of the HTTP client, by origin: straight to it, or through a proxy, by a tunnel (CONNECT) also for http, so
 * that a proxy sees hosts alone.
 *
 * @param lookup - resolves the names of hosts that are reached directly. @default the system's way
 */
export async function createDispatchers(
  proxies?: ProxySettings,
  lookup?: LookupFunction,
): Promise<(origin: string) => Dispatcher> {
  const library = await import('./http-library.ts');
  const direct = new library.Agent({
    ...NO_LIMITS,
    ...(lookup === undefined ? {} : { connect: { lookup } }),
  });
  if (proxies === undefined) return () => direct;
  const tunnels = new Map<string, ProxyAgent>();
  return (origin) => {
    const proxy = proxyFor(proxies, origin);
    if (proxy === undefined) return direct;
    const tunnel = tunnels.get(proxy.url) ?? new library.ProxyAgent({ ...NO_LIMITS, ...options(proxy) });
    tunnels.set(proxy.url, tunnel);
    return tunnel;
  };
}

function options({ url, authorization }: Proxy): ProxyAgent.Options {
  return { uri: url, ...(authorization === undefined ? {} : { token: authorization() }) };
}
