/** Variables whose values are secrets: the product's, and those of the libraries that it gives its environment to. */
const names = [
  'POLLINATIONS_API_KEY',
  'POLLEN_BATCH_NOTIFY_SECRET',
  'S3_DELETE_SECRET_ACCESS_KEY',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'TEMPORAL_API_KEY',
  'TEMPORAL_TLS_CLIENT_KEY_DATA',
] as const;
const proxies = ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy'] as const;

/** The secrets among variables, proxies' passwords too, for what takes them out of text. */
export function secretValues(source: Readonly<Record<string, string | undefined>>): readonly string[] {
  const values = names.flatMap((name) => source[name]?.split(/\s+/) ?? []);
  const passwords = proxies.flatMap((name) => /\/\/[^/@]*:([^/@]+)@/.exec(source[name] ?? '')?.[1] ?? []);
  return [...values, ...passwords].filter((value) => value !== '');
}
