import { useRef } from 'preact/hooks';

import type { Tab } from '../model/view.ts';

interface TabsProps {
  /** The views that there are, their words, and how much is in them. */
  readonly tabs: readonly { readonly tab: Tab; readonly label: string; readonly count?: string }[];
  readonly selected: Tab;
  readonly onSelect: (tab: Tab) => void;
}

export const tabId = (tab: Tab): string => `tab-${tab}`;
export const PANEL_ID = 'panel';

/** Tabs by which a reader changes the view: arrow keys go along them. https://www.w3.org/WAI/ARIA/apg/patterns/tabs/ */
export function Tabs({ tabs, selected, onSelect }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const index = tabs.findIndex(({ tab }) => tab === selected);
  const goTo = (to: number): void => {
    const next = tabs.at(to % tabs.length)?.tab;
    if (next === undefined) return;
    onSelect(next);
    list.current?.querySelector<HTMLElement>(`#${tabId(next)}`)?.focus();
  };
  return (
    <div ref={list} class="tabs" role="tablist" aria-label="Views">
      {tabs.map(({ tab, label, count }) => (
        <button
          key={tab}
          id={tabId(tab)}
          type="button"
          role="tab"
          aria-selected={tab === selected}
          aria-controls={tab === selected ? PANEL_ID : undefined}
          tabIndex={tab === selected ? 0 : -1}
          onClick={() => onSelect(tab)}
          onKeyDown={(event) => {
            const to = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: -1 }[event.key];
            if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
            event.preventDefault();
            goTo(to);
          }}
        >
          {label}
          {count !== undefined && <span class="tab-count"> {count}</span>}
        </button>
      ))}
    </div>
  );
}
