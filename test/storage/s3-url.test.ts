import { expect, it } from 'vitest';

import { parseS3Folder } from '../../src/storage/s3-url.ts';

it.each([
  ['s3://archive', { bucket: 'archive', prefix: '' }],
  ['s3://archive/', { bucket: 'archive', prefix: '' }],
  ['s3://my.archive-1/2026/11', { bucket: 'my.archive-1', prefix: '2026/11' }],
  ['s3://archive/2026//', { bucket: 'archive', prefix: '2026' }],
])('reads %s', (text, folder) => {
  expect(parseS3Folder(text)).toEqual(folder);
});

it.each([
  '',
  'archive/2026',
  'https://archive/2026',
  's3://',
  's3://A/x',
  's3://ab',
  's3://archive/../x',
  's3://archive/a//b',
  's3://archive/a b',
  's3://archive/emulated/x',
  's3://archive/x?y',
])('takes no %j', (text) => {
  expect(parseS3Folder(text)).toBeUndefined();
});
