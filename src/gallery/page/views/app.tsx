import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';

import type { Thumbnails } from '../data/thumbnails.ts';
import { useChoice } from '../hooks/use-choice.ts';
import { useLive, type Run } from '../hooks/use-live.ts';
import { Page, type PageContext } from '../hooks/use-page.ts';
import { usePlace } from '../hooks/use-place.ts';
import { useView } from '../hooks/use-view.ts';
import { axesOf } from '../model/axes.ts';
import { facetsOf } from '../model/facets.ts';
import { Detail } from './detail/detail.tsx';
import { Filters } from './filters/filters.tsx';
import { Panel } from './panel.tsx';
import { Notices } from './run/notices.tsx';
import { PageLinks } from './run/page-links.tsx';
import { RunHeader } from './run/run-header.tsx';
import { Tabs } from './tabs.tsx';
import { tabsOf } from '../model/tabs.ts';

interface AppProps {
  readonly first: Run;
  readonly thumbnails: Thumbnails;
  readonly problems: readonly string[];
}

/** The whole page. */
export function App({ first, thumbnails, problems }: AppProps) {
  const { info, items, lostFor } = useLive(first, thumbnails);
  const [view, change] = useView();
  const chosen = useChoice(items, view);
  const facets = useMemo(() => facetsOf(items, info.figures), [items, info]);
  const axes = useMemo(
    () => (info.figures.axes.length === 0 ? [] : axesOf(info.figures, facets.models)),
    [info, facets],
  );
  const [focus, setFocus] = useState<number | undefined>(undefined);
  const [drawn, redraw] = useReducer((times: number) => times + 1, 0);
  useEffect(() => thumbnails.watch(() => redraw(undefined)), [thumbnails]);

  const latest = useRef(view);
  latest.current = view;
  const page = useMemo<PageContext>(
    () => ({
      thumbnails,
      linkKind: info.links.kind,
      open: (number) => change({ item: number }),
      show: (next) => change({ tab: 'items', filter: next(latest.current.filter) }),
    }),
    // What is drawn of thumbnails changes when blocks of them have come.
    [thumbnails, info.links.kind, change, drawn],
  );
  const bar = useRef<HTMLDivElement>(null);
  const { height } = usePlace(bar);
  const tabs = tabsOf(info, items.length, axes.length > 0);
  const tab = tabs.some((each) => each.tab === view.tab) ? view.tab : 'items';
  const open = view.item === undefined ? undefined : items.find(({ number }) => number === view.item);
  const close = useCallback(() => {
    setFocus(latest.current.item);
    change({ item: undefined });
  }, [change]);

  return (
    <Page.Provider value={page}>
      <RunHeader info={info} />
      <Notices
        info={info}
        problems={problems}
        lostFor={lostFor}
        absent={open === undefined ? view.item : undefined}
      />
      <main>
        <div class="bar" ref={bar}>
          <Tabs tabs={tabs} selected={tab} onSelect={(next) => change({ tab: next })} />
          {(tab === 'items' || tab === 'table') && (
            <Filters view={view} change={change} facets={facets} shown={chosen.length} all={items.length} />
          )}
        </div>
        <Panel
          tab={tab}
          view={view}
          change={change}
          info={info}
          all={items}
          items={chosen}
          axes={axes}
          focus={open === undefined ? focus : undefined}
          onFocused={() => setFocus(undefined)}
          covered={height}
        />
        {info.pages !== undefined && <PageLinks pages={info.pages} />}
      </main>
      {open !== undefined && (
        <Detail
          item={open}
          items={chosen}
          onMove={(number) => change({ item: number }, 'replace')}
          onClose={close}
        />
      )}
    </Page.Provider>
  );
}
