import { useEffect } from 'preact/hooks';

import type { GalleryInfo, GalleryItem } from '../../contract.ts';
import type { ChangeView } from '../hooks/use-view.ts';
import type { Axis } from '../model/axes.ts';
import type { Tab, View } from '../model/view.ts';
import { Bill } from './bill/bill.tsx';
import { Failures } from './failures.tsx';
import { Items } from './items/items.tsx';
import { TableView } from './table/table-view.tsx';
import { PANEL_ID, tabId } from './tabs.tsx';

interface PanelProps {
  readonly tab: Tab;
  readonly view: View;
  readonly change: ChangeView;
  readonly info: GalleryInfo;
  /** Items of the page, and those of them that the view shows. */
  readonly all: readonly GalleryItem[];
  readonly items: readonly GalleryItem[];
  readonly axes: readonly Axis[];
  /** Item that gets the focus. */
  readonly focus: number | undefined;
  readonly onFocused: () => void;
  readonly covered: number;
}

/** What the selected tab shows. */
export function Panel(props: PanelProps) {
  const { tab, focus, onFocused } = props;
  useEffect(() => {
    // The grid brings its cards on the screen itself.
    if (focus === undefined || tab === 'items') return;
    onFocused();
    document.querySelector<HTMLElement>(`[data-number="${focus}"]`)?.focus();
  }, [focus, tab]);
  return (
    <section id={PANEL_ID} class={`panel-${tab}`} role="tabpanel" aria-labelledby={tabId(tab)} tabIndex={-1}>
      {contentOf(props)}
    </section>
  );
}

function contentOf({ tab, view, change, info, all, items, axes, ...grid }: PanelProps) {
  switch (tab) {
    case 'items':
      return (
        <Items
          all={all.length}
          items={items}
          view={view}
          change={change}
          isLive={info.state === 'running'}
          {...grid}
        />
      );
    case 'table':
      return <TableView items={items} axes={axes} view={view} change={change} />;
    case 'failures':
      return <Failures failures={info.figures.failures} items={all} isWhole={info.pages === undefined} />;
    case 'bill':
      return <Bill info={info} />;
  }
}
