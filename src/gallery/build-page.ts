import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { build } from 'esbuild';

import type { PageCode } from './page-html.ts';

/** Packages of which code stands in a page; each license asks that its text goes along. */
const packages = ['preact', '@tanstack/virtual-core', 'uplot'];

/**
 * Makes the page's sources one script and one style sheet, as they stand inside a page.
 *
 * @param folder - of the sources
 */
export async function buildPage(folder: string): Promise<PageCode> {
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: ['main.tsx'],
    outdir: 'out',
    write: false,
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome109', 'firefox115', 'safari16'],
    charset: 'ascii',
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    tsconfigRaw: {},
    banner: { js: `/*\n${packages.map(licenseOf).join('\n\n')}\n*/` },
    logLevel: 'silent',
  });
  const textOf = (extension: string): string =>
    outputFiles.find(({ path }) => path.endsWith(extension))?.text ?? '';
  return { script: textOf('.js'), style: textOf('.css') };
}

function licenseOf(name: string): string {
  const { resolve } = createRequire(import.meta.url);
  let folder = dirname(resolve(name));
  while (!folder.endsWith(join('node_modules', name))) folder = dirname(folder);
  return `${name}\n${readFileSync(join(folder, 'LICENSE'), 'utf8').trim()}`;
}
