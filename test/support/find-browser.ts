import { findOnPath } from '../../src/local/binaries.ts';

const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Path of a Chromium: what the variable CHROMIUM names, or the first on PATH; `undefined` where there is none. */
export async function findBrowser(): Promise<string | undefined> {
  if (process.env['CHROMIUM'] !== undefined) return process.env['CHROMIUM'];
  for (const name of browsers) {
    const path = await findOnPath(name, process.env['PATH'] ?? '');
    if (path !== undefined) return path;
  }
  return undefined;
}

/** Why there is none. */
export const noBrowser = `none of ${browsers.join(', ')} is on PATH; install one, or name it by CHROMIUM`;
