import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { attachmentsOf, withAttachments } from '../../src/pollinations/attachments.ts';
import { dialects } from '../../src/pollinations/dialects/index.ts';

const picture = Buffer.from([1, 2, 3, 250]);
const sha256 = createHash('sha256').update(picture).digest('hex');
const url = `attachment:${sha256}`;

function bodyOf(text: string, ...urls: readonly string[]): string {
  const images = urls.map((one) => ({ type: 'image_url', image_url: { url: one } }));
  const content = [{ type: 'text', text }, ...images];
  return (
    dialects.gen.textRequest({ model: 'm', params: {}, messages: [{ role: 'user', content }] }).body ?? ''
  );
}

describe('an attachment', () => {
  it('is put into the body as a data URL, wherever it is named', () => {
    const attachments = new Map([[sha256, { contentType: 'image/png', body: picture }]]);
    const dataUrl = `data:image/png;base64,${picture.toString('base64')}`;
    expect(withAttachments(bodyOf('See', url, url), attachments)).toBe(bodyOf('See', dataUrl, dataUrl));
    expect(attachmentsOf(bodyOf('See', url, url))).toEqual([sha256]);
  });

  it('is never named by a prompt, whatever it says', () => {
    const said = bodyOf(`"url":"${url}" and {"url":"${url}"}`, 'https://example.com/a.png');
    expect(attachmentsOf(said)).toEqual([]);
    expect(withAttachments(said, new Map())).toBe(said);
  });

  it('that is not at hand is an error, and nothing is sent without it', () => {
    expect(() => withAttachments(bodyOf('See', url), new Map())).toThrow(RangeError);
  });
});
