#!/usr/bin/env node
// Starts the compiled program (an installed package, or a clone that has just been built), else the sources through tsx.
import { existsSync, readdirSync, statSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// The supported Node versions are this product's own matter, and checked by its setup.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// What the libraries compile to is kept for the next start, where Node (22 and newer) can: not among the temporary files,
// where others could leave theirs.
const { POLLEN_BATCH_CACHE, XDG_CACHE_HOME } = process.env;
const cache = POLLEN_BATCH_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'pollen-batch');
module.enableCompileCache?.(join(cache, 'compiled'));

const sources = fileURLToPath(new URL('../src', import.meta.url));
const compiled = new URL('../dist/program/cli.js', import.meta.url);
// In a clone a build may be older than what has been changed since.
if (!existsSync(sources) || newest(sources) <= newest(fileURLToPath(compiled))) {
  await import(compiled.href);
} else {
  const { register } = await import('tsx/esm/api');
  register();
  await import(new URL('../src/cli.ts', import.meta.url).href);
}

/** When a file, or anything in a folder, was changed last; 0 when it is not there. */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isDirectory()) return stat?.mtimeMs ?? 0;
  return readdirSync(path).reduce((time, name) => Math.max(time, newest(join(path, name))), stat.mtimeMs);
}
