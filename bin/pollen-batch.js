#!/usr/bin/env node
// Starts the compiled program (an installed package, or a clone that has just been built), else the sources through tsx.
import { existsSync, readdirSync, statSync } from 'node:fs';

// The supported Node versions are this product's own matter, and checked by its setup.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const sources = new URL('../src/', import.meta.url);
const compiled = new URL('../dist/cli.js', import.meta.url);
if (isCurrent()) {
  await import(compiled.href);
} else {
  const { register } = await import('tsx/esm/api');
  register();
  await import(new URL('cli.ts', sources).href);
}

// In a clone a build may be older than what has been changed since.
function isCurrent() {
  if (!existsSync(sources)) return true;
  const built = statSync(compiled, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return readdirSync(sources, { recursive: true }).every(
    (name) => statSync(new URL(name, sources)).mtimeMs <= built,
  );
}
