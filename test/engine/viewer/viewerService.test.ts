import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import sharp from 'sharp';
import { ErrorCode } from '../../../src/core/errors.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { decodeRgb, encodeImage } from '../../../src/engine/images/codec.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { discsOf, withOrientation } from '../images/discs.ts';
import { picture, write } from '../indexing/dataset.ts';
import { job } from '../training/job.ts';

function engineAndRoot(context: TestContext) {
  const engine = new Engine({ ...engineOptions('cpu'), cacheFolder: temporaryFolder(context) });
  context.after(() => engine.dispose());
  return { engine, root: temporaryFolder(context) };
}

describe('what an image viewer shows of an image', () => {
  it('is its class, split and tags, whether it is indexed, and how many have their regions', async (context) => {
    const { engine, root } = engineAndRoot(context);
    for (let i = 0; i < 3; i++) write(root, `train/cat/${i}.png`, await picture([i * 60, 90, 90], i));
    await engine.indexFolder({ folder: root, encoder: 'pixels', regions: true }, job());
    const path = 'train/cat/0.png';
    await engine.decisions.decide({ root, paths: [path], decision: { action: 'tag', value: 'night' } });
    const known = await engine.viewer.image({ file: join(root, path) });
    assert.deepEqual([known.root, known.path, known.indexed], [root, path, true]);
    assert.deepEqual([known.label, known.split, known.tags], ['cat', 'train', ['night']]);
    assert.equal(known.encoder?.id, 'pixels');
    assert.deepEqual(known.regions, { images: 3, of: 3 });
    write(root, 'train/dog/new.png', await picture([200, 200, 10], 9));
    const unknown = await engine.viewer.image({ file: join(root, 'train/dog/new.png') });
    assert.deepEqual([unknown.indexed, unknown.root, unknown.label], [false, root, 'dog']);
  });

  it('is nothing but its name where its folder is not indexed', async (context) => {
    const { engine, root } = engineAndRoot(context);
    write(root, 'a.png', await picture([1, 2, 3], 1));
    const file = join(root, 'a.png');
    const { root: none, path, indexed } = await engine.viewer.image({ file });
    assert.deepEqual([none, path, indexed], [undefined, file, false]);
  });
});

describe('the picture that a page gets', () => {
  it('is the file itself where a page shows that, with its size after the EXIF orientation', async (context) => {
    const { engine, root } = engineAndRoot(context);
    const jpeg = withOrientation(await encodeImage(discsOf(1, 60, 40), 60, 40, { format: 'jpeg' }), 6);
    write(root, 'turned.jpg', jpeg);
    const shown = await engine.viewer.picture({ file: join(root, 'turned.jpg'), decode: false });
    assert.deepEqual([shown.type, shown.format, shown.width, shown.height], ['image/jpeg', 'jpeg', 40, 60]);
    assert.deepEqual(Buffer.from(shown.bytes), Buffer.from(jpeg));
    assert.deepEqual([shown.fileBytes, shown.reduced], [jpeg.length, false]);
  });

  it('is a copy without loss where it isn’t, or where the page asks for one', async (context) => {
    const { engine, root } = engineAndRoot(context);
    const pixels = discsOf(2, 60, 40);
    const raw = { raw: { width: 60, height: 40, channels: 3 } } as const;
    write(root, 'a.tiff', await sharp(pixels, raw).tiff({ compression: 'lzw' }).toBuffer());
    write(root, 'a.png', await encodeImage(pixels, 60, 40, { format: 'png' }));
    for (const [name, decode] of [
      ['a.tiff', false],
      ['a.png', true],
    ] as const) {
      const shown = await engine.viewer.picture({ file: join(root, name), decode });
      assert.deepEqual([shown.type, shown.width, shown.height, shown.reduced], ['image/png', 60, 40, false]);
      const { data } = await decodeRgb(shown.bytes, { width: 60, height: 40 }, 'nearest', 1e9);
      assert.deepEqual(Buffer.from(data), Buffer.from(pixels), name);
    }
  });

  it('is refused for what is no picture, too large or gone', async (context) => {
    const { engine, root } = engineAndRoot(context);
    write(root, 'text.png', 'no image');
    write(root, 'large.png', await encodeImage(new Uint8Array(3 * 2000 * 1000), 2000, 1000, { format: 'png' }));
    const shown = (name: string) => engine.viewer.picture({ file: join(root, name), decode: false, maxMegapixels: 1 });
    await assert.rejects(shown('text.png'), { code: ErrorCode.UnsupportedFormat });
    await assert.rejects(shown('large.png'), { code: ErrorCode.ImageTooLarge });
    await assert.rejects(shown('gone.png'), { code: ErrorCode.FileNotFound });
  });
});
