import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

export interface Place {
  /** All in pixels; `top` from the start of the document. */
  readonly width: number;
  readonly top: number;
  readonly height: number;
}

/** Where an element is; it is measured anew whenever the document's or its own size changes. */
export function usePlace(element: RefObject<HTMLElement>): Place {
  const [place, setPlace] = useState<Place>({ width: 0, top: 0, height: 0 });
  useLayoutEffect(() => {
    const measure = (): void => {
      const box = element.current?.getBoundingClientRect();
      if (box === undefined) return;
      const now = { width: box.width, top: Math.round(box.top + scrollY), height: box.height };
      setPlace((before) => (isSame(before, now) ? before : now));
    };
    measure();
    const observer = new ResizeObserver(measure);
    if (element.current !== null) observer.observe(element.current);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [element]);
  return place;
}

function isSame(left: Place, right: Place): boolean {
  return left.width === right.width && left.top === right.top && left.height === right.height;
}
