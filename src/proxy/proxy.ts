/** A proxy to go through. Its password cannot be printed by accident. */
export interface Proxy {
  /** `http://host:port`, without user and password. */
  readonly url: string;
  /** Value of the `Proxy-Authorization` header, where the proxy wants one. */
  readonly authorization?: () => string;
}

/** Which way leads out. */
export interface ProxySettings {
  /** For https URLs. */
  readonly https?: Proxy;
  /** For http URLs. */
  readonly http?: Proxy;
  /** Hosts that are reached directly, as `NO_PROXY` lists them. */
  readonly except: readonly string[];
}

/** Reads the values of `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`; nothing where there is no proxy. */
export function proxySettings(given: {
  readonly https: string | undefined;
  readonly http: string | undefined;
  readonly except: string | undefined;
}): ProxySettings | undefined {
  const { https, http, except = '' } = given;
  if (https === undefined && http === undefined) return undefined;
  return {
    ...(https === undefined ? {} : { https: readProxy(https) }),
    ...(http === undefined ? {} : { http: readProxy(http) }),
    except: except.split(/[\s,]+/).filter((entry) => entry !== ''),
  };
}

/** A proxy's URL. Most tools take one without its scheme, which then is http. */
export function withScheme(proxy: string): string {
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/**
 * The proxy on the way to a URL, or nothing where it is reached directly: on this machine always, else by `NO_PROXY`: `*`,
 * a host, or the end of one (`example.org` and `.example.org` also mean what is below it), each with a port or without.
 */
export function proxyFor(settings: ProxySettings, target: string): Proxy | undefined {
  const url = new URL(target);
  const proxy = url.protocol === 'https:' ? settings.https : settings.http;
  if (proxy === undefined || isLoopback(url.hostname)) return undefined;
  return settings.except.some((entry) => matches(entry.toLowerCase(), url)) ? undefined : proxy;
}

/** Whether a host is this machine itself, whatever its name says. */
export function isLoopback(host: string): boolean {
  return /^(?:(?:.*\.)?localhost|127(?:\.\d+){3}|\[?::1\]?)$/i.test(host);
}

function matches(entry: string, { hostname, port, protocol }: URL): boolean {
  if (entry === '*') return true;
  const [, host = entry, wantedPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  const actualPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  if (wantedPort !== undefined && wantedPort !== actualPort) return false;
  const end = host.replace(/^\*?\./, '');
  return hostname === end || hostname.endsWith(`.${end}`);
}

function readProxy(text: string): Proxy {
  const { origin, username, password } = new URL(text);
  if (username === '' && password === '') return { url: origin };
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const header = `Basic ${Buffer.from(pair).toString('base64')}`;
  return { url: origin, authorization: () => header };
}
