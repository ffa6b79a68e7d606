import type { GalleryItem } from '../../../contract.ts';
import { pictureOf } from '../../model/picture-of.ts';
import { Text } from '../parts/text.tsx';
import { Thumbnail } from '../parts/thumbnail.tsx';
import { JsonGlance } from './json-glance.tsx';

/** More than a card can show. */
const ENOUGH = 600;

/** What came of an item, in the place that a card has for it. */
export function CardBody({ item }: { readonly item: GalleryItem }) {
  const { status, fault, kind, text, json, cut } = item;
  if (status === 'failed' || fault !== undefined) {
    return (
      <div class="card-fault">
        <strong>
          <Text of={fault?.code ?? 'failed'} />
          {fault?.status !== undefined && ` (${fault.status})`}
        </strong>
        <div class="clamp" dir="auto">
          {fault?.message.slice(0, ENOUGH)}
        </div>
      </div>
    );
  }
  if (status !== 'succeeded') return <p class="card-none">{reasons[status]}</p>;
  if (kind === 'image') return <Thumbnail item={item} />;
  if (text === undefined || text === '') return <p class="card-none">No text</p>;
  const drawn = pictureOf(item);
  const words =
    json && !cut ? (
      <JsonGlance text={text} />
    ) : (
      <div class="card-text clamp" dir="auto">
        {text.slice(0, ENOUGH)}
      </div>
    );
  if (drawn === undefined) return words;
  return (
    <div class="card-pictured">
      <div class="card-picture">
        <Thumbnail item={drawn} />
      </div>
      <div class="card-words">{words}</div>
    </div>
  );
}

const reasons = {
  cancelled: 'Not made: the run was stopped before',
  expired: 'Not made: the run ran out of time before',
} as const;
