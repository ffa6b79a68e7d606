import { EventEmitter } from 'node:events';

import headless from '@xterm/headless';

/** A terminal as people have it in front of them, and the stream that a program writes to. */
export interface TestScreen {
  readonly stream: NodeJS.WriteStream;
  /** What can be seen, without empty rows at the end. */
  visible(): Promise<readonly string[]>;
  /** What has left the screen at its top. */
  scrolled(): Promise<readonly string[]>;
  resize(columns: number, rows: number): Promise<void>;
}

/** Makes a terminal of some size, with `above` on it already. */
export async function createTestScreen(
  columns: number,
  rows: number,
  above: readonly string[] = [],
): Promise<TestScreen> {
  const terminal = new headless.Terminal({ cols: columns, rows, convertEol: true, allowProposedApi: true });
  const settled = (): Promise<void> => new Promise((resolve) => terminal.write('', resolve));
  const stream = Object.assign(new EventEmitter(), {
    isTTY: true,
    getWindowSize: () => [terminal.cols, terminal.rows],
    write: (text: string) => {
      terminal.write(text);
      return true;
    },
  });
  for (const line of above) terminal.write(`${line}\n`);
  await settled();
  const lines = async (): Promise<{ readonly rows: readonly string[]; readonly base: number }> => {
    await settled();
    const { active } = terminal.buffer;
    const found = Array.from(
      { length: active.length },
      (_, row) => active.getLine(row)?.translateToString(true) ?? '',
    );
    while (found.at(-1) === '') found.pop();
    return { rows: found, base: active.baseY };
  };
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    visible: async () => {
      const { rows: all, base } = await lines();
      return all.slice(base);
    },
    scrolled: async () => {
      const { rows: all, base } = await lines();
      return all.slice(0, base);
    },
    async resize(width, height) {
      await settled();
      terminal.resize(width, height);
      stream.emit('resize');
      await settled();
    },
  };
}
