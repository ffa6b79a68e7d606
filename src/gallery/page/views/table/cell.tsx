import type { GalleryItem } from '../../../contract.ts';
import { usePage } from '../../hooks/use-page.ts';
import { labelOf, valueOn, type Axis } from '../../model/axes.ts';
import { formatCount } from '../../model/format.ts';
import { withCell } from '../../model/cell-filter.ts';
import { MOST_TILES } from '../../model/table-layout.ts';
import { hrefOf } from '../../model/view.ts';
import { CardBody } from '../items/card-body.tsx';
import { Text } from '../parts/text.tsx';

interface CellProps {
  readonly items: readonly GalleryItem[];
  readonly others: readonly Axis[];
  /** The values of its row and its column. */
  readonly chosen: Parameters<typeof withCell>[1];
}

/** The items that share a row and a column, beside each other. */
export function Cell({ items, others, chosen }: CellProps) {
  const { show } = usePage();
  const rest = items.length - MOST_TILES;
  const differing = others.filter((axis) => new Set(items.map((item) => valueOn(item, axis))).size > 1);
  return (
    <td>
      <div class="tiles">
        {items.slice(0, MOST_TILES).map((item) => (
          <Tile key={item.number} item={item} caption={captionOf(item, differing)} />
        ))}
      </div>
      {rest > 0 && (
        <button type="button" class="plain more" onClick={() => show((now) => withCell(now, chosen))}>
          and {formatCount(rest)} more
        </button>
      )}
    </td>
  );
}

function captionOf(item: GalleryItem, differing: readonly Axis[]): string {
  const values = differing.map((axis) => valueOn(item, axis)).filter((value) => value !== undefined);
  return values.length === 0 ? item.id : values.map(labelOf).join(' · ');
}

function Tile({ item, caption }: { readonly item: GalleryItem; readonly caption: string }) {
  const { open } = usePage();
  return (
    <a
      class={`tile card-${item.status}`}
      href={hrefOf(item.number)}
      data-number={item.number}
      title={item.id}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        open(item.number);
      }}
    >
      <div class="tile-body">
        <CardBody item={item} />
      </div>
      <div class="tile-caption">
        <Text of={caption} />
      </div>
    </a>
  );
}
