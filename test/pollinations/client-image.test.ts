import { describe, expect, it } from 'vitest';
import { answerOf, attemptImage, faultOf } from './attempts.ts';
import { gif, jpeg, mp4, png, saysItIs, svg, webp } from './pictures.ts';
import { reply, startServer } from './server.ts';

const asJpeg = { 'content-type': 'image/jpeg' };

describe('an image attempt', () => {
  it('answers with the bytes, their size and the usage of the headers', async () => {
    const picture = jpeg(768, 512);
    await using server = await startServer(
      reply(200, picture, {
        ...asJpeg,
        'x-usage-completion-image-tokens': '1',
        'x-model-used': 'flux.1-schnell',
        'x-cache': 'MISS',
      }),
    );
    const answer = answerOf(await attemptImage(server.url, { params: { width: 1024, height: 1024 } }));
    expect(Buffer.compare(answer.body, picture)).toBe(0);
    expect(answer).toMatchObject({
      contentType: 'image/jpeg',
      extension: 'jpg',
      width: 768,
      height: 512,
      usage: { completionImageTokens: 1 },
      modelUsed: 'flux.1-schnell',
    });
    expect(answer).not.toHaveProperty('doubt');
  });

  it.each([
    ['png', png(64, 32), 'image/png'],
    ['webp', webp(64, 32), 'image/webp'],
    ['gif', gif(64, 32), 'image/gif'],
  ])('tells %s by its bytes, whatever the header says', async (extension, picture, contentType) => {
    await using server = await startServer(reply(200, picture, asJpeg));
    const answer = answerOf(await attemptImage(server.url));
    expect(answer).toMatchObject({ extension, contentType, width: 64, height: 32 });
  });

  it('takes a drawing where its author expects one', async () => {
    await using server = await startServer(reply(200, svg(64, 32), asJpeg));
    const answer = answerOf(await attemptImage(server.url, { expect: { type: 'svg' } }));
    expect(answer).toMatchObject({ extension: 'svg', contentType: 'image/svg+xml', width: 64 });
  });

  it('keeps a video, which some models make on this route', async () => {
    await using server = await startServer(reply(200, mp4(), { 'content-type': 'video/mp4' }));
    const answer = answerOf(await attemptImage(server.url));
    expect(answer).toMatchObject({ extension: 'mp4', contentType: 'video/mp4' });
  });

  it('understands the image header of the first days', async () => {
    await using server = await startServer(
      reply(200, jpeg(64, 64), { ...asJpeg, 'x-completion-image-tokens': '1' }),
    );
    expect(answerOf(await attemptImage(server.url)).usage).toEqual({ completionImageTokens: 1 });
  });

  it('doubts a cached picture that says it was made with another seed', async () => {
    const picture = jpeg(64, 64, '{"prompt":"a lamp","seed":8}');
    await using server = await startServer(reply(200, picture, { ...asJpeg, 'x-cache': 'HIT' }));
    expect(answerOf(await attemptImage(server.url, { expect: { seed: 7 } })).doubt).toContain(
      'seed 8, not 7',
    );
    expect(answerOf(await attemptImage(server.url, { expect: { seed: 8 } }))).not.toHaveProperty('doubt');
  });

  it('doubts a picture that was neither metered nor cached', async () => {
    await using server = await startServer(reply(200, jpeg(64, 64), asJpeg));
    expect(answerOf(await attemptImage(server.url)).doubt).toContain('without usage');
  });
});

describe('a 200 that is no image', () => {
  const usage = { completionImageTokens: 1 };
  const headers = { ...asJpeg, 'x-usage-completion-image-tokens': '1' };

  it.each([
    ['jpeg', jpeg(64, 64)],
    ['png', png(64, 64)],
    ['webp', webp(64, 64)],
    ['gif', gif(64, 64)],
    ['svg', svg(64, 64)],
    ['mp4', mp4()],
  ])('is lost when the %s was cut off and the connection closed as if it were whole', async (_, picture) => {
    await using server = await startServer((_request, response) => {
      response.writeHead(200, { ...headers, connection: 'close' });
      response.useChunkedEncodingByDefault = false;
      response.write(picture.subarray(0, -9));
      response.end();
    });
    expect(faultOf(await attemptImage(server.url))).toMatchObject({ code: 'truncated', lost: true });
  });

  it.each([
    ['one pixel', png(1, 1), {}],
    ['a tracking pixel in one direction', png(64, 1), { width: 64, height: 64 }],
    ['a picture that would fill the memory', saysItIs(png(1, 1), 0xffffffff, 1), { width: 1, height: 1 }],
    ['a picture whose pixels would fill it', saysItIs(png(64, 64), 30_000, 30_000), {}],
    [
      'a head and an end around nothing',
      Buffer.concat([png(64, 64).subarray(0, 33), png(64, 64).subarray(-12)]),
      {},
    ],
    ['a drawing, which may hold a program', svg(64, 64), {}],
  ])('fails with its usage when it is %s', async (_, picture, params) => {
    await using server = await startServer(reply(200, picture, headers));
    expect(faultOf(await attemptImage(server.url, { params }))).toMatchObject({
      code: 'bad-result',
      lost: false,
      usage,
    });
  });

  it('takes a tiny picture where one was asked for', async () => {
    await using server = await startServer(reply(200, png(8, 8), headers));
    expect(answerOf(await attemptImage(server.url, { params: { width: 8, height: 8 } })).width).toBe(8);
  });

  it.each([
    [{ width: 64, height: 32 }, undefined],
    [{ width: 64, type: 'png' }, undefined],
    [{ width: 32 }, 'the image is 64x32 pixels, and a width of 32 is expected'],
    [{ height: 64, width: 64 }, 'the image is 64x32 pixels, and 64x64 is expected'],
    [{ type: 'jpeg' }, 'the image is image/png, and jpeg is expected'],
  ])('is held against what its author expects: %j', async (wanted, problem) => {
    await using server = await startServer(reply(200, png(64, 32), headers));
    const outcome = await attemptImage(server.url, { expect: wanted });
    if (problem === undefined) expect(answerOf(outcome).width).toBe(64);
    else expect(faultOf(outcome)).toMatchObject({ code: 'bad-result', message: problem, usage });
  });

  it.each([
    ['a JSON error', '{"error":"Queue broke"}', 'application/json', 'server-error'],
    ['a balance error', '{"error":{"message":"Insufficient balance"}}', 'application/json', 'no-credit'],
    ['a page', '<html>Sign in</html>', 'text/html', 'not-the-api'],
    ['JSON', '[]', 'application/json', 'not-the-api'],
    ['noise', 'BLOB', 'image/jpeg', 'bad-result'],
    ['nothing', '', 'image/jpeg', 'truncated'],
  ])('is told apart when it is %s', async (_, body, type, code) => {
    await using server = await startServer(reply(200, body, { 'content-type': type }));
    expect(faultOf(await attemptImage(server.url))).toMatchObject({ code, status: 200 });
  });
});
