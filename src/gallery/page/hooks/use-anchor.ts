import type { Virtualizer } from '@tanstack/virtual-core';
import { useLayoutEffect, useRef } from 'preact/hooks';

import type { GalleryItem } from '../../contract.ts';

/**
 * Keeps what is at the top of the screen there when items come in before it, or when the width has other columns. Where
 * other items are asked for, or another order, the list begins anew.
 */
export function useAnchor(
  rows: Virtualizer<Window, Element>,
  items: readonly GalleryItem[],
  columns: number,
  covered: number,
  order: string,
): void {
  const anchor = useRef<{ readonly number: number; readonly below: number }>(undefined);
  const before = useRef({ items, columns, order });

  useLayoutEffect(() => {
    const { items: old, columns: oldColumns, order: oldOrder } = before.current;
    before.current = { items, columns, order };
    if ((old === items && oldColumns === columns) || anchor.current === undefined) return;
    const { number, below } = anchor.current;
    const index = order === oldOrder ? items.findIndex((item) => item.number === number) : -1;
    const top =
      index < 0 ? topOf(rows) - covered : topOf(rows) + Math.floor(index / columns) * heightOf(rows) - below;
    if (index >= 0 || scrollY > top) scrollTo({ top, behavior: 'instant' });
  }, [items, columns, order]);

  useLayoutEffect(() => {
    const remember = (): void => {
      const top = scrollY + covered;
      const isScrolled = top > rows.options.scrollMargin + covered / 2 && scrollY > 0;
      const row = isScrolled
        ? rows.getVirtualItemForOffset(Math.max(top, rows.options.scrollMargin))
        : undefined;
      const item = row === undefined ? undefined : before.current.items[row.index * before.current.columns];
      anchor.current = row && item ? { number: item.number, below: row.start - scrollY } : undefined;
    };
    addEventListener('scroll', remember, { passive: true });
    return () => removeEventListener('scroll', remember);
  }, [rows, covered]);
}

function topOf(rows: Virtualizer<Window, Element>): number {
  return rows.options.scrollMargin;
}

function heightOf(rows: Virtualizer<Window, Element>): number {
  return rows.options.estimateSize(0);
}
