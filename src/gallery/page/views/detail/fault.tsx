import type { GalleryItem } from '../../../contract.ts';
import { Text, TextBlock } from '../parts/text.tsx';

/** Why an item failed, and what to do about it. */
export function Fault({ fault }: { readonly fault: NonNullable<GalleryItem['fault']> }) {
  return (
    <div class="notice notice-bad">
      <strong>
        <Text of={fault.code} />
        {fault.status !== undefined && ` (HTTP ${fault.status})`}
      </strong>
      <TextBlock of={fault.message} />
      <div class="remedy">
        <span class="label">What to do</span> <Text of={fault.remedy} />
      </div>
    </div>
  );
}
