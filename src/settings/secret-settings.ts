import { withScheme } from '../proxy/proxy.ts';

/** Variables whose values are secrets: the product's, and those of the libraries that it gives its environment to. */
const names: ReadonlySet<string> = new Set([
  'POLLINATIONS_API_KEY',
  'POLLEN_BATCH_NOTIFY_SECRET',
  'S3_DELETE_SECRET_ACCESS_KEY',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'TEMPORAL_API_KEY',
  'TEMPORAL_TLS_CLIENT_KEY_DATA',
]);
/** Headers of every call to Temporal, by which many a gateway before it knows who calls. */
const headers = 'TEMPORAL_GRPC_META_';
const proxies = ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy'] as const;

/** The secrets among variables, proxies' passwords too, for what takes them out of text. */
export function secretValues(source: Readonly<Record<string, string | undefined>>): readonly string[] {
  const values = Object.entries(source).flatMap(([name, value = '']) =>
    names.has(name) || name.startsWith(headers) ? value.split(/\s+/) : [],
  );
  const passwords = proxies.flatMap((name) => passwordOf(source[name] ?? ''));
  return [...values, ...passwords].filter((value) => value !== '');
}

/** A proxy's password as it was written, and as it is sent; the user where that stands alone, as tokens do. */
function passwordOf(proxy: string): readonly string[] {
  const url = withScheme(proxy);
  // Also of what is no URL, and refused: a library may say what it could not read.
  const pair = URL.canParse(url) ? /\/\/([^/?#]*)@/ : /\/\/(.*)@/;
  const [, user = '', password = ''] = /^([^:]*):?(.*)$/.exec(pair.exec(url)?.[1] ?? '') ?? [];
  const written = password === '' ? user : password;
  try {
    return [written, decodeURIComponent(written)];
  } catch {
    return [written];
  }
}
