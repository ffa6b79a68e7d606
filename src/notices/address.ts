import ipaddr from 'ipaddr.js';

/** All of IPv6 that is given out to be reached from everywhere. */
const globalSix = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether an IP address is one of the public internet: not of this machine, a private network, or a special purpose. */
export function isPublicAddress(address: string): boolean {
  // One without a name of its own, as of an IPv6 zone, is none.
  if (!ipaddr.isValid(address)) return false;
  // An IPv4 address may come as an IPv6 one.
  const read = ipaddr.process(address);
  if (read.range() !== 'unicast') return false;
  return read.kind() === 'ipv4' || (read as ipaddr.IPv6).match(globalSix);
}
