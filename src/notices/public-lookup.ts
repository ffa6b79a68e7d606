import { lookup as lookUpName, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

import { isPublicAddress } from './address.ts';

/** A host that resolves to an address of a private network. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';
}

/**
 * Resolves names for connections as Node does, and refuses those with an address that is not public. What is checked is what
 * is connected to, so a name that is another host a moment later gains nothing.
 *
 * @param lookUp - resolves a name. @default the system's way
 */
export function createPublicLookup(lookUp: LookUpAll = lookUpName): LookupFunction {
  return (hostname, options, callback) => {
    lookUp(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = error === null ? addresses : [];
      if (error !== null) callback(error, []);
      // No address now may be one in a moment.
      else if (first === undefined)
        callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), []);
      else if (!addresses.every(({ address }) => isPublicAddress(address)))
        callback(new PrivateAddressError(hostname), []);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/** As `dns.lookup` with `all`. */
export type LookUpAll = (
  hostname: string,
  options: Omit<Parameters<LookupFunction>[1], 'all'> & { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;
