import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { EncoderCard } from '../../../src/core/encoders/card.ts';
import { BUILT_IN_ENCODER_IDS, builtInEncoder } from '../../../src/engine/encoders/builtIn.ts';
import type { Encoder } from '../../../src/engine/encoders/encoder.ts';
import { openEncoder } from '../../../src/engine/encoders/openEncoder.ts';
import { SHIPPED_ENCODER_ID } from '../../../src/engine/encoders/shippedEncoder.ts';

type Painter = (x: number, y: number) => readonly [red: number, green: number, blue: number];

/** A picture at an encoder's size; positions run from 0 to 1. */
function paint({ input }: EncoderCard, painter: Painter): Uint8Array {
  const [height, width] = input.size;
  const pixels = new Uint8ClampedArray(height * width * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels.set(painter(x / width, y / height), (y * width + x) * 3);
  }
  return new Uint8Array(pixels.buffer);
}

const disc: Painter = (x, y) => {
  const texture = 20 * Math.sin(25 * x + 9 * y) + 15 * Math.cos(31 * y);
  return Math.hypot(x - 0.5, y - 0.5) < 0.3 ? [200 + texture, 60, 40] : [90, 120 + texture, 160];
};
const stripes =
  (vertical: boolean): Painter =>
  (x, y) =>
    Math.sin(30 * (vertical ? x : y)) > 0 ? [200, 200, 200] : [40, 40, 40];
const field =
  (...colour: [number, number, number]): Painter =>
  (x, y) => {
    const grain = 8 * Math.sin(40 * x + 60 * y);
    return [colour[0] + grain, colour[1] + grain, colour[2] + grain];
  };

for (const id of BUILT_IN_ENCODER_IDS) {
  describe(id, () => {
    const resolved = builtInEncoder(id)!;
    let encoder: Encoder;
    before(async () => {
      encoder = await openEncoder(resolved, { threads: 1, memoryBytes: 2 ** 28 });
    });
    after(() => encoder.dispose());
    const embed = async (painter: Painter) => (await encoder.embed(paint(resolved.card, painter), 1)).vectors;
    const similarity = async (a: Painter, b: Painter) => {
      const [left, right] = [await embed(a), await embed(b)];
      return left.reduce((sum, value, i) => sum + value * right[i]!, 0);
    };

    test('is built the same every time', () => {
      assert.deepEqual(builtInEncoder(id), resolved);
    });

    test('gives the same vector in every batch', async () => {
      const pictures = [disc, stripes(true), stripes(false), field(200, 30, 30)];
      const pixels = Uint8Array.from(pictures.flatMap((painter) => [...paint(resolved.card, painter)]));
      const { vectors, invalid } = await encoder.embed(pixels, pictures.length);
      assert.deepEqual(invalid, []);
      const { dim } = resolved.card.output;
      for (const [i, painter] of pictures.entries()) {
        const alone = await embed(painter);
        assert.ok(alone.every((value, d) => Math.abs(value - vectors[i * dim + d]!) <= 1e-5));
      }
    });

    test('has a vector for a picture of a single colour', async () => {
      for (const value of [0, 128, 255]) {
        const pixels = paint(resolved.card, () => [value, value, value]);
        assert.deepEqual((await encoder.embed(pixels, 1)).invalid, []);
      }
    });

    test('small edits stay close, other pictures are far', async () => {
      const brighter: Painter = (x, y) => disc(x, y).map((value) => value * 1.06 + 5) as [number, number, number];
      // Two steps at this size are a dozen at a photograph's.
      const noisy: Painter = (x, y) =>
        disc(x, y).map((value, i) => value + 2 * Math.sin(1e4 * x + 1e5 * y + i)) as [number, number, number];
      const shifted: Painter = (x, y) => disc(x + 0.02, y);
      for (const edit of [brighter, noisy, shifted]) assert.ok((await similarity(disc, edit)) >= 0.93);
      const unrelated = await similarity(disc, stripes(true));
      assert.ok(unrelated < 0.4, `${unrelated}`);
      // Stripes across are stripes down, turned: another picture to what has not learnt, and a related one to what has.
      const turned = await similarity(stripes(true), stripes(false));
      if (id === SHIPPED_ENCODER_ID) assert.ok(turned > unrelated + 0.1 && turned < 0.9, `${turned} and ${unrelated}`);
      else assert.ok(turned < 0.4, `${turned}`);
    });
  });
}

test('pixels: the vector is the 8 × 8 mean colours less their mean', async () => {
  const resolved = builtInEncoder('pixels')!;
  const encoder = await openEncoder(resolved, { threads: 1, memoryBytes: 2 ** 28 });
  try {
    const pixels = paint(resolved.card, (x, y) => [255 * x, 255 * y, 128 + 100 * Math.sin(9 * x * y)]);
    const colours: number[] = [];
    for (let channel = 0; channel < 3; channel++) {
      for (let cell = 0; cell < 64; cell++) {
        let sum = 0;
        for (let i = 0; i < 16; i++) {
          const y = 4 * Math.floor(cell / 8) + Math.floor(i / 4);
          const x = 4 * (cell % 8) + (i % 4);
          sum += pixels[(y * 32 + x) * 3 + channel]! / 255;
        }
        colours.push(sum / 16);
      }
    }
    const mean = colours.reduce((sum, value) => sum + value, 0) / colours.length;
    const centred = [...colours.map((value) => value - mean), 0.1];
    const length = Math.hypot(...centred);
    const { vectors } = await encoder.embed(pixels, 1);
    vectors.forEach((value, i) => {
      assert.ok(Math.abs(value - centred[i]! / length) <= 1e-5);
    });
  } finally {
    await encoder.dispose();
  }
});

test('handcrafted tells colours apart that have the same brightness', async () => {
  const resolved = builtInEncoder('handcrafted')!;
  const encoder = await openEncoder(resolved, { threads: 1, memoryBytes: 2 ** 28 });
  try {
    const [red, alsoRed, blue] = await Promise.all(
      [field(180, 60, 60), field(170, 64, 66), field(60, 60, 180)].map(
        async (painter) => (await encoder.embed(paint(resolved.card, painter), 1)).vectors,
      ),
    );
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    assert.ok(dot(red!, alsoRed!) > dot(red!, blue!) + 0.2);
  } finally {
    await encoder.dispose();
  }
});
