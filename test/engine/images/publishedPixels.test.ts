import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import type { EncoderInput } from '../../../src/core/encoders/card.ts';
import { decodeProxy, encoderPixels } from '../../../src/engine/images/imageDecoder.ts';
import { PixelBudget } from '../../../src/engine/images/pixelBudget.ts';
import { encoderInput } from '../../cards.ts';
import { centreCropped, resized, shortestEdge, type FilterName, type Picture } from './publishedPixels.ts';

/** Rings, a chequered ground and stripes: what is one pixel beside its place differs by more than ten levels. */
function scene(width: number, height: number): Picture {
  const data = new Uint8ClampedArray(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const rings = Math.sin(Math.hypot(x - width * 0.4, y - height * 0.6) / 6);
      const ground = ((x >> 4) ^ (y >> 4)) & 1 ? 40 : -40;
      for (let channel = 0; channel < 3; channel++) {
        data[(y * width + x) * 3 + channel] = 128 + 60 * rings + ground * Math.cos(channel) + 20 * Math.sin(y / 3);
      }
    }
  }
  return { data: new Uint8Array(data.buffer), width, height };
}

interface Compared {
  readonly mean: number;
  readonly largest: number;
}

/** Levels, of 255, between what an encoder is given of a picture and what it should be. */
async function compared(picture: Picture, input: Partial<EncoderInput>, expected: Picture): Promise<Compared> {
  const { data, width, height } = picture;
  const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  const whole = encoderInput({ size: [expected.height, expected.width], ...input });
  const options = { input: whole, maxMegapixels: 10, budget: new PixelBudget(1e9) };
  const { proxy } = await decodeProxy(bytes, 'scene.png', options);
  const pixels = await encoderPixels(proxy, whole);
  assert.equal(pixels.length, expected.data.length);
  const differences = pixels.map((value, i) => Math.abs(value - expected.data[i]!));
  return {
    mean: differences.reduce((sum, value) => sum + value, 0) / differences.length,
    largest: differences.reduce((most, value) => Math.max(most, value), 0),
  };
}

const transformers = { resize: 'shortest-edge', cropOffset: 'down' } as const;
const torchvision = { resize: 'shortest-edge' } as const;

for (const filter of ['bilinear', 'bicubic', 'lanczos'] as const satisfies readonly FilterName[]) {
  describe(`pixels by the published rules, ${filter}`, () => {
    const interpolation = filter;

    it('of a reduced picture from which an odd number of pixels is cut off', async () => {
      const tall = scene(400, 533);
      const wide = scene(640, 427);
      const found = [
        await compared(
          tall,
          { ...transformers, interpolation, crop: 0.875 },
          shortestEdge(tall, [256, 224], filter, 'transformers'),
        ),
        await compared(
          wide,
          { ...transformers, interpolation, crop: 0.875 },
          shortestEdge(wide, [256, 224], filter, 'transformers'),
        ),
        await compared(
          wide,
          { ...torchvision, interpolation, crop: 0.95 },
          shortestEdge(wide, [235, 224], filter, 'torchvision'),
        ),
      ];
      for (const { mean, largest } of found) assert.ok(mean < 0.25 && largest <= 3, `${mean}, ${largest}`);
    });

    it('of an enlarged picture', async () => {
      const small = scene(101, 70);
      const thin = scene(900, 31);
      const square = scene(70, 70);
      const found = [
        await compared(
          square,
          { ...torchvision, interpolation, crop: 1 },
          shortestEdge(square, [96, 96], filter, 'torchvision'),
        ),
        await compared(
          small,
          { ...torchvision, interpolation, crop: 0.875 },
          shortestEdge(small, [256, 224], filter, 'torchvision'),
        ),
        await compared(
          thin,
          { ...transformers, interpolation, crop: 1 },
          shortestEdge(thin, [96, 96], filter, 'transformers'),
        ),
      ];
      for (const { mean, largest } of found) assert.ok(mean < 0.05 && largest <= 2, `${mean}, ${largest}`);
    });

    it('of a picture reduced to a small input', async () => {
      // No larger than a thumbnail, so that it is scaled once.
      const picture = scene(192, 144);
      const { mean, largest } = await compared(
        picture,
        { resize: 'squash', interpolation },
        resized(picture, 64, 64, filter),
      );
      assert.ok(mean < 0.25 && largest <= 3, `${mean}, ${largest}`);
    });

    it('of a squashed picture, and of the middle of one', async () => {
      const wide = scene(640, 427);
      const squashed = resized(wide, 256, 256, filter);
      const found = [
        await compared(wide, { resize: 'squash', interpolation }, squashed),
        await compared(
          wide,
          { resize: 'squash-crop', cropOffset: 'down', crop: 0.875, interpolation },
          centreCropped(squashed, 224, 'transformers'),
        ),
      ];
      // Squashed pictures are scaled twice, by way of one that keeps the aspect ratio, which blurs them a little.
      for (const { mean, largest } of found) assert.ok(mean < 1.2 && largest <= 10, `${mean}, ${largest}`);
    });
  });
}
