import { useMemo } from 'preact/hooks';

import type { GalleryItem } from '../../../contract.ts';
import type { ChangeView } from '../../hooks/use-view.ts';
import type { Axis } from '../../model/axes.ts';
import { formatWord } from '../../model/format.ts';
import { chooseAxes, tableOf } from '../../model/table.ts';
import type { View } from '../../model/view.ts';
import { Choice } from '../parts/choice.tsx';
import { AxesTable } from './axes-table.tsx';

interface TableViewProps {
  readonly items: readonly GalleryItem[];
  readonly axes: readonly Axis[];
  readonly view: View;
  readonly change: ChangeView;
}

/** The items by two of their variables. */
export function TableView({ items, axes, view, change }: TableViewProps) {
  const { rowAxis, columnAxis } = chooseAxes(axes, view.rows, view.columns);
  const table = useMemo(
    () => (rowAxis === undefined ? undefined : tableOf(items, rowAxis, columnAxis)),
    [items, rowAxis, columnAxis],
  );
  if (table === undefined || rowAxis === undefined) return null;
  const optionsOf = (left: Axis | undefined) =>
    axes.filter((axis) => axis !== left).map(({ key, label }) => [key, label] as const);
  return (
    <div class="table-view">
      <div class="axes">
        <Choice
          label="Rows"
          value={rowAxis.key}
          options={optionsOf(undefined)}
          onChange={(rows) =>
            change({ rows, columns: rows === columnAxis?.key ? rowAxis.key : view.columns })
          }
        />
        <Choice
          label="Columns"
          value={columnAxis?.key}
          options={optionsOf(rowAxis)}
          none="none"
          onChange={(columns) => change({ columns: columns ?? 'none' })}
        />
        {table.left > 0 && (
          <span class="note">
            {formatWord(table.left, 'item')} without{' '}
            {columnAxis === undefined ? 'this variable' : 'these variables'} left out
          </span>
        )}
      </div>
      {table.rows.length === 0 ? (
        <p class="empty">No item is like that.</p>
      ) : (
        <AxesTable
          table={table}
          rowAxis={rowAxis}
          columnAxis={columnAxis}
          others={axes.filter((axis) => axis !== rowAxis && axis !== columnAxis)}
        />
      )}
    </div>
  );
}
