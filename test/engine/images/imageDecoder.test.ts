import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { ErrorCode, LikenessError } from '../../../src/core/errors.ts';
import { decodeProxy, encoderPixels, thumbnailOf } from '../../../src/engine/images/imageDecoder.ts';
import { PixelBudget } from '../../../src/engine/images/pixelBudget.ts';
import { encoderInput } from '../../cards.ts';
import { shared, unlessShared } from '../../shared.ts';
import { bmpOf } from './bmpFile.ts';

const input = encoderInput({ size: [64, 64], resize: 'shortest-edge' });
const options = { input, maxMegapixels: 50, budget: new PixelBudget(64e6) };

const decodeFile = (path: string) => decodeProxy(readFileSync(path), basename(path), options);

async function codeOf(bytes: Uint8Array, path: string): Promise<{ code: ErrorCode; message: string }> {
  const error: unknown = await decodeProxy(bytes, path, options).then(
    () => undefined,
    (failure: unknown) => failure,
  );
  assert.ok(error instanceof LikenessError, `${path} was decoded`);
  return { code: error.code, message: error.message };
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

/** A 40 × 30 picture with a red left half and a green-to-blue right half. */
function picture() {
  const data = new Uint8Array(40 * 30 * 3);
  for (let y = 0; y < 30; y++) {
    for (let x = 0; x < 40; x++) data.set(x < 20 ? [220, 30, 20] : [10, 200 - 5 * y, 60 + 5 * y], (y * 40 + x) * 3);
  }
  return { data, source: sharp(data, { raw: { width: 40, height: 30, channels: 3 } }) };
}

describe('decodeProxy', () => {
  it('gives the pixels of every lossless format as they were written', async () => {
    const { data, source } = picture();
    const files = {
      png: await source.clone().png().toBuffer(),
      webp: await source.clone().webp({ lossless: true }).toBuffer(),
      tiff: await source.clone().tiff({ compression: 'lzw' }).toBuffer(),
      bmp: bmpOf(data, 40, 30),
    };
    for (const [format, bytes] of Object.entries(files)) {
      const image = await decodeProxy(bytes, `a.${format}`, options);
      assert.deepEqual([image.format, image.width, image.height], [format, 40, 30]);
      assert.equal(meanDifference(image.proxy.data, data), 0, format);
    }
  });

  it('reads 16-bit, grey, transparent and CMYK pictures as a viewer shows them', async () => {
    const { data, source } = picture();
    const sixteen = await source.clone().toColourspace('rgb16').png().toBuffer();
    assert.ok(meanDifference((await decodeProxy(sixteen, '16.png', options)).proxy.data, data) <= 1);

    const grey = await decodeProxy(await source.clone().greyscale().png().toBuffer(), 'grey.png', options);
    assert.ok(grey.proxy.data.every((value, i) => value === grey.proxy.data[i - (i % 3)]));

    const clear = await sharp({
      create: { width: 9, height: 9, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    assert.ok((await decodeProxy(clear, 'clear.png', options)).proxy.data.every((value) => value === 255));

    const cmyk = await source
      .clone()
      .toColourspace('cmyk')
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const back = (await decodeProxy(cmyk, 'cmyk.jpg', options)).proxy.data;
    assert.ok(back[0]! > 150 && back[1]! < 90, `red stays red: ${back.subarray(0, 3).join(' ')}`);
  });

  it('takes the first frame of an animation', async () => {
    const frames = Buffer.concat([Buffer.alloc(30 * 30 * 3, 250), Buffer.alloc(30 * 30 * 3, 5)]);
    const raw = { width: 30, height: 60, channels: 3, pageHeight: 30 } as const;
    for (const format of ['gif', 'webp'] as const) {
      const bytes = await sharp(frames, { raw }).toFormat(format).toBuffer();
      const image = await decodeProxy(bytes, `a.${format}`, options);
      assert.deepEqual([image.width, image.height], [30, 30], format);
      assert.ok(
        image.proxy.data.every((value) => value > 240),
        format,
      );
    }
  });

  it('undoes every EXIF orientation', { skip: unlessShared('data/odd/exif-orientation') }, async () => {
    for (const scene of ['Landscape', 'Portrait']) {
      const upright = await decodeFile(shared(`data/odd/exif-orientation/${scene}_1.jpg`));
      const expected = await encoderPixels(upright.proxy, input);
      for (let orientation = 2; orientation <= 8; orientation++) {
        const image = await decodeFile(shared(`data/odd/exif-orientation/${scene}_${orientation}.jpg`));
        assert.deepEqual([image.width, image.height], [upright.width, upright.height]);
        const difference = meanDifference(await encoderPixels(image.proxy, input), expected);
        assert.ok(difference < 8, `${scene} ${orientation} differs by ${difference}`);
      }
    }
  });

  it('says what is wrong with a file that is no picture', async () => {
    const { source } = picture();
    const noisy = sharp(Buffer.from(Array.from({ length: 120 * 90 * 3 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 24)), {
      raw: { width: 120, height: 90, channels: 3 },
    });
    const jpeg = await noisy.clone().jpeg().toBuffer();
    const png = await noisy.clone().png().toBuffer();
    const damaged = Buffer.from(png);
    damaged.fill(0xaa, 60, png.length - 200);
    assert.equal((await codeOf(new Uint8Array(0), 'empty.jpg')).code, ErrorCode.EmptyFile);
    assert.equal((await codeOf(Buffer.from('hello there'), 'text.jpg')).code, ErrorCode.UnsupportedFormat);
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0f'.repeat(32)}\nsize 123456\n`;
    const { code, message } = await codeOf(Buffer.from(pointer), 'kept elsewhere.jpg');
    assert.deepEqual([code, /Git LFS pointer.*git lfs pull/.test(message)], [ErrorCode.GitLfsPointer, true]);
    assert.equal((await codeOf(jpeg.subarray(0, jpeg.length / 2), 'half.jpg')).code, ErrorCode.TruncatedImage);
    assert.equal((await codeOf(png.subarray(0, png.length / 2), 'half.png')).code, ErrorCode.TruncatedImage);
    assert.equal((await codeOf(damaged, 'damaged.png')).code, ErrorCode.CorruptImage);
    assert.equal(
      (await codeOf(bmpOf(picture().data, 40, 30).subarray(0, 20), 'cut.bmp')).code,
      ErrorCode.TruncatedImage,
    );
    const renamed = await decodeProxy(await source.clone().png().toBuffer(), 'really-a-png.jpg', options);
    assert.equal(renamed.format, 'png', 'the extension may lie');
  });

  it('refuses what is too large by its header alone', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"></svg>');
    const bomb = bmpOf(new Uint8Array(3), 1, 1);
    Buffer.from(bomb.buffer).writeInt32LE(2_000_000, 18);
    Buffer.from(bomb.buffer).writeInt32LE(-2_000_000, 22);
    for (const [name, bytes] of Object.entries({ 'huge.svg': svg, 'huge.bmp': bomb })) {
      const { code, message } = await codeOf(bytes, name);
      assert.equal(code, ErrorCode.ImageTooLarge);
      assert.match(message, /50 megapixels/);
    }
  });

  it('decodes or explains every file of the odd collection', { skip: unlessShared('data/odd') }, async () => {
    const files = readdirSync(shared('data/odd'), { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    let decoded = 0;
    for (const file of files) {
      try {
        const { proxy } = await decodeFile(join(file.parentPath, file.name));
        assert.equal((await encoderPixels(proxy, input)).length, 64 * 64 * 3);
        assert.ok((await thumbnailOf(proxy)).length > 20);
        decoded++;
      } catch (error) {
        assert.ok(error instanceof LikenessError, `${file.name}: ${String(error)}`);
        assert.ok(error.message.includes(file.name), error.message);
      }
    }
    assert.ok(decoded > 200, `${decoded} of ${files.length}`);
  });
});

describe('encoderPixels', () => {
  it('gives one channel of luma to a greyscale encoder', async () => {
    const { source } = picture();
    const { proxy } = await decodeProxy(await source.clone().png().toBuffer(), 'a.png', options);
    const pixels = await encoderPixels(proxy, { ...input, resize: 'squash', size: [30, 40], mean: [0], std: [1] });
    assert.equal(pixels.length, 30 * 40);
    assert.equal(pixels[0], Math.round(0.299 * 220 + 0.587 * 30 + 0.114 * 20));
  });
});
