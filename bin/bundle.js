// Last step of a build: makes the workflows one file, which a worker of an installed package loads as it is, and the
// program a few, since most of a short command would be the reading of a thousand modules.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { prebuildPage } from '../dist/gallery/page-code.js';
import { prebuildWorkflows } from '../dist/workflow-bundle.js';
import { licensesOf } from './licenses.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const program = join(dist, 'program');

// A worker's own part is not in it: the SDK loads native code, and compares classes that must be there only once. So is
// our error class, which the command line compares with what a worker throws, and the list of secrets that both know.
const apart = ['commands/actions/worker.js', 'errors.js', 'settings/known-secrets.js'].map((path) =>
  join(dist, path),
);

/** A path as an import from the folder of the program. */
const fromProgram = (path) => relative(program, path).split(sep).join(posix.sep);

/** Modules of ours that look for files beside themselves go on looking there. */
const ours = {
  name: 'ours',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^.]/ }, ({ path, kind, importer }) => {
      const isOurs = importer.startsWith(dist) && !path.startsWith('node:');
      if (kind !== 'dynamic-import' || !isOurs) return undefined;
      const text = `Only the default export of ${path} would come: import a module of ours that names what is used of it`;
      return { errors: [{ text }] };
    });
    onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
      const file = resolve(resolveDir, path);
      return apart.includes(file) ? { path: fromProgram(file), external: true } : undefined;
    });
    onLoad({ filter: /\.js$/ }, ({ path }) => {
      if (!path.startsWith(dist)) return undefined;
      const place = `new URL(${JSON.stringify(fromProgram(path))}, import.meta.url).href`;
      return { contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', place) };
    });
  },
};

await Promise.all([prebuildWorkflows(), prebuildPage(join(root, 'src/gallery/page'))]);

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: [join(dist, 'cli.js')],
  outdir: program,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  mainFields: ['module', 'main'],
  target: 'node20.19',
  preserveSymlinks: true,
  // Asked for from sources alone.
  external: ['esbuild'],
  // Libraries in CommonJS require what Node brings.
  banner: {
    js: "import { createRequire as createNodeRequire } from 'node:module'; const require = createNodeRequire(import.meta.url);",
  },
  plugins: [ours],
  metafile: true,
  logLevel: 'warning',
});

writeFileSync(join(program, 'LICENSES.txt'), licensesOf(root, Object.keys(metafile.inputs)));
