import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  observeWindowOffset,
  observeWindowRect,
  Virtualizer,
  windowScroll,
} from '@tanstack/virtual-core';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

export interface Rows {
  readonly count: number;
  /** Height of a row with the gap below it, in pixels. */
  readonly heightOf: (index: number) => number;
  /** Row that is kept, since it has the focus. */
  readonly kept?: number | undefined;
  /** Pixels that lie over the top of what scrolls. */
  readonly covered: number;
}

const OVERSCAN = 3;

/** Which rows are on the screen, where the window scrolls; `top` is where the first one is in the document, in pixels. */
export function useWindowRows(rows: Rows, top: number): Virtualizer<Window, Element> {
  return useVirtualizer<Window>(rows, {
    getScrollElement: () => window,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    initialOffset: () => window.scrollY,
    initialRect: { width: innerWidth, height: innerHeight },
    scrollMargin: top,
  });
}

/** Which rows are on the screen, where an element scrolls. */
export function useElementRows(
  rows: Rows,
  element: { readonly current: HTMLElement | null },
): Virtualizer<HTMLElement, Element> {
  return useVirtualizer<HTMLElement>(rows, {
    getScrollElement: () => element.current,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    initialRect: { width: innerWidth, height: innerHeight },
  });
}

type Options<Scroller extends Element | Window> = ConstructorParameters<
  typeof Virtualizer<Scroller, Element>
>[0];

function useVirtualizer<Scroller extends Element | Window>(
  { count, heightOf, kept, covered }: Rows,
  where: Pick<
    Options<Scroller>,
    'getScrollElement' | 'observeElementRect' | 'observeElementOffset' | 'scrollToFn'
  > &
    Partial<Options<Scroller>>,
): Virtualizer<Scroller, Element> {
  const [, redraw] = useReducer((times: number) => times + 1, 0);
  const options: Options<Scroller> = {
    ...where,
    count,
    estimateSize: heightOf,
    overscan: OVERSCAN,
    scrollPaddingStart: covered,
    onChange: () => redraw(undefined),
    rangeExtractor: (range) => {
      const shown = defaultRangeExtractor(range);
      if (kept === undefined || kept >= count || shown.includes(kept)) return shown;
      return [...shown, kept].sort((left, right) => left - right);
    },
  };
  const [virtualizer] = useState(() => new Virtualizer<Scroller, Element>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, heightOf]);
  return virtualizer;
}
