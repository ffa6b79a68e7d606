import { describe, expect, it } from 'vitest';

import { createTerminal, quieted, type Terminal } from '../../../src/commands/render/terminal.ts';
import { createTestScreen, type TestScreen } from '../../support/screen.ts';

const above = ['$ pollen-batch watch', 'an earlier line'];

function terminalOn({ stream }: TestScreen, environment: NodeJS.ProcessEnv = {}): Terminal {
  return createTerminal({ out: stream, talk: stream }, environment);
}

const three = ({ columns }: { readonly columns: number }): string =>
  ['one', 'two', 'three'].map((word) => word.padEnd(columns - 1, '.')).join('\n');

describe('what is drawn on a screen', () => {
  it('takes the place of what was drawn before, however high, and leaves what stands above', async () => {
    const screen = await createTestScreen(40, 10, above);
    const terminal = terminalOn(screen);
    terminal.draw('a\nb\nc');
    terminal.draw('d');
    expect(await screen.visible()).toEqual([...above, 'd']);
    terminal.draw('e\nf');
    expect(await screen.visible()).toEqual([...above, 'e', 'f']);
    terminal.draw('');
    expect(await screen.visible()).toEqual(above);
  });

  it('stays below what is said meanwhile, and goes with how it ends', async () => {
    const screen = await createTestScreen(40, 10, above);
    const terminal = terminalOn(screen);
    terminal.draw('a\nb');
    terminal.say('something has happened');
    expect(await screen.visible()).toEqual([...above, 'something has happened', 'a', 'b']);
    terminal.conclude('It is over.');
    expect(await screen.visible()).toEqual([...above, 'something has happened', 'It is over.']);
  });

  it.each([
    ['narrower', 24, 10],
    ['wider', 70, 10],
    ['lower', 40, 7],
    ['higher', 40, 30],
  ])('is made anew when the screen gets %s, and leaves nothing behind', async (_how, columns, rows) => {
    const screen = await createTestScreen(40, 10, above);
    const terminal = terminalOn(screen);
    terminal.draw(three);
    await screen.resize(columns, rows);
    expect(await screen.visible()).toEqual([...above, ...three({ columns }).split('\n')]);
    terminal.draw('');
    expect([await screen.scrolled(), await screen.visible()]).toEqual([[], above]);
  });

  it('leaves the lines that have left the screen clean while it scrolls', async () => {
    const screen = await createTestScreen(40, 6, above);
    const terminal = terminalOn(screen);
    for (let line = 1; line <= 20; line += 1) {
      terminal.draw(three);
      terminal.say(`line ${line}`);
    }
    terminal.conclude('It is over.');
    const all = [...(await screen.scrolled()), ...(await screen.visible())];
    expect(all).toEqual([
      ...above,
      ...Array.from({ length: 20 }, (_, line) => `line ${line + 1}`),
      'It is over.',
    ]);
  });

  it('counts the rows of lines that are longer than the screen, and of characters of two columns', async () => {
    const screen = await createTestScreen(20, 10, above);
    const terminal = terminalOn(screen);
    terminal.draw(`https://example.org/${'x'.repeat(30)}\n蜂蜜と花粉の日々を綴る`);
    terminal.draw('after');
    expect(await screen.visible()).toEqual([...above, 'after']);
  });

  it.each([
    ['a dumb terminal', { TERM: 'dumb' }],
    ['--quiet', {}],
  ])('is not there on %s', async (how, environment) => {
    const screen = await createTestScreen(40, 10, above);
    const whole = terminalOn(screen, environment);
    const terminal = how === '--quiet' ? quieted(whole) : whole;
    terminal.draw(three);
    expect([terminal.isInteractive, await screen.visible()]).toEqual([false, above]);
  });
});

describe('what is said', () => {
  it('is broken at words on a screen, but for commands, which can be copied', async () => {
    const screen = await createTestScreen(40, 10);
    terminalOn(screen).say('It is paused. Let it go on with `pollen-batch resume bees-1b5f7979d2`.');
    expect(await screen.visible()).toEqual([
      'It is paused. Let it go on with',
      '`pollen-batch resume bees-1b5f7979d2`.',
    ]);
  });

  it('is left out by --quiet, but for how it ends', async () => {
    const screen = await createTestScreen(40, 10);
    const terminal = quieted(terminalOn(screen));
    terminal.say('on the way');
    terminal.warn('no worker takes the run');
    terminal.conclude('It is over.');
    terminal.data('run-id');
    expect(await screen.visible()).toEqual(['It is over.', 'run-id']);
  });

  it('is a warning in magenta, which can be read on dark and on light screens', async () => {
    const screen = await createTestScreen(40, 10);
    const written: string[] = [];
    const stream = Object.assign(Object.create(screen.stream) as NodeJS.WriteStream, {
      write: (text: string) => written.push(text) > 0,
    });
    createTerminal({ out: stream, talk: stream }, {}).warn('no worker takes the run');
    expect(written.join('')).toContain('\u001b[35mWarning: no worker takes the run\u001b[39m');
  });

  it('has no colours with NO_COLOR', async () => {
    const screen = await createTestScreen(40, 10);
    expect(terminalOn(screen, { NO_COLOR: '1' }).color.red('x')).toBe('x');
    expect(terminalOn(screen).color.red('x')).not.toBe('x');
  });
});
