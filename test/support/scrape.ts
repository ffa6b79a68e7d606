/** What an endpoint of Prometheus exposes: the labels of every series, by the name of its samples. */
export interface Scrape {
  /** Names of metrics, with their kinds. */
  readonly kinds: ReadonlyMap<string, string>;
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>;
  /** Sum over the series of a name that have these labels. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
}

/** Scrapes endpoints, and takes what they have together. */
export async function scrape(...addresses: readonly string[]): Promise<Scrape> {
  const texts = await Promise.all(
    addresses.map(async (address) => (await fetch(`http://${address}/metrics`)).text()),
  );
  return parseScrape(texts.join(''));
}

function parseScrape(text: string): Scrape {
  const kinds = new Map<string, string>();
  const labels = new Map<string, Set<string>>();
  const samples: { readonly name: string; readonly labels: ReadonlyMap<string, string>; value: number }[] =
    [];
  for (const line of text.split('\n')) {
    const [, typed, kind] = /^# TYPE (\S+) (\w+)$/.exec(line) ?? [];
    if (typed !== undefined && kind !== undefined) kinds.set(typed, kind);
    const [, name, given = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const pairs = [...given.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
      ([, label = '', words = '']) => [label, words] as const,
    );
    const known = labels.get(name) ?? new Set();
    for (const [label] of pairs) known.add(label);
    labels.set(name, known);
    samples.push({ name, labels: new Map(pairs), value: Number(value) });
  }
  return {
    kinds,
    labels,
    sum: (name, wanted = {}) =>
      samples
        .filter((sample) => sample.name === name)
        .filter((sample) => Object.entries(wanted).every(([label, of]) => sample.labels.get(label) === of))
        .reduce((sum, { value }) => sum + value, 0),
  };
}
