import { useMemo } from 'preact/hooks';

import type { GalleryItem } from '../../../contract.ts';
import { usePage, type PageContext } from '../../hooks/use-page.ts';
import { formatDuration, formatPollen } from '../../model/format.ts';
import { hrefOf } from '../../model/view.ts';
import { Status } from '../parts/status.tsx';
import { Text } from '../parts/text.tsx';
import { CardBody } from './card-body.tsx';

interface CardProps {
  readonly item: GalleryItem;
  /** Whether the Tab key comes to it. */
  readonly isEntry: boolean;
}

/** An item at a glance; it opens in full. */
export function Card({ item, isEntry }: CardProps) {
  const page = usePage();
  // What is the same is not looked through again, at each letter that is typed.
  return useMemo(() => cardOf(item, isEntry, page), [item, isEntry, page]);
}

function cardOf(item: GalleryItem, isEntry: boolean, { open }: PageContext) {
  const facts = [
    formatPollen(item.cost),
    item.latencyMs === undefined ? undefined : formatDuration(item.latencyMs),
  ];
  return (
    <a
      class={`card card-${item.status}`}
      href={hrefOf(item.number)}
      data-number={item.number}
      tabIndex={isEntry ? 0 : -1}
      onClick={(event) => {
        // Who opens it in another tab wants that.
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        open(item.number);
      }}
    >
      <div class="card-body">
        <CardBody item={item} />
      </div>
      <div class="card-foot">
        <div class="card-title">
          <Text of={item.id} />
        </div>
        <div class="card-facts">
          {item.status !== 'succeeded' && <Status of={item.status} />}
          {item.steps !== undefined && item.steps.length > 0 && <span>{item.steps.length} steps</span>}
          {item.doubt !== undefined && <span class="doubt">doubtful</span>}
          <span class="card-model">
            <Text of={item.model} />
          </span>
          <span class="figures">{facts.filter((fact) => fact !== undefined).join(' · ')}</span>
        </div>
      </div>
    </a>
  );
}
