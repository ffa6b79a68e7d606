import { randomFrom } from './random.ts';

/** A picture as flat blocks of 8 x 8 pixels: cheap to paint, and all that the encoders need. */
export interface Picture {
  /** In pixels; the last blocks of a row or column may reach beyond. */
  readonly width: number;
  readonly height: number;
  /** Blocks in a row, and rows: always even, so that four blocks share their chroma. */
  readonly columns: number;
  readonly rows: number;
  /** Three bytes a block: red, green, blue. */
  readonly blocks: Uint8Array<ArrayBuffer>;
}

interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radiusSquared: number;
  readonly colour: readonly number[];
}

/** Paints a gradient with some discs on it; the hex digest decides everything but the size. */
export function paint(hexDigest: string, width: number, height: number): Picture {
  const random = randomFrom(hexDigest);
  const colour = (): readonly number[] => [random() * 255, random() * 255, random() * 255];
  const corners = [colour(), colour(), colour(), colour()];
  const columns = 2 * Math.ceil(width / 16);
  const rows = 2 * Math.ceil(height / 16);
  const side = Math.min(columns, rows);
  const discs: Disc[] = Array.from({ length: 3 + Math.floor(random() * 4) }, () => ({
    x: random() * columns,
    y: random() * rows,
    radiusSquared: (side * (0.05 + random() * 0.25)) ** 2,
    colour: colour(),
  }));

  const blocks = new Uint8Array(columns * rows * 3);
  for (let y = 0, at = 0; y < rows; y += 1) {
    const down = y / rows;
    for (let x = 0; x < columns; x += 1) {
      const right = x / columns;
      const disc = discs.find((each) => (each.x - x) ** 2 + (each.y - y) ** 2 < each.radiusSquared);
      for (let channel = 0; channel < 3; channel += 1, at += 1) {
        blocks[at] =
          disc?.colour[channel] ??
          (1 - down) * ((1 - right) * (corners[0]?.[channel] ?? 0) + right * (corners[1]?.[channel] ?? 0)) +
            down * ((1 - right) * (corners[2]?.[channel] ?? 0) + right * (corners[3]?.[channel] ?? 0));
      }
    }
  }
  return { width, height, columns, rows, blocks };
}
