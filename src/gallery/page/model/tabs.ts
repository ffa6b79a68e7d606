import type { GalleryInfo } from '../../contract.ts';
import { formatCount } from './format.ts';
import type { Tab } from './view.ts';

interface TabOf {
  readonly tab: Tab;
  readonly label: string;
  /** How much is in it. */
  readonly count?: string;
}

/** The views of a run: a table where it has variables. */
export function tabsOf({ figures }: GalleryInfo, items: number, hasAxes: boolean): readonly TabOf[] {
  const failed = figures.failures.reduce((sum, failure) => sum + failure.items, 0);
  return [
    { tab: 'items', label: 'Items', count: formatCount(items) },
    ...(hasAxes ? [{ tab: 'table', label: 'Table' } as const] : []),
    { tab: 'failures', label: 'Failures', count: formatCount(failed) },
    { tab: 'bill', label: 'Bill' },
  ];
}
