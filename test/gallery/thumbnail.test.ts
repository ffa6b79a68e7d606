import { expect, it } from 'vitest';

import { sharp } from '../../src/gallery/sharp.ts';
import { createThumbnails } from '../../src/gallery/thumbnail.ts';

const thumbnail = createThumbnails();

const noise = (width: number, height: number) =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#853',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  });

it.each(['png', 'jpeg', 'webp', 'gif'] as const)('is a small WebP of a %s', async (format) => {
  const made = await thumbnail(await noise(240, 180).toFormat(format).toBuffer());
  const image = Buffer.from(made ?? '', 'base64');
  expect(await sharp(image).metadata()).toMatchObject({ format: 'webp', width: 160, height: 120 });
  // Noise is the most that an image can be.
  expect(image.byteLength).toBeLessThan(12 * 1024);
});

it('is not larger than the image', async () => {
  const made = await thumbnail(await noise(20, 10).png().toBuffer());
  expect(await sharp(Buffer.from(made ?? '', 'base64')).metadata()).toMatchObject({ width: 20, height: 10 });
});

it.each([
  ['nothing', Buffer.alloc(0)],
  ['no image', Buffer.from('<html>rate limited</html>')],
  ['the head of one', Buffer.from('89504e470d0a1a0a0000000d49484452ffffffffffffffff0806000000', 'hex')],
])('is none of %s', async (_what, bytes) => {
  expect(await thumbnail(bytes)).toBeUndefined();
});

it('is none of an image that would unpack to more than the memory of a worker', async () => {
  const bomb = await sharp({ create: { width: 9_000, height: 9_000, channels: 3, background: '#fff' } })
    .png()
    .toBuffer();
  expect(bomb.byteLength).toBeLessThan(1_000_000);
  expect(await thumbnail(bomb)).toBeUndefined();
});
