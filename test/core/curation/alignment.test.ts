import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alignPictures } from '../../../src/core/curation/alignment.ts';
import { CONFIRM_EDGE } from '../../../src/core/curation/copies.ts';
import { cropped, oriented, ORIENTATIONS, type GreyPicture } from '../../../src/core/curation/samePicture.ts';
import { comparedSize, laidUpon, otherSize, pixelDifference } from '../../../src/core/images/pixelDifference.ts';
import type { RgbImage } from '../../../src/core/images/pixels.ts';
import { RandomStream } from '../../../src/core/random.ts';

type Shape = (u: number, v: number) => number;

/** Smooth shapes in the unit square, different for each seed. */
function shapeOf(seed: number): Shape {
  const random = new RandomStream(seed, 3);
  const waves = Array.from({ length: 14 }, () => ({
    x: random.uniform(-22, 22),
    y: random.uniform(-22, 22),
    phase: random.uniform(0, 6),
    height: random.uniform(4, 9),
  }));
  return (u, v) => waves.reduce((sum, wave) => sum + wave.height * Math.sin(wave.x * u + wave.y * v + wave.phase), 128);
}

function grey(seed: number): GreyPicture {
  const edge = CONFIRM_EDGE;
  const shape = shapeOf(seed);
  const levels = Float32Array.from({ length: edge * edge }, (_, i) =>
    shape(((i % edge) + 0.5) / edge, (Math.floor(i / edge) + 0.5) / edge),
  );
  return { edge, levels };
}

function colour(shape: Shape, width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const level = shape(((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / height);
    data.set([level, 255 - level, level / 2], 3 * i);
  }
  return { width, height, data };
}

describe('how two pictures lie upon each other', () => {
  it('is told of every way to turn and mirror one', () => {
    for (const orientation of ORIENTATIONS) {
      const whole = grey(4);
      const found = alignPictures(oriented(whole, orientation), whole);
      assert.ok(found.isSame);
      const turn = found.part === 'first' ? orientation : orientation === 5 ? 6 : orientation === 6 ? 5 : orientation;
      assert.equal(found.orientation, turn, `orientation ${orientation}`);
    }
  });

  it('is told of a part of a picture, whichever of the two it is', () => {
    const crop = { left: 0.1, top: 0.16, width: 0.75, height: 0.7 };
    const [whole, part] = [grey(7), cropped(grey(7), crop)];
    for (const mirror of [0, 1]) {
      for (const name of ['first', 'second'] as const) {
        const turned = oriented(part, mirror);
        const found = name === 'first' ? alignPictures(turned, whole) : alignPictures(whole, turned);
        assert.deepEqual([found.isSame, found.part, found.orientation], [true, name, mirror]);
        const left = mirror === 1 ? 1 - crop.left - crop.width : crop.left;
        for (const [side, wanted] of Object.entries({ ...crop, left })) {
          assert.ok(Math.abs(found.crop[side as 'left'] - wanted) < 0.012, `${side} ${found.crop[side as 'left']}`);
        }
      }
    }
  });

  it('is as they are where they are not the same picture', () => {
    const found = alignPictures(grey(1), grey(2));
    assert.deepEqual(found, {
      part: 'first',
      orientation: 0,
      crop: { left: 0, top: 0, width: 1, height: 1 },
      isSame: false,
    });
  });
});

describe('the difference of two pictures', () => {
  it('is none where one is the other turned, mirrored, cropped and enlarged', () => {
    const shape = shapeOf(9);
    const other = colour(shape, 240, 160);
    const crop = { left: 0.2, top: 0.1, width: 0.6, height: 0.8 };
    for (const orientation of ORIENTATIONS) {
      /** The turned picture: what is at a place of it, from what is at the place it comes from. */
      const turned: Shape = (u, v) => {
        const [x, y] = [orientation & 1 ? 1 - u : u, orientation & 2 ? 1 - v : v];
        return orientation & 4 ? shape(y, x) : shape(x, y);
      };
      const part = colour((u, v) => turned(crop.left + u * crop.width, crop.top + v * crop.height), 120, 100);
      const { mean, changed } = pixelDifference(part, laidUpon(part, other, { orientation, crop }));
      assert.ok(mean < 1.5 && changed < 0.005, `orientation ${orientation}: ${mean}, ${changed}`);
    }
  });

  it('shows where something was changed, how much of it, and how far', () => {
    const first = colour(() => 100, 40, 40);
    const data = first.data.slice();
    for (let i = 0; i < 400; i++) data.set([180, 155, 50], 3 * i);
    const { image, mean, changed, range } = pixelDifference(first, { ...first, data });
    assert.equal(changed, 0.25);
    assert.equal(range, 80);
    assert.ok(Math.abs(mean - (0.25 * 80) / 3) < 1e-9);
    const lightness = (pixel: number) => image.data[3 * pixel]! + image.data[3 * pixel + 1]!;
    assert.ok(lightness(0) > 400 && lightness(1599) < 100);
  });

  it("doesn't take the noise of compression for a difference worth a light colour", () => {
    const first = colour(() => 100, 20, 20);
    const noisy = { ...first, data: first.data.map((level, i) => level + (i % 2)) };
    assert.equal(pixelDifference(first, noisy).range, 32);
    assert.equal(pixelDifference(first, noisy).changed, 0);
  });

  it('is looked for at the size of the smaller picture, which is bounded', () => {
    const whole = { left: 0, top: 0, width: 1, height: 1 };
    const size = (width: number, height: number) => ({ width, height });
    assert.deepEqual(comparedSize(size(300, 200), size(900, 600), { orientation: 0, crop: whole }), size(300, 200));
    assert.deepEqual(comparedSize(size(900, 600), size(300, 200), { orientation: 0, crop: whole }), size(300, 200));
    assert.deepEqual(comparedSize(size(900, 600), size(200, 300), { orientation: 5, crop: whole }), size(300, 200));
    assert.deepEqual(comparedSize(size(6000, 3000), size(6000, 3000), { orientation: 0, crop: whole }), size(640, 320));
    const half = { left: 0.2, top: 0.2, width: 0.5, height: 0.5 };
    assert.deepEqual(otherSize(size(300, 200), { orientation: 4, crop: half }), size(400, 600));
  });
});
