import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

import type { GalleryItem } from '../../../contract.ts';
import { formatCount } from '../../model/format.ts';
import { Status } from '../parts/status.tsx';
import { Text } from '../parts/text.tsx';
import { Copies } from './copies.tsx';
import { Facts } from './facts.tsx';
import { Fault } from './fault.tsx';
import { Asked } from './asked.tsx';
import { Result } from './result.tsx';
import { Steps } from './steps.tsx';

interface DetailProps {
  readonly item: GalleryItem;
  /** The items before and behind it in the view, in their order. */
  readonly items: readonly GalleryItem[];
  readonly onMove: (number: number) => void;
  readonly onClose: () => void;
}

/** An item in full, over the page. */
export function Detail({ item, items, onMove, onClose }: DetailProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [said, setSaid] = useState('');
  const index = items.findIndex(({ number }) => number === item.number);
  const before = items[index - 1];
  const behind = index < 0 ? undefined : items[index + 1];
  const place = index < 0 ? 'not in this view' : `${formatCount(index + 1)} of ${formatCount(items.length)}`;

  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // From there its text can be scrolled, and the arrow keys go on.
    element?.querySelector<HTMLElement>('.detail-main')?.focus();
    return () => element?.close();
  }, []);
  useEffect(() => {
    setSaid(`${item.id}, ${item.status}, ${place}`);
    dialog.current?.querySelector('.detail-main')?.scrollTo(0, 0);
  }, [item.number]);

  return (
    <dialog
      ref={dialog}
      class="detail"
      aria-labelledby="detail-title"
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLTextAreaElement)
          return;
        const next = { ArrowLeft: before, ArrowRight: behind }[event.key];
        if (next === undefined) return;
        event.preventDefault();
        onMove(next.number);
      }}
    >
      <header class="detail-bar">
        <div class="detail-moves">
          <MoveButton to={before} sign="←" label="Previous item" onMove={onMove} />
          <MoveButton to={behind} sign="→" label="Next item" onMove={onMove} />
          <span class="detail-place">{place}</span>
        </div>
        <h2 id="detail-title">
          <Text of={item.id} />
        </h2>
        <Status of={item.status} />
        <button
          type="button"
          class="icon"
          aria-label="Close"
          title="Close (Esc)"
          onClick={() => dialog.current?.close()}
        >
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      <div class="detail-main" tabIndex={0} role="region" aria-label="What was asked and answered">
        <div class="detail-result" key={`result-${item.number}`}>
          {item.fault !== undefined && <Fault fault={item.fault} />}
          {item.doubt !== undefined && (
            <p class="notice notice-warning">
              This answer passed every check and looks wrong all the same: <Text of={item.doubt} />
            </p>
          )}
          <Result of={item} item={item} />
          <Steps item={item} />
        </div>
        <div class="detail-facts" key={`facts-${item.number}`}>
          <Copies item={item} say={setSaid} />
          <Asked item={item} />
          <Facts item={item} />
        </div>
      </div>
      <p class="unseen" role="status">
        {said}
      </p>
    </dialog>
  );
}

interface MoveProps {
  readonly to: GalleryItem | undefined;
  readonly sign: string;
  readonly label: string;
  readonly onMove: (number: number) => void;
}

function MoveButton({ to, sign, label, onMove }: MoveProps) {
  // A button that is disabled loses the focus; one that says so keeps it.
  return (
    <button
      type="button"
      class="icon"
      aria-label={label}
      title={label}
      aria-disabled={to === undefined}
      onClick={() => to !== undefined && onMove(to.number)}
    >
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}
