import type { GalleryFigures } from '../../../contract.ts';
import { formatCount, formatPollen } from '../../model/format.ts';
import { asPercent, shareOf } from '../../model/share.ts';
import { Text } from '../parts/text.tsx';

/** The cost of each model, as bars beside the figures. */
export function Models({ models }: { readonly models: GalleryFigures['models'] }) {
  if (models.length === 0) return <p class="note">No call has been made.</p>;
  const dearest = models[0]?.cost ?? '0';
  const hasUnknown = models.some(({ unknown }) => unknown > 0);
  return (
    <table class="figures-table models">
      <caption>Cost by model, in Pollen</caption>
      <thead>
        <tr>
          <th scope="col">Model</th>
          <th scope="col" class="number">
            Calls
          </th>
          {hasUnknown && (
            <th scope="col" class="number">
              Not known
            </th>
          )}
          <th scope="col" class="number">
            Cost
          </th>
          <td class="bar-head" />
        </tr>
      </thead>
      <tbody>
        {models.map(({ model, kind, items, cost, unknown }) => (
          <tr key={`${kind} ${model}`}>
            <th scope="row">
              <Text of={model} /> <span class="note">{kind}</span>
            </th>
            <td class="number">{formatCount(items)}</td>
            {hasUnknown && <td class="number">{formatCount(unknown)}</td>}
            <td class="number">{formatPollen(cost)}</td>
            <td class="bar-cell" aria-hidden="true">
              <div class="bar-fill" style={{ width: asPercent(shareOf(cost, dearest)) }} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
