import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

import { formatView, parseView, type View } from '../model/view.ts';

/** How a change stands in the browser's history: as a step to go back from, or in the place of the one before. */
type Step = 'push' | 'replace';

/** Changes some of the view. */
export type ChangeView = (change: Partial<View>, step?: Step) => void;

const WRITE_MS = 200;

/** The view, which the address says, and which says it: to go back and forward, and to send as a link. */
export function useView(): readonly [View, ChangeView] {
  const [view, setView] = useState(() => parseView(location.hash));
  const latest = useRef(view);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const change = useCallback<ChangeView>((part, step = 'push') => {
    // What waits to be written belongs to the step before.
    if (step === 'push' && timer.current !== undefined) write(latest.current, 'replace');
    clearTimeout(timer.current);
    timer.current = undefined;
    latest.current = { ...latest.current, ...part };
    if (step === 'push') write(latest.current, 'push');
    else {
      timer.current = setTimeout(() => {
        timer.current = undefined;
        write(latest.current, 'replace');
      }, WRITE_MS);
    }
    setView(latest.current);
  }, []);

  useEffect(() => {
    const read = (): void => {
      clearTimeout(timer.current);
      timer.current = undefined;
      latest.current = parseView(location.hash);
      setView(latest.current);
    };
    addEventListener('popstate', read);
    addEventListener('hashchange', read);
    return () => {
      removeEventListener('popstate', read);
      removeEventListener('hashchange', read);
    };
  }, []);
  return [view, change];
}

function write(view: View, step: Step): void {
  const address = formatView(view) || '#';
  // Browsers refuse to write too often; the page works without.
  try {
    if (step === 'push') history.pushState(null, '', address);
    else history.replaceState(null, '', address);
  } catch {}
}
