import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Region, Size } from '../../../src/core/images/geometry.ts';
import { cropRgb, type RgbImage } from '../../../src/core/images/pixels.ts';
import { encodeImage } from '../../../src/engine/images/codec.ts';
import { decodeReduced } from '../../../src/engine/images/imageDecoder.ts';
import { PixelBudget } from '../../../src/engine/images/pixelBudget.ts';
import { bmpOf } from './bmpFile.ts';
import { discsOf, withOrientation } from './discs.ts';

const [WIDTH, HEIGHT] = [120, 80];
const limits = { maxMegapixels: 200, budget: new PixelBudget(Infinity) };

async function decoded(bytes: Uint8Array, part?: Region): Promise<RgbImage> {
  const asItIs = (full: Size): Size => full;
  const reduction = { sizeOf: asItIs, kernel: 'linear', partOf: () => part } as const;
  return (await decodeReduced(bytes, 'picture', reduction, limits)).proxy;
}

function greatestDifference(a: RgbImage, b: RgbImage): number {
  assert.deepEqual([a.width, a.height], [b.width, b.height]);
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i]!)), 0);
}

describe('a part of a picture', () => {
  it('is named as the picture is shown, whatever its EXIF orientation', async () => {
    const jpeg = await encodeImage(discsOf(3, WIDTH, HEIGHT), WIDTH, HEIGHT, { format: 'jpeg' });
    const part = { left: 17, top: 9, width: 40, height: 31 };
    for (let orientation = 1; orientation <= 8; orientation++) {
      const bytes = withOrientation(jpeg, orientation);
      const whole = await decoded(bytes);
      const isTurned = orientation > 4;
      assert.deepEqual([whole.width, whole.height], isTurned ? [HEIGHT, WIDTH] : [WIDTH, HEIGHT]);
      const difference = greatestDifference(await decoded(bytes, part), cropRgb(whole, part));
      assert.equal(difference, 0, `orientation ${orientation}`);
    }
  });

  it('is cut out of a bitmap too', async () => {
    const bytes = bmpOf(discsOf(4, WIDTH, HEIGHT), WIDTH, HEIGHT);
    const part = { left: 60, top: 2, width: 50, height: 70 };
    assert.equal(greatestDifference(await decoded(bytes, part), cropRgb(await decoded(bytes), part)), 0);
  });
});
