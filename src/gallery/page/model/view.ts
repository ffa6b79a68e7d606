import { noFilter, type Filter } from './filter.ts';
import { sortKeys, type Sort } from './sort.ts';

export const tabs = ['items', 'table', 'failures', 'bill'] as const;
export type Tab = (typeof tabs)[number];

/** All that a link to the page can say: it stands in the part of the address after `#`. */
export interface View {
  readonly tab: Tab;
  readonly filter: Filter;
  readonly sort: Sort;
  /** Number of the item that is open. */
  readonly item: number | undefined;
  /** Keys of the axes of the table; `undefined` leaves the choice to the page, `none` is no columns. */
  readonly rows: string | undefined;
  readonly columns: string | undefined;
}

export const firstView: View = {
  tab: 'items',
  filter: noFilter,
  sort: { by: 'number', descending: false },
  item: undefined,
  rows: undefined,
  columns: undefined,
};

const VAR = 'var.';

/** Reads a view from a fragment; what is not understood is left out. */
export function parseView(fragment: string): View {
  const given = new URLSearchParams(fragment.replace(/^#/, ''));
  const textOf = (name: string): string | undefined => given.get(name) ?? undefined;
  const vars = new Map<string, string>();
  for (const [name, value] of given) if (name.startsWith(VAR)) vars.set(name.slice(VAR.length), value);
  return {
    tab: tabs.find((tab) => tab === textOf('view')) ?? firstView.tab,
    filter: {
      text: textOf('q') ?? '',
      status: textOf('status'),
      kind: textOf('kind'),
      model: textOf('model'),
      code: textOf('code'),
      codeStatus: wholeOf(textOf('http')),
      vars,
    },
    sort: {
      by: sortKeys.find((key) => key === textOf('sort')) ?? firstView.sort.by,
      descending: textOf('order') === 'down',
    },
    item: wholeOf(textOf('item')),
    rows: textOf('rows'),
    columns: textOf('columns'),
  };
}

/** Writes a view as a fragment with its `#`; the view that the page begins with is an empty text. */
export function formatView({ tab, filter, sort, item, rows, columns }: View): string {
  const entries: (readonly [string, string | number | undefined])[] = [
    ['view', tab === firstView.tab ? undefined : tab],
    ['q', filter.text === '' ? undefined : filter.text],
    ['status', filter.status],
    ['kind', filter.kind],
    ['model', filter.model],
    ['code', filter.code],
    ['http', filter.codeStatus],
    ...[...filter.vars].map(([name, value]) => [VAR + name, value] as const),
    ['sort', sort.by === firstView.sort.by ? undefined : sort.by],
    ['order', sort.descending ? 'down' : undefined],
    ['rows', rows],
    ['columns', columns],
    ['item', item],
  ];
  const written = new URLSearchParams();
  for (const [name, value] of entries) if (value !== undefined) written.append(name, String(value));
  const text = written.toString();
  return text === '' ? '' : `#${text}`;
}

/** Fragment that opens an item, among all others. */
export function hrefOf(item: number): string {
  return formatView({ ...firstView, item });
}

function wholeOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
