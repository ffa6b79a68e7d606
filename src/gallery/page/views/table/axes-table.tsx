import { useCallback, useMemo, useRef } from 'preact/hooks';

import { useElementRows } from '../../hooks/use-rows.ts';
import { labelOf, type Axis } from '../../model/axes.ts';
import { layoutOf } from '../../model/table-layout.ts';
import type { Table } from '../../model/table.ts';
import { Text } from '../parts/text.tsx';
import { Cell } from './cell.tsx';

interface AxesTableProps {
  readonly table: Table;
  readonly rowAxis: Axis;
  readonly columnAxis: Axis | undefined;
  /** What the items of a cell may still differ in. */
  readonly others: readonly Axis[];
}

const HEADER = 40;

/** A table of which those rows exist that are on the screen; its names stay where it is scrolled. */
export function AxesTable({ table, rowAxis, columnAxis, others }: AxesTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const layout = useMemo(() => layoutOf(table), [table]);
  const heightOf = useCallback((index: number) => layout.heights[index] ?? 0, [layout]);
  const rows = useElementRows({ count: table.rows.length, heightOf, covered: HEADER }, scroller);
  const shown = rows.getVirtualItems();
  const above = shown[0]?.start ?? 0;
  const below = rows.getTotalSize() - (shown.at(-1)?.end ?? 0);
  const name = columnAxis === undefined ? rowAxis.label : `${rowAxis.label} by ${columnAxis.label}`;
  return (
    <div ref={scroller} class="table-scroll" tabIndex={0} role="region" aria-label={`Table: ${name}`}>
      <table
        class="axes-table"
        aria-rowcount={table.rows.length + 1}
        aria-colcount={table.columns.length + 1}
      >
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col" class="corner">
              <Text of={rowAxis.label} />
            </th>
            {table.columns.map((column, index) => (
              <th key={column} scope="col" style={{ minWidth: `${layout.widths[index]}px` }}>
                <Text of={columnAxis === undefined ? 'items' : labelOf(column)} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer height={above} span={table.columns.length + 1} />
          {shown.map(({ index, size }) => {
            const row = table.rows[index];
            return (
              row !== undefined && (
                <tr key={row.value} aria-rowindex={index + 2} style={{ height: `${size}px` }}>
                  <th scope="row">
                    <Text of={labelOf(row.value)} />
                  </th>
                  {row.cells.map((items, column) => (
                    <Cell
                      key={table.columns[column]}
                      items={items}
                      others={others}
                      chosen={[
                        [rowAxis, row.value],
                        [columnAxis, table.columns[column]],
                      ]}
                    />
                  ))}
                </tr>
              )
            );
          })}
          <Spacer height={below} span={table.columns.length + 1} />
        </tbody>
      </table>
    </div>
  );
}

function Spacer({ height, span }: { readonly height: number; readonly span: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden="true">
      <td class="spacer" colSpan={span} style={{ height: `${height}px` }} />
    </tr>
  );
}
