/** Columns of a width, each no narrower than `least`, and never fewer than one; all in pixels. */
export function columnsFor(width: number, least: number, gap: number): number {
  return Math.max(1, Math.floor((width + gap) / (least + gap)));
}

/** Where a key moves in a grid of `count` cells; `undefined` where it does not move. */
export function moveInGrid(
  { key, ctrlKey }: { readonly key: string; readonly ctrlKey: boolean },
  from: number,
  columns: number,
  count: number,
): number | undefined {
  const start = from - (from % columns);
  const to: Readonly<Record<string, number>> = {
    ArrowLeft: from - 1,
    ArrowRight: from + 1,
    ArrowUp: from - columns,
    ArrowDown: from + columns,
    PageUp: Math.max(from % columns, from - 3 * columns),
    PageDown: Math.min(count - 1, from + 3 * columns),
    Home: ctrlKey ? 0 : start,
    End: ctrlKey ? count - 1 : Math.min(count, start + columns) - 1,
  };
  const next = Object.hasOwn(to, key) ? to[key] : undefined;
  return next !== undefined && next >= 0 && next < count ? next : undefined;
}
