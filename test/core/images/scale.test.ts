import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cropRgb } from '../../../src/core/images/pixels.ts';
import { scaleRgb, scalingProducts } from '../../../src/core/images/scale.ts';
import { resized, type FilterName, type Picture } from '../../engine/images/publishedPixels.ts';

/** Waves in each channel, with a corner of plain white. */
function waves(width: number, height: number): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      const isCorner = x < width / 4 && y < height / 4;
      data[i] = isCorner ? 255 : 128 + 127 * Math.sin(x / 5 + y / 9);
      data[i + 1] = isCorner ? 255 : 128 + 127 * Math.sin(x / 3);
      data[i + 2] = isCorner ? 255 : 128 + 127 * Math.cos(y / 2);
    }
  }
  return { data, width, height };
}

/** From, to. The order goes from large to small and back, as buffers are kept between pictures. */
const sizes = [
  [192, 144, 64, 64],
  [40, 30, 7, 30],
  [301, 97, 64, 12],
  [65, 64, 64, 64],
  [9, 200, 9, 1],
  [1, 5, 1, 2],
  [256, 192, 96, 72],
  [20, 31, 47, 47],
  [100, 12, 30, 40],
] as const;

const all = (width: number, height: number) => ({ left: 0, top: 0, width, height });

describe('a scaled picture', () => {
  for (const interpolation of ['bilinear', 'bicubic', 'lanczos'] as const satisfies readonly FilterName[]) {
    it(`is the published rule's, ${interpolation}`, () => {
      for (const [fromWidth, fromHeight, width, height] of sizes) {
        const picture = waves(fromWidth, fromHeight);
        const expected = resized(picture, width, height, interpolation);
        const found = scaleRgb(picture, { target: { width, height }, crop: all(width, height), interpolation });
        const name = `${fromWidth} × ${fromHeight} to ${width} × ${height}`;
        assert.deepEqual([found.width, found.height, found.data.length], [width, height, width * height * 3], name);
        const others = found.data.filter((value, i) => value !== expected.data[i]);
        // Sums that end on a half round either way.
        assert.ok(others.length <= 0.01 * found.data.length, `${name}: ${others.length} levels are others`);
        assert.ok(found.data.every((value, i) => Math.abs(value - expected.data[i]!) <= 1));
      }
    });
  }

  it('is the same where only a part of it is wanted', () => {
    const picture = waves(50, 40);
    const target = { width: 31, height: 60 };
    const whole = scaleRgb(picture, { target, crop: all(31, 60), interpolation: 'bicubic' });
    const crop = { left: 7, top: 21, width: 11, height: 20 };
    const part = scaleRgb(picture, { target, crop, interpolation: 'bicubic' });
    assert.deepEqual(part, cropRgb(whole, crop));
  });

  it('takes single pixels with no filter', () => {
    const picture = waves(30, 20);
    const target = { width: 10, height: 5 };
    const { data } = scaleRgb(picture, { target, crop: all(10, 5), interpolation: 'nearest' });
    const middle = (x: number, y: number) => [...picture.data.subarray((y * 30 + x) * 3, (y * 30 + x) * 3 + 3)];
    assert.deepEqual([...data.subarray(0, 3)], middle(1, 2));
    assert.deepEqual([...data.subarray(-3)], middle(28, 18));
  });

  it('costs as many products as its two passes have', () => {
    const from = { width: 20, height: 10 };
    const halved = { target: { width: 10, height: 5 }, crop: all(10, 5) };
    // A pixel is made of four pixels of its row, of all ten rows, and then of four of its column.
    assert.equal(scalingProducts(from, { ...halved, interpolation: 'bilinear' }), 3 * (10 * 10 * 4 + 10 * 5 * 4));
    const doubled = { target: { width: 40, height: 20 }, crop: { left: 10, top: 5, width: 20, height: 10 } };
    assert.equal(scalingProducts(from, { ...doubled, interpolation: 'bicubic' }), 3 * (20 * 5 * 4 + 20 * 10 * 4));
  });
});
