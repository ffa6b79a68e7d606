/** A job of a nemesis run, and what outside witnesses will ask about it. */
export interface NemesisJob {
  readonly name: string;
  /** The text of its file. */
  readonly text: string;
  /** Words that the requests of each item must hold, by the item's id. */
  readonly asked: ReadonlyMap<string, readonly string[]>;
  /** Decimal Pollen, where it ends when that is used up. */
  readonly budget?: string;
}

const defaults = {
  text: { model: 'openai', max_tokens: 100 },
  image: { model: 'flux', width: 64, height: 48 },
};

/** Jobs of every shape, one after the other: texts and pictures, chains, and one that has not enough money. */
export function nemesisJob(number: number, items: number): NemesisJob {
  const shapes = [plain, plain, chains, poor] as const;
  const shape = shapes[number % shapes.length] ?? plain;
  return shape(`job-${number}`, items);
}

function plain(name: string, items: number): NemesisJob {
  const rows = Array.from({ length: items }, (_, index) =>
    index % 4 === 0
      ? { id: `picture-${index}`, image: `Meadow ${index} of ${name}` }
      : { id: `text-${index}`, text: `Bee ${index} of ${name}?` },
  );
  return {
    name,
    text: JSON.stringify({ version: 1, name, defaults, items: rows }),
    asked: new Map(rows.map(({ id, ...row }) => [id, ['image' in row ? row.image : row.text]])),
  };
}

function chains(name: string, items: number): NemesisJob {
  const rows = Array.from({ length: Math.ceil(items / 4) }, (_, index) => ({
    id: `chain-${index}`,
    steps: [
      {
        id: 'list',
        text: `Two words ${index} of ${name} [[answer:["rose","lily"]]]`,
        output: { format: 'json' },
      },
      { id: 'draw', forEach: 'steps.list.json', image: `A {{ each }} ${index} of ${name}` },
      { id: 'sum', text: `All of {{ steps.list.text }} ${index} of ${name}: {{ steps.draw | size }}` },
    ],
  }));
  return {
    name,
    text: JSON.stringify({ version: 1, name, defaults, items: rows }),
    asked: new Map(rows.map(({ id }, index) => [id, [`${index} of ${name}`]])),
  };
}

// A picture costs 0.002: there is money for half of them.
function poor(name: string, items: number): NemesisJob {
  const budget = `0.${String(items).padStart(3, '0')}`;
  const rows = Array.from({ length: items }, (_, index) => ({
    id: `picture-${index}`,
    image: `Meadow ${index} of ${name}`,
  }));
  return {
    name,
    budget,
    text: JSON.stringify({
      version: 1,
      name,
      budget: { amount: budget, onExceeded: 'stop' },
      defaults,
      items: rows,
    }),
    asked: new Map(rows.map(({ id, image }) => [id, [image]])),
  };
}
