import type { GalleryItem } from '../../../contract.ts';

const signs: Readonly<Record<GalleryItem['status'], string>> = {
  succeeded: '✓',
  failed: '✕',
  cancelled: '–',
  expired: '◷',
};

/** How an item has ended: a sign, a word and a colour, none of which stands alone. */
export function Status({ of }: { readonly of: GalleryItem['status'] }) {
  return (
    <span class={`status status-${of}`}>
      <span aria-hidden="true">{signs[of]}</span> {of}
    </span>
  );
}
