import type { GalleryItem } from '../../../contract.ts';
import { countFilters, noFilter } from '../../model/filter.ts';
import { firstView, formatView, type View } from '../../model/view.ts';
import type { ChangeView } from '../../hooks/use-view.ts';
import { Grid } from './grid.tsx';

interface ItemsProps {
  readonly all: number;
  readonly items: readonly GalleryItem[];
  readonly view: View;
  readonly change: ChangeView;
  readonly isLive: boolean;
  readonly focus: number | undefined;
  readonly onFocused: () => void;
  readonly covered: number;
}

/** The view of all items. */
export function Items({ all, items, view, change, isLive, ...grid }: ItemsProps) {
  if (items.length > 0) {
    const order = formatView({ ...firstView, filter: view.filter, sort: view.sort });
    return <Grid items={items} order={order} {...grid} />;
  }
  if (countFilters(view.filter) > 0 && all > 0) {
    return (
      <div class="empty">
        <p>No item is like that.</p>
        <button type="button" onClick={() => change({ filter: noFilter })}>
          Clear filters
        </button>
      </div>
    );
  }
  return (
    <div class="empty">
      <p>{isLive ? 'No item has ended yet. They appear here as they do.' : 'This page has no items.'}</p>
    </div>
  );
}
