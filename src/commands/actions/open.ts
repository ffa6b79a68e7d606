import { spawn } from 'node:child_process';
import { platform } from 'node:os';

import { pageCode } from '../../gallery/page-code.ts';
import { whenAborted } from '../interrupts.ts';
import { openGallery } from '../open/open.ts';
import { configure, withStored } from './configure.ts';
import { done, type CommandContext, type Outcome } from './outcome.ts';

export interface OpenFlags {
  readonly port?: number;
  readonly browser: boolean;
}

/** `open RUN` */
export function openAction(
  text: string,
  { port, browser }: OpenFlags,
  { terminal, interrupts }: CommandContext,
): Promise<Outcome> {
  return withStored(configure(), text, async ({ store, config }, run) => {
    const gallery = await openGallery(store, run, await pageCode(config.cacheDir), port);
    try {
      process.stdout.write(`${gallery.url}\n`);
      const how = gallery.isLive
        ? 'The run goes on, and the page with it.'
        : 'All is made from what is in the bucket.';
      terminal.say(`${how} Ctrl-C ends it.`);
      if (browser && process.stdout.isTTY) showInBrowser(gallery.url);
      await whenAborted(interrupts());
      return done;
    } finally {
      await gallery.stop();
    }
  });
}

// Where there is no browser, the address is there to be copied.
function showInBrowser(url: string): void {
  const [program, ...before] =
    platform() === 'darwin'
      ? ['open']
      : platform() === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler']
        : ['xdg-open'];
  if (program === undefined) return;
  const child = spawn(program, [...before, url], { detached: true, stdio: 'ignore' });
  child.on('error', () => {});
  child.unref();
}
