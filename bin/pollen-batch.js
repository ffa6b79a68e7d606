#!/usr/bin/env node
// Starts the compiled program where there is one (an installed package), else the sources through tsx (a clone).
import { existsSync } from 'node:fs';

// The supported Node versions are this product's own matter, and checked by its setup.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const compiled = new URL('../dist/cli.js', import.meta.url);
if (existsSync(compiled)) {
  await import(compiled.href);
} else {
  const { register } = await import('tsx/esm/api');
  register();
  await import(new URL('../src/cli.ts', import.meta.url).href);
}
