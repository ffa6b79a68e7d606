import { useMedia } from '../../hooks/use-media.ts';
import type { ChangeView } from '../../hooks/use-view.ts';
import { measureUntilPaint } from '../../data/marks.ts';
import { countFilters, noFilter, type Filter } from '../../model/filter.ts';
import { formatCount, formatWord } from '../../model/format.ts';
import type { Facets } from '../../model/facets.ts';
import type { View } from '../../model/view.ts';
import { Fields } from './fields.tsx';
import { Fold } from './fold.tsx';
import { Search } from './search.tsx';
import { SortChoice } from './sort-choice.tsx';

interface FiltersProps {
  readonly view: View;
  readonly change: ChangeView;
  readonly facets: Facets;
  readonly shown: number;
  readonly all: number;
}

const MOST_INLINE = 4;

/** Which items are shown, in which order, and how many those are. */
export function Filters({ view, change, facets, shown, all }: FiltersProps) {
  const isWide = useMedia('(min-width: 64rem)');
  const set = (part: Partial<Filter>, step?: 'replace'): void => {
    measureUntilPaint('filter');
    change({ filter: { ...view.filter, ...part } }, step);
  };
  const count = countFilters(view.filter);
  const fields = <Fields filter={view.filter} facets={facets} set={set} />;
  const inFields = count - (view.filter.text.trim() === '' ? 0 : 1);
  return (
    <search class="filters">
      <Search text={view.filter.text} onInput={(text) => set({ text }, 'replace')} />
      {isWide && facets.axes.length <= MOST_INLINE ? fields : <Fold set={inFields}>{fields}</Fold>}
      <SortChoice sort={view.sort} onChange={(sort) => change({ sort })} />
      <p class="shown" role="status">
        {shown === all ? formatWord(all, 'item') : `${formatCount(shown)} of ${formatWord(all, 'item')}`}
      </p>
      {count > 0 && (
        <button type="button" class="plain" onClick={() => set(noFilter)}>
          Clear filters
        </button>
      )}
    </search>
  );
}
