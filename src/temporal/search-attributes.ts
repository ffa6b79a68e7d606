/** The Pollen search attributes of a namespace, with the types that Temporal's command line gives them. */
export const searchAttributes = {
  PollenJob: 'Keyword',
  PollenState: 'Keyword',
  PollenLabels: 'KeywordList',
  PollenModels: 'KeywordList',
  PollenCost: 'Double',
} as const;

export type SearchAttribute = keyof typeof searchAttributes;

/** Numbers of Temporal's IndexedValueType. */
const typeNumbers = { Keyword: 2, Double: 4, KeywordList: 7 } as const;

/** The attributes that a namespace lacks, and those that it has with another type, where one of ours would not fit. */
export function wrongSearchAttributes(known: Readonly<Record<string, unknown>>): {
  readonly missing: readonly SearchAttribute[];
  readonly mistyped: readonly SearchAttribute[];
} {
  const names = Object.keys(searchAttributes) as SearchAttribute[];
  return {
    missing: names.filter((name) => known[name] === undefined),
    mistyped: names.filter(
      (name) => known[name] !== undefined && known[name] !== typeNumbers[searchAttributes[name]],
    ),
  };
}

/** The command that makes search attributes. */
export function createCommand(namespace: string, names: readonly SearchAttribute[]): string {
  const each = names.map((name) => ` --name ${name} --type ${searchAttributes[name]}`).join('');
  return `temporal operator search-attribute create --namespace ${namespace}${each}`;
}
