import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RandomStream } from '../../../../src/core/random.ts';
import { contours, outlinesAround } from '../../../../webview/shared/scatter/contours.ts';
import { crowding } from '../../../../webview/shared/scatter/crowding.ts';
import { overlap, placeLabels } from '../../../../webview/shared/scatter/labelPlacement.ts';
import {
  categoryEntries,
  categoryPalette,
  RAMP_STEPS,
  rampEntries,
  rampPalette,
  type GroundKind,
} from '../../../../webview/shared/scatter/palettes.ts';
import { LEAST_PICTURE, pictureSize, placePictures } from '../../../../webview/shared/scatter/picturePlacement.ts';
import { isInside } from '../../../../webview/shared/scatter/shapes.ts';
import { ViewTransform } from '../../../../webview/shared/scatter/viewTransform.ts';

const bounds = { left: -2, bottom: -1, right: 4, top: 3 };
const size = { width: 800, height: 500 };
const near = (value: number, wanted: number, by = 1e-6) => {
  assert.ok(Math.abs(value - wanted) <= by, `${value} instead of ${wanted}`);
};

describe('the view of a plane', () => {
  it('shows all of it in the middle, beside what covers its left', () => {
    const whole = ViewTransform.fitting(bounds, size);
    near(whole.left(1), 400);
    near(whole.top(1), 250);
    assert.ok(whole.left(-2) > 0 && whole.top(3) > 0);
    const beside = ViewTransform.fitting(bounds, size, 200);
    near(beside.left(1), 500);
    assert.ok(beside.left(-2) > 200);
  });

  it('keeps what lies under the pointer while it zooms, at every step of the way', () => {
    const from = ViewTransform.fitting(bounds, size);
    const to = from.zoom(3, 120, 410, bounds, size);
    for (const part of [0, 0.2, 0.5, 0.9, 1]) {
      const between = from.towards(to, part);
      near(between.x(120), from.x(120));
      near(between.y(410), from.y(410));
    }
    near(to.scale, 3 * from.scale);
    near(from.towards(to, 0.5).scale, Math.sqrt(from.scale * to.scale));
    near(from.zoom(1e9, 0, 0, bounds, size).magnification(bounds, size), 2_000);
  });

  it('moves evenly, and keeps its middle when its place changes its size', () => {
    const from = ViewTransform.fitting(bounds, size);
    near(from.towards(from.pan(100, -50), 0.5).offsetX, from.offsetX + 50);
    const larger = from.resized(size, { width: 1_000, height: 700 });
    near(larger.x(500), from.x(400));
    near(larger.y(350), from.y(250));
  });
});

describe('names on a map', () => {
  it('never cover each other, leave the drawing or the pictures, and the first ones have the best places', () => {
    const random = new RandomStream(5);
    const labels = Array.from({ length: 200 }, (_, i) => ({
      text: String(i),
      left: 900 * random.uniform() - 50,
      top: 600 * random.uniform() - 50,
      width: 40 + 60 * random.uniform(),
      height: 18,
    }));
    const taken = [{ left: 300, top: 100, width: 100, height: 100 }];
    const placed = placeLabels(labels, size, taken);
    const boxes = [
      ...taken,
      ...placed.map(({ left, top, width, height }) => ({
        left: left - width / 2,
        top: top - height / 2,
        width,
        height,
      })),
    ];
    boxes.forEach((box, i) => {
      assert.ok(box.left >= 0 && box.top >= 0 && box.left + box.width <= 800 && box.top + box.height <= 500);
      assert.ok(!boxes.some((other, j) => i !== j && overlap(box, other)));
    });
    assert.ok(placed.length > 30);
    const seen = labels.find(({ left, top }) => left > 60 && top > 20 && left < 280 && top < 480)!;
    assert.ok(placeLabels([seen], size)[0]!.top === seen.top);
  });
});

describe('pictures on a map', () => {
  it('are there once there is room, and never cover each other', () => {
    assert.equal(pictureSize(5_000, size), 0);
    assert.ok(pictureSize(300, size) >= LEAST_PICTURE);
    const random = new RandomStream(6);
    const places = Array.from({ length: 500 }, () => [800 * random.uniform(), 500 * random.uniform()] as const);
    const placed = placePictures([...places.keys()], (row) => places[row]!, 40, new Set());
    for (const a of placed) {
      for (const b of placed) {
        const [apartX, apartY] = [Math.abs(places[a]![0] - places[b]![0]), Math.abs(places[a]![1] - places[b]![1])];
        assert.ok(a === b || apartX >= 40 || apartY >= 40);
      }
    }
    assert.ok(placed.length > 60);
    // Moved a little, the same ones are shown.
    const moved = placePictures(
      [...places.keys()].reverse(),
      (row) => [places[row]![0] + 7, places[row]![1]],
      40,
      new Set(placed),
    );
    assert.deepEqual(
      moved.toSorted((a, b) => a - b),
      placed.toSorted((a, b) => a - b),
    );
  });
});

