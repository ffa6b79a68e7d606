import { apiKinds } from './api.ts';
import type { Kind } from './kind.ts';
import { linkKinds, storeKinds } from './links.ts';
import { machineKinds } from './machine.ts';
import { processKinds } from './processes.ts';

/** Every kind of fault. */
export const kinds: readonly Kind[] = [
  ...processKinds,
  ...linkKinds,
  ...storeKinds,
  ...apiKinds,
  ...machineKinds,
];
