import { toxics, type Toxic } from '../links/toxic.ts';
import { linkNames, type LinkName } from '../world/world.ts';
import type { Kind } from './kind.ts';
import { untilStruck } from './until-struck.ts';

/** Every toxic on every link. */
export const linkKinds: readonly Kind[] = linkNames.flatMap((link) =>
  Object.entries(toxics).map(([name, toxic]): Kind => onLink(`${link}-${name}`, link, [3, 7], toxic)),
);

const s3Error = (status: number, code: string): Toxic => ({
  kind: 'answer',
  status,
  type: 'application/xml',
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
});

/** What a store answers that is there and takes nothing. */
export const storeKinds: readonly Kind[] = [
  onLink('store-forbidden', 'store', [3, 7], s3Error(403, 'AccessDenied')),
  onLink('store-slow-down', 'store', [3, 7], s3Error(503, 'SlowDown')),
  onLink('store-error', 'store', [3, 7], s3Error(500, 'InternalError')),
  onLink('store-full', 'store', [3, 7], s3Error(507, 'XMinioStorageFull')),
];

function onLink(name: string, link: LinkName, seconds: Kind['seconds'], toxic: Toxic): Kind {
  return {
    name,
    target: `link-${link}`,
    seconds,
    async strike({ world, lastsMs }) {
      const proxy = world.links[link];
      const before = proxy.struck();
      proxy.set(toxic);
      const count = await untilStruck(lastsMs, () => proxy.struck() - before);
      proxy.set(undefined);
      return { count, of: 'pieces and connections' };
    },
  };
}
