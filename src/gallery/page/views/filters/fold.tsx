import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface FoldProps {
  /** How many of the fields are set. */
  readonly set: number;
  readonly children: ComponentChildren;
}

/** The fields behind a button, where there is no room for them; Escape and a click beside them fold them again. */
export function Fold({ set, children }: FoldProps) {
  const fold = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const foldAgain = ({ target }: Event): void => {
      const { current } = fold;
      if (current?.open && target instanceof Node && !current.contains(target)) current.open = false;
    };
    document.addEventListener('pointerdown', foldAgain);
    return () => document.removeEventListener('pointerdown', foldAgain);
  }, []);
  return (
    <details
      ref={fold}
      class={set > 0 ? 'fold is-set' : 'fold'}
      onKeyDown={({ key }) => {
        if (key !== 'Escape' || !fold.current?.open) return;
        fold.current.open = false;
        fold.current.querySelector('summary')?.focus();
      }}
    >
      <summary>Filters{set > 0 && ` (${set})`}</summary>
      <div class="fold-fields">{children}</div>
    </details>
  );
}
