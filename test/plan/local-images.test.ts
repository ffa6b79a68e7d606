import { describe, expect, it } from 'vitest';

import { sha256 } from '../../src/plan/digest.ts';
import { gif, jpeg, png, svg, webp } from '../pollinations/pictures.ts';
import { filesOf, itemOf, planCall, planner, planSteps, problemOf, textStep } from '../support/planning.ts';

const lamp = png(8, 8);
const chair = jpeg(8, 8);
const files = filesOf({ 'lamp.png': lamp, 'chair.jpg': chair, 'copy.png': lamp });
const see = (...images: readonly string[]) => itemOf(textStep('What is it?', { images }));
const messagesOf = (body: string | undefined): unknown =>
  (JSON.parse(body ?? '{}') as { messages?: unknown }).messages;

describe('pictures of a text call', () => {
  it('stand behind the words of the last user message, files by their sha256', async () => {
    const call = await planCall(see('https://example.org/a.png', 'lamp.png', 'chair.jpg'), { files });
    expect(messagesOf(call.request.body)).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url: 'https://example.org/a.png' } },
          { type: 'image_url', image_url: { url: `attachment:${sha256(lamp)}` } },
          { type: 'image_url', image_url: { url: `attachment:${sha256(chair)}` } },
        ],
      },
    ]);
    expect(call.attachments).toEqual([
      { sha256: sha256(lamp), contentType: 'image/png', bytes: lamp.length },
      { sha256: sha256(chair), contentType: 'image/jpeg', bytes: chair.length },
    ]);
  });

  it('are part of the digest by their bytes, and not by their names', async () => {
    const digestOf = async (path: string, content: Uint8Array): Promise<string> =>
      (await planCall(see(path), { files: filesOf({ [path]: content }) })).digest;
    expect(await digestOf('a.png', lamp)).toBe(await digestOf('b.png', lamp));
    expect(await digestOf('a.png', chair)).not.toBe(await digestOf('a.png', lamp));
  });

  it('have no bound in tokens', async () => {
    const step = textStep('What is it?', {
      images: ['lamp.png'],
      params: { model: 'openai', max_tokens: 9 },
    });
    expect((await planCall(itemOf(step), { files })).maximum).toBeNull();
  });

  it('are read once, and told with their paths', async () => {
    const opened: string[] = [];
    const { plan, inputs } = planner({ files: filesOf({ 'lamp.png': lamp, 'copy.png': lamp }, opened) });
    await Promise.all([plan(see('lamp.png')), plan(see('lamp.png', 'copy.png'))]);
    expect(opened.toSorted()).toEqual(['copy.png', 'lamp.png']);
    expect(inputs().map(({ path, sha256: digest }) => [path, digest])).toEqual([
      ['lamp.png', sha256(lamp)],
      ['copy.png', sha256(lamp)],
    ]);
  });

  it('wait as their sha256 in a step that is filled in later, beside the templates of others', async () => {
    const step = textStep('Compare', {
      id: 'two',
      images: ['lamp.png', '{{ steps.one.image }}'],
      needs: ['one'],
      scope: {},
    });
    const { steps } = await planSteps(itemOf([textStep('A lamp', { id: 'one' }), step]), { files });
    expect(steps[1]).toMatchObject({
      deferred: { images: [`attachment:${sha256(lamp)}`, '{{ steps.one.image }}'] },
    });
  });

  it.each([
    ['PNG', png(3, 3), 'image/png'],
    ['JPEG', jpeg(3, 3), 'image/jpeg'],
    ['WebP', webp(3, 3), 'image/webp'],
    ['GIF', gif(3, 3), 'image/gif'],
  ])('may be %s, whatever they are called', async (_name, bytes, contentType) => {
    const call = await planCall(see('x.bin'), { files: filesOf({ 'x.bin': bytes }) });
    expect(call.attachments).toMatchObject([{ contentType }]);
  });
});

describe('a picture that cannot be sent', () => {
  const big = Buffer.concat([lamp.subarray(0, 8), Buffer.alloc(10 * 1024 * 1024)]);
  const nine = (n: number): Buffer =>
    Buffer.concat([lamp, Buffer.alloc(9 * 1024 * 1024), Buffer.from([n]), lamp.subarray(-12)]);

  it.each([
    ['gone.png', {}, 'image-unreadable: the picture `gone.png` cannot be used: there is no file gone.png'],
    [
      'a.svg',
      { 'a.svg': svg(3, 3) },
      'image-invalid: the picture `a.svg` cannot be used: it is no PNG, JPEG',
    ],
    ['a.png', { 'a.png': 'text' }, 'image-invalid: the picture `a.png` cannot be used: it is no PNG, JPEG'],
    ['a.png', { 'a.png': '' }, 'image-invalid'],
    [
      'a.png',
      { 'a.png': lamp.subarray(0, -4) },
      'image-invalid: the picture `a.png` cannot be used: it is cut off',
    ],
    [
      'a.png',
      { 'a.png': big },
      'image-too-large: the picture `a.png` cannot be used: it has more than 10 MiB',
    ],
    [
      'http://example.org/a.png',
      {},
      "url-invalid: an image is an https: URL or a file below the job's folder",
    ],
    ['data:image/png;base64,AA', {}, 'url-invalid'],
    ['file:///etc/passwd', {}, 'url-invalid'],
  ])('%s', async (path, contents, problem) => {
    expect(await problemOf(see(path), { files: filesOf(contents) })).toContain(`job.yaml:7:5: ${problem}`);
  });

  it('is one too many where they have more than 20 MiB together', async () => {
    const contents = { 'a.png': nine(1), 'b.png': nine(2), 'c.png': nine(3) };
    const many = { files: filesOf(contents) };
    expect((await planCall(see('a.png', 'b.png'), many)).attachments).toHaveLength(2);
    expect(await problemOf(see('a.png', 'b.png', 'c.png'), many)).toContain(
      'image-too-large: the pictures of the call have 27 MiB together; 20 can be sent',
    );
  });

  it('stands in a message by an address that is neither https: nor data:', async () => {
    const chat = (url: string) =>
      itemOf(
        textStep('', { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }] }),
      );
    for (const url of [`attachment:${sha256(lamp)}`, 'http://example.org/a.png', 'lamp.png']) {
      expect(await problemOf(chat(url), { files })).toContain(
        'url-invalid: an image_url is an https: or data: URL',
      );
    }
    for (const url of ['https://example.org/a.png', 'data:image/png;base64,iVBORw0KGgo=']) {
      expect((await planCall(chat(url), { files })).attachments).toBeUndefined();
    }
  });
});
