import type { GalleryInfo, GalleryItem } from '../../../contract.ts';
import { formatCount, formatWord } from '../../model/format.ts';
import { Status } from '../parts/status.tsx';

const statuses: readonly GalleryItem['status'][] = ['succeeded', 'failed', 'cancelled', 'expired'];

/** How many items have ended, and how; a bar of a run that goes on. */
export function Counts({ info: { items, ended, state } }: { readonly info: GalleryInfo }) {
  const done = statuses.reduce((sum, status) => sum + ended[status], 0);
  return (
    <div class="counts">
      {state === 'running' && (
        <label class="progress">
          <progress max={Math.max(1, items)} value={done} />
          {formatCount(done)} of {formatWord(items, 'item')}
        </label>
      )}
      <ul>
        {state !== 'running' && <li>{formatWord(items, 'item')}</li>}
        {statuses
          .filter((status) => ended[status] > 0)
          .map((status) => (
            <li key={status}>
              <span class="figure">{formatCount(ended[status])}</span> <Status of={status} />
            </li>
          ))}
      </ul>
    </div>
  );
}
