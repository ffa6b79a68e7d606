import type { GalleryItem } from '../../../src/gallery/contract.ts';

/** An item of a text that has succeeded, but for what is given. */
export function item(changes: Partial<GalleryItem> & { readonly number: number }): GalleryItem {
  return {
    id: `item-${changes.number}`,
    status: 'succeeded',
    kind: 'text',
    model: 'openai',
    cost: '0',
    attempts: 1,
    ...changes,
  };
}
