import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks';

import type { GalleryItem } from '../../../contract.ts';
import { useAnchor } from '../../hooks/use-anchor.ts';
import { usePlace } from '../../hooks/use-place.ts';
import { useWindowRows } from '../../hooks/use-rows.ts';
import { columnsFor, moveInGrid } from '../../model/layout.ts';
import { Card } from './card.tsx';

const GAP = 12;
const ROW = 240 + GAP;
const leastOf = (width: number): number => (width < 520 ? 150 : 208);
const heightOf = (): number => ROW;

interface GridProps {
  readonly items: readonly GalleryItem[];
  /** Item to which the focus goes when it has been asked for. */
  readonly focus: number | undefined;
  readonly onFocused: () => void;
  /** What the items were chosen and put in order by. */
  readonly order: string;
  /** Pixels that the bar over the grid covers. */
  readonly covered: number;
}

/** The items as cards in rows, of which those exist that are on the screen. */
export function Grid({ items, focus, onFocused, covered, order }: GridProps) {
  const grid = useRef<HTMLDivElement>(null);
  const { width, top } = usePlace(grid);
  const columns = columnsFor(width, leastOf(width), GAP);
  const count = Math.ceil(items.length / columns);
  const [active, setActive] = useState<number | undefined>(undefined);
  const [hasFocus, setHasFocus] = useState(false);
  const goal = useRef<number>(undefined);
  const activeIndex = active === undefined ? -1 : items.findIndex(({ number }) => number === active);
  const kept = hasFocus && activeIndex >= 0 ? Math.floor(activeIndex / columns) : undefined;
  const rows = useWindowRows({ count, heightOf, kept, covered: covered + GAP }, top);
  useAnchor(rows, items, columns, covered, order);

  const goTo = useCallback(
    (index: number) => {
      const item = items[index];
      if (item === undefined) return;
      goal.current = item.number;
      setHasFocus(true);
      setActive(item.number);
      rows.scrollToIndex(Math.floor(index / columns), { align: 'auto' });
    },
    [items, columns, rows],
  );
  useLayoutEffect(() => {
    if (focus === undefined || width === 0) return;
    onFocused();
    goTo(items.findIndex(({ number }) => number === focus));
  }, [focus, width]);
  useLayoutEffect(() => {
    if (goal.current === undefined) return;
    const card = grid.current?.querySelector<HTMLElement>(`[data-number="${goal.current}"]`);
    if (card == null) return;
    goal.current = undefined;
    card.focus({ preventScroll: true });
  });

  const shown = width === 0 ? [] : rows.getVirtualItems();
  const isShown = shown.some(({ index }) => index === Math.floor(activeIndex / columns) && activeIndex >= 0);
  const entry = isShown ? activeIndex : (rows.range?.startIndex ?? 0) * columns;
  return (
    <div
      ref={grid}
      class="grid"
      role="grid"
      aria-label="Items"
      aria-rowcount={count}
      aria-colcount={columns}
      style={{ height: `${Math.max(0, rows.getTotalSize() - GAP)}px` }}
      onFocusIn={(event) => {
        const number = numberAt(event.target);
        setHasFocus(true);
        if (number !== undefined) setActive(number);
      }}
      onFocusOut={() => setHasFocus(false)}
      onKeyDown={(event) => {
        const next = moveInGrid(event, Math.max(0, activeIndex), columns, items.length);
        if (next === undefined || event.altKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        goTo(next);
      }}
    >
      {shown.map(({ index, start }) => (
        <div
          key={index}
          class="grid-row"
          role="row"
          aria-rowindex={index + 1}
          style={{
            transform: `translateY(${start - rows.options.scrollMargin}px)`,
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
          }}
        >
          {items.slice(index * columns, (index + 1) * columns).map((item, column) => (
            <div key={item.number} role="gridcell" aria-colindex={column + 1}>
              <Card item={item} isEntry={index * columns + column === entry} />
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

function numberAt(target: EventTarget | null): number | undefined {
  const text = target instanceof HTMLElement ? target.dataset['number'] : undefined;
  return text === undefined ? undefined : Number(text);
}
