import { expect, it } from 'vitest';

import { axesOf, labelOf, type Axis } from '../../../src/gallery/page/model/axes.ts';
import { withCell } from '../../../src/gallery/page/model/cell-filter.ts';
import { filterItems, noFilter } from '../../../src/gallery/page/model/filter.ts';
import { layoutOf, TILE, TILE_HEIGHT } from '../../../src/gallery/page/model/table-layout.ts';
import { chooseAxes, tableOf } from '../../../src/gallery/page/model/table.ts';
import { item } from '../support/item.ts';

const product: Axis = { key: 'var:product', label: 'product', values: ['"lamp"', '"chair"', '"vase"'] };
const style: Axis = { key: 'var:style', label: 'style', values: ['"photo"', '"sketch"'] };
const model: Axis = { key: 'model', label: 'model', values: ['"flux"', '"turbo"'] };

const items = [
  item({ number: 1, model: 'flux', vars: { product: 'chair', style: 'sketch' } }),
  item({ number: 2, model: 'flux', vars: { product: 'lamp', style: 'photo' } }),
  item({ number: 3, model: 'turbo', vars: { product: 'lamp', style: 'photo' } }),
  item({ number: 4, model: 'turbo', vars: { product: 'lamp' } }),
  item({ number: 5, model: 'turbo', vars: { product: 'stool', style: 'photo' } }),
];
const numbers = (cells: readonly (readonly { readonly number: number }[])[]) =>
  cells.map((cell) => cell.map(({ number }) => number));

it('sets items by two variables in the order of their values, samples beside each other', () => {
  const table = tableOf(items, product, style);
  expect(table.columns).toEqual(['"photo"', '"sketch"']);
  expect(table.rows.map(({ value, cells }) => [value, numbers(cells)])).toEqual([
    ['"lamp"', [[2, 3], []]],
    ['"chair"', [[], [1]]],
    ['"stool"', [[5], []]],
  ]);
  expect(table.left).toBe(1);
});

it('sets items by their model, or in one column', () => {
  expect(tableOf(items, product, model).rows[0]?.cells.map(({ length }) => length)).toEqual([1, 2]);
  expect(numbers(tableOf(items, product, undefined).rows[0]?.cells ?? [])).toEqual([[2, 3, 4]]);
});

it('begins with the first two variables, or with the models where there is one', () => {
  expect(chooseAxes([product, style, model], undefined, undefined)).toEqual({
    rowAxis: product,
    columnAxis: style,
  });
  expect(chooseAxes([product, model], undefined, undefined)).toEqual({ rowAxis: product, columnAxis: model });
  expect(chooseAxes([product], undefined, undefined)).toEqual({ rowAxis: product, columnAxis: undefined });
  expect(chooseAxes([product, style], 'var:style', undefined)).toEqual({
    rowAxis: style,
    columnAxis: product,
  });
  expect(chooseAxes([product, style], 'var:product', 'none')).toEqual({
    rowAxis: product,
    columnAxis: undefined,
  });
  expect(chooseAxes([product, style], 'var:gone', 'var:product')).toEqual({
    rowAxis: product,
    columnAxis: style,
  });
});

it('tells a variable that is named model from the model', () => {
  const figures = {
    models: [],
    latencyBoundsMs: [],
    failures: [],
    axes: [{ name: 'model', values: ['"a"', '"b"'] }],
  };
  expect(axesOf(figures, ['flux', 'turbo']).map(({ key }) => key)).toEqual(['var:model', 'model']);
});

it('makes a filter of a cell that lets through what the cell holds, and keeps the others', () => {
  const filter = withCell({ ...noFilter, text: 'item' }, [
    [product, '"lamp"'],
    [model, '"turbo"'],
  ]);
  expect(filterItems(items, filter).map(({ number }) => number)).toEqual([3, 4]);
  expect(filter.text).toBe('item');
});

it('gives a column and a row the room of their fullest cell, up to a bound', () => {
  const many = Array.from({ length: 30 }, (_, index) =>
    item({ number: index, vars: { product: 'lamp', style: 'photo' } }),
  );
  const layout = layoutOf(tableOf([...items, ...many], product, style));
  expect(layout.widths[0]).toBeGreaterThan(4 * TILE);
  expect(layout.widths[0]).toBeLessThan(5 * TILE);
  expect(layout.widths[1]).toBeLessThan(2 * TILE);
  expect(layout.heights[0]).toBeGreaterThan(3 * TILE_HEIGHT);
  expect(layout.heights[1]).toBeLessThan(2 * TILE_HEIGHT);
});

it('shows values as people read them', () => {
  expect([`"a \\"b\\""`, '1', 'null', '{"a":1}', 'garbled'].map(labelOf)).toEqual([
    'a "b"',
    '1',
    'null',
    '{"a":1}',
    'garbled',
  ]);
});
