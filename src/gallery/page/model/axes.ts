import type { GalleryFigures, GalleryItem } from '../../contract.ts';

/** What the rows or the columns of a table can be: a variable, or the model. */
export interface Axis {
  /** `model`, or `var:` and the name, so that a variable named `model` is another one. */
  readonly key: string;
  readonly label: string;
  /** JSON of its values, in their order. */
  readonly values: readonly string[];
}

/** JSON of the value that a variable has in an item; `undefined` where it has none. */
export function varOf({ vars }: GalleryItem, name: string): string | undefined {
  // A name such as "constructor" is every object's own only if the job has it.
  if (vars === undefined || !Object.hasOwn(vars, name)) return undefined;
  return JSON.stringify(vars[name]);
}

/** JSON of what an item is on an axis. */
export function valueOn(item: GalleryItem, { key }: Axis): string | undefined {
  return key === 'model' ? JSON.stringify(item.model) : varOf(item, key.slice('var:'.length));
}

/** All axes of a run: its variables in their order, then the model where there are several. */
export function axesOf(figures: GalleryFigures, models: readonly string[]): readonly Axis[] {
  const vars = figures.axes.map(({ name, values }) => ({ key: `var:${name}`, label: name, values }));
  if (models.length < 2) return vars;
  return [...vars, { key: 'model', label: 'model', values: models.map((model) => JSON.stringify(model)) }];
}

/** A value as people read it: text without its quotes, everything else as JSON. */
export function labelOf(json: string): string {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : json;
  } catch {
    return json;
  }
}
