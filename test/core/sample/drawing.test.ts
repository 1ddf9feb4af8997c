import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { RgbImage } from '../../../src/core/images/pixels.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { encodeSrgb, oklch } from '../../../src/core/sample/colour.ts';
import { blurred, mirrored, quarterTurned, reduced } from '../../../src/core/sample/edits.ts';
import { boxBlurred } from '../../../src/core/sample/filters.ts';
import { flat, Painter } from '../../../src/core/sample/painter.ts';
import { box, circle, polygon, type Point } from '../../../src/core/sample/shapes.ts';

const still = { panX: 0, panY: 0, zoom: 1, tilt: 0 };

function randomImage(width: number, height: number): RgbImage {
  const random = new RandomStream(1);
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random.integer(256)) };
}

suite('colours', () => {
  test('Oklab lightness 1 is white, and its published red is red', () => {
    for (const channel of oklch(1, 0, 0)) assert.ok(Math.abs(channel - 1) < 1e-3);
    const [red, green, blue] = oklch(0.62796, 0.25768, 29.234).map(encodeSrgb);
    assert.ok(Math.abs(red! - 1) < 2e-3 && green! < 0.02 && blue! < 0.02);
  });
});

suite('shapes', () => {
  test('a polygon measures the distance to its nearest edge, inside, outside and beyond its grid', () => {
    const random = new RandomStream(2);
    const star = Array.from({ length: 22 }, (_, index): Point => {
      const radius = index % 2 === 0 ? 1 : 0.45;
      return [radius * Math.cos((index * Math.PI) / 11), 0.7 * radius * Math.sin((index * Math.PI) / 11)];
    });
    const shape = polygon(star);
    for (let trial = 0; trial < 2000; trial++) {
      const [x, y] = [random.uniform(-1.6, 1.6), random.uniform(-1.6, 1.6)];
      let nearest = Infinity;
      let winding = 0;
      for (const [index, [ax, ay]] of star.entries()) {
        const [bx, by] = star[(index + 1) % star.length]!;
        for (let step = 0; step <= 400; step++) {
          nearest = Math.min(nearest, Math.hypot(x - ax - ((bx - ax) * step) / 400, y - ay - ((by - ay) * step) / 400));
        }
        winding += Math.atan2((ax - x) * (by - y) - (ay - y) * (bx - x), (ax - x) * (bx - x) + (ay - y) * (by - y));
      }
      const expected = Math.abs(winding) > Math.PI ? -nearest : nearest;
      assert.ok(Math.abs(shape.distance(x, y) - expected) < 2e-3, `at ${x}, ${y}`);
    }
  });
});

suite('Painter', () => {
  test('covers as much area as a shape has, whatever the frame it is drawn in', () => {
    for (const placement of [
      { x: 0, y: 0 },
      { x: 0.1, y: -0.1, angle: 0.5, scale: 0.7, stretchX: -1 },
    ]) {
      for (const { shape, area } of [
        { shape: circle(0, 0, 0.5), area: Math.PI / 4 },
        { shape: box(-0.4, -0.2, 0.3, 0.25), area: 0.7 * 0.45 },
      ]) {
        const painter = new Painter(360, 300, still);
        painter.at(placement, () => {
          painter.fill(shape, flat([0.5, 0.5, 0.5]));
        });
        const { data } = painter.develop(1, 0, 0, new RandomStream(1));
        const grey = 255 * encodeSrgb(0.5);
        const covered = data.filter((value, index) => index % 3 === 0 && value > grey / 2).length / (150 * 150);
        const expected = area * (placement.scale ?? 1) ** 2;
        assert.ok(Math.abs(covered - expected) < 0.03 * expected, `${covered} instead of ${expected}`);
      }
    }
  });
});

suite('edits', () => {
  test('mirroring twice and turning four times give the picture back', () => {
    const image = randomImage(7, 5);
    assert.notDeepEqual(mirrored(image), image);
    assert.deepEqual(mirrored(mirrored(image)), image);
    const turned = quarterTurned(image);
    assert.deepEqual([turned.width, turned.height], [5, 7]);
    // The top left corner comes to the top right.
    assert.deepEqual(turned.data.subarray(12, 15), image.data.subarray(0, 3));
    assert.deepEqual(quarterTurned(quarterTurned(quarterTurned(turned))), image);
  });

  test('reducing by a whole number averages blocks', () => {
    const image = randomImage(8, 6);
    const half = reduced(image, 0.5);
    assert.deepEqual([half.width, half.height], [4, 3]);
    for (let i = 0; i < half.data.length; i++) {
      const [x, y, channel] = [Math.floor(i / 3) % 4, Math.floor(i / 12), i % 3];
      const at = (dx: number, dy: number): number => image.data[((2 * y + dy) * 8 + 2 * x + dx) * 3 + channel]!;
      assert.ok(Math.abs(half.data[i]! - (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4) <= 0.5 + 1e-6);
    }
  });

  test('a box blur is the mean of the surroundings, with the border repeated', () => {
    const random = new RandomStream(3);
    const source = Float32Array.from({ length: 9 }, () => random.uniform());
    const result = boxBlurred(source, 1, 0, 9, 1, 2);
    for (let i = 0; i < 9; i++) {
      let sum = 0;
      for (let offset = -2; offset <= 2; offset++) sum += source[Math.max(0, Math.min(8, i + offset))]!;
      assert.ok(Math.abs(result[i]! - sum / 5) < 1e-6);
    }
  });

  test('blurring keeps an even surface even', () => {
    const image = { width: 20, height: 10, data: new Uint8Array(600).map((_, i) => [10, 100, 200][i % 3]!) };
    assert.deepEqual(blurred(image, 3), image);
  });
});
