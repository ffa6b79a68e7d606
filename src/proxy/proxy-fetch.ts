import type { ProxyAgent } from 'undici';

import { proxyFor, type Proxy, type ProxySettings } from './proxy.ts';

/**
 * `fetch` that goes through the proxies: by a tunnel (CONNECT) also for http, so that a proxy sees hosts alone. What is
 * reached directly goes by the global `fetch`; Node 20's has no way through a proxy.
 */
export function proxyFetch(settings: ProxySettings): typeof fetch {
  const agents = new Map<string, ProxyAgent>();
  return async (input, init) => {
    const proxy = proxyFor(settings, input instanceof Request ? input.url : String(input));
    if (proxy === undefined) return fetch(input, init);
    const undici = await import('undici');
    const agent = agents.get(proxy.url) ?? new undici.ProxyAgent(agentOptions(proxy));
    agents.set(proxy.url, agent);
    // The same by name and behaviour, but of another copy than Node's.
    const send = undici.fetch as unknown as (
      target: typeof input,
      options: Omit<RequestInit, 'dispatcher'> & { readonly dispatcher: ProxyAgent },
    ) => Promise<Response>;
    return send(input, { ...init, dispatcher: agent });
  };
}

function agentOptions({ url, authorization }: Proxy): ProxyAgent.Options {
  return { uri: url, ...(authorization === undefined ? {} : { token: authorization() }) };
}
