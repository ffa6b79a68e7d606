import { expect, it } from 'vitest';

import { isPicture, safeLink } from '../../../src/gallery/page/model/link.ts';

it.each([
  'items/0001-lamp.jpg',
  '../other-run/items/0001-lamp.jpg',
  './items/a:b.jpg',
  'items/a%20b.jpg?x=1:2',
  'items/löwe.jpg',
  '/token/items/1.jpg',
  '#item=1',
])('follows %s, which is relative to the page', (link) => {
  expect(safeLink(link, 'relative')).toBe(link);
});

it.each(['https://s3.example/a?X-Amz-Signature=1', 'http://localhost:9000/a', 'HTTPS://s3.example/a'])(
  'follows %s of a page with presigned links alone',
  (link) => {
    expect(safeLink(link, 'presigned')).toBe(link);
    expect(safeLink(link, 'relative')).toBeUndefined();
  },
);

it.each([
  '',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  'java\tscript:alert(1)',
  '\u0001javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'blob:https://x/1',
  'file:///etc/passwd',
  '//evil.example/x',
  String.raw`\\evil.example\x`,
  String.raw`/\evil.example/x`,
  'https:evil.example',
  'https:/evil.example',
  'a b.jpg',
])('does not follow %j', (link) => {
  expect(safeLink(link, 'relative')).toBeUndefined();
  expect(safeLink(link, 'presigned')).toBeUndefined();
});

it('shows types of pictures alone as pictures, and none with code in it', () => {
  expect(isPicture('image/png')).toBe(true);
  expect(isPicture('IMAGE/JPEG; q=1')).toBe(true);
  expect(isPicture('image/svg+xml')).toBe(false);
  expect(isPicture('text/html')).toBe(false);
  expect(isPicture(undefined)).toBe(false);
});