describe('outlines', () => {
  it('run around what is above the level: a disc has the area of a disc, a ring two lines', () => {
    const side = 60;
    const grid = Float32Array.from(
      { length: side * side },
      (_, i) => 20 - Math.hypot((i % side) - 30, Math.floor(i / side) - 30),
    );
    const [disc, ...others] = contours(grid, side, side, 5);
    assert.equal(others.length, 0);
    near(areaOf(disc!), Math.PI * 15 ** 2, 8);
    const ring = contours(
      grid.map((value) => 6 - Math.abs(value - 8)),
      side,
      side,
      2,
    );
    assert.deepEqual(
      ring.map((loop) => Math.round(Math.sqrt(areaOf(loop) / Math.PI))).sort((a, b) => a - b),
      [8, 16],
    );
  });

  it('hold nearly all of a crowd and none of another', () => {
    const random = new RandomStream(8);
    const positions = Float32Array.from({ length: 2_000 }, (_, i) => (i >= 1_000 ? 10 : 0) + random.normal());
    const own = [...Array(500).keys()];
    const loops = outlinesAround(positions, own);
    const inside = (row: number) =>
      loops.some((loop) => isInside(Float64Array.from(loop), positions[2 * row]!, positions[2 * row + 1]!));
    assert.ok(own.filter(inside).length > 450);
    assert.equal([...Array(500).keys()].filter((row) => inside(500 + row)).length, 0);
  });
});

describe('colours', () => {
  for (const ground of ['light', 'dark', 'contrastLight', 'contrastDark'] as const satisfies readonly GroundKind[]) {
    it(`of a number change evenly and stand out from the ground (${ground})`, () => {
      const palette = rampPalette(ground);
      const lightness = Array.from({ length: RAMP_STEPS }, (_, i) =>
        lightnessOf([...palette.subarray(3 * i, 3 * i + 3)]),
      );
      const steps = lightness.slice(1).map((value, i) => value - lightness[i]!);
      const whole = lightness.at(-1)! - lightness[0]!;
      assert.ok(Math.abs(whole) > 40, `${whole} of lightness from end to end`);
      assert.ok(
        steps.every((step) => step * Math.sign(whole) > -0.6),
        'nowhere back',
      );
      // Within a part of the ramp as much happens as in any other.
      const parts = [0, 64, 128, 192].map((first) => lightness[Math.min(255, first + 63)]! - lightness[first]!);
      assert.ok(
        parts.every((part) => Math.abs(part / whole - 0.25) < 0.08),
        parts.join(', '),
      );
      const groundLightness = ground.toLowerCase().includes('light') ? 100 : ground === 'dark' ? 12 : 0;
      assert.ok(lightness.every((value) => Math.abs(value - groundLightness) > 14));
    });
  }

  it('are given to categories and numbers, and one of its own to what has neither', () => {
    assert.deepEqual([...categoryEntries(Int32Array.of(0, 2, -1), 3)], [0, 2, 3]);
    assert.equal(categoryPalette(3).length, 12);
    assert.deepEqual([...rampEntries(Float32Array.of(1, 3, 2, NaN, 9), 1, 3)], [0, 255, 128, RAMP_STEPS, 255]);
    assert.deepEqual([...rampEntries(Float32Array.of(5, 5), 5, 5)], [0, 0]);
  });
});

it('a crowd is as dense as most of its points lie', () => {
  const random = new RandomStream(9);
  const even = Float32Array.from({ length: 40_000 }, () => random.uniform());
  near(crowding(even) / 20_000, 1.2, 0.25);
});

function areaOf(loop: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < loop.length; i += 2) {
    const [x, y] = [loop[i]!, loop[i + 1]!];
    const [nextX, nextY] = [loop[(i + 2) % loop.length]!, loop[(i + 3) % loop.length]!];
    sum += x * nextY - nextX * y;
  }
  return Math.abs(sum) / 2;
}

/** L* of CIE 1976, another measure of lightness than the one the ramps are made with. */
function lightnessOf(colour: readonly number[]): number {
  const [red, green, blue] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  return luminance > 0.008856 ? 116 * Math.cbrt(luminance) - 16 : 903.3 * luminance;
}
