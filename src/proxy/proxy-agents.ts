import { Agent, type AgentOptions, type ClientRequest } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { connect, isIPv6, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';

import { HttpsProxyAgent } from 'https-proxy-agent';

import { proxyFor, type Proxy, type ProxySettings } from './proxy.ts';

/** Agents for Node's own HTTP client that go through the proxies, by a tunnel, to whatever is not reached directly. */
export function createProxyAgents(
  settings: ProxySettings,
): (options: AgentOptions) => { readonly http: Agent; readonly https: Agent } {
  return (options) => ({
    http: settings.http === undefined ? new Agent(options) : tunnel(settings, settings.http, options),
    https:
      settings.https === undefined ? new SecureAgent(options) : tunnel(settings, settings.https, options),
  });
}

function tunnel(settings: ProxySettings, { url, authorization }: Proxy, options: AgentOptions): Agent {
  const headers = authorization === undefined ? {} : { 'proxy-authorization': authorization() };
  return new TunnelAgent(settings, url, { ...options, headers });
}

class TunnelAgent extends HttpsProxyAgent<string> {
  readonly #settings: ProxySettings;

  constructor(
    settings: ProxySettings,
    proxy: string,
    options: ConstructorParameters<typeof HttpsProxyAgent>[1],
  ) {
    super(proxy, options);
    this.#settings = settings;
  }

  override async connect(
    request: ClientRequest,
    options: Parameters<HttpsProxyAgent<string>['connect']>[1],
  ): Promise<Socket> {
    const { host, port, secureEndpoint } = options;
    const target = `${secureEndpoint ? 'https' : 'http'}://${isIPv6(host ?? '') ? `[${host}]` : host}:${port}`;
    if (proxyFor(this.#settings, target) !== undefined) return super.connect(request, options);
    return secureEndpoint ? connectSecurely(options) : connect(options);
  }
}
