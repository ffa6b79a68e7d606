import { isIP } from 'node:net';

import * as z from 'zod';

const rule = 'must be a port, or an address and a port, such as 9464 or 0.0.0.0:9464';

/** Where to listen: a port of this machine alone, or an IP address and a port; read as `address:port`. */
export const listen = z.string().transform((text, context) => {
  const [, host, port] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  const address = host === undefined || host === 'localhost' ? '127.0.0.1' : host;
  const isPort = Number(port) >= 1 && Number(port) <= 65_535;
  if (
    isPort &&
    isIP(address.replace(/^\[(.*)\]$/, '$1')) !== 0 &&
    address.includes(':') === address.startsWith('[')
  )
    return `${address}:${Number(port)}`;
  context.addIssue({ code: 'custom', message: rule });
  return z.NEVER;
});

/** The same in the configuration file, where a port alone is a number. */
export const listenInFile = z.union([listen, z.int().min(1).max(65_535)], { error: rule });
