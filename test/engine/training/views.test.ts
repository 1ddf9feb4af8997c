import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { drawMixing } from '../../../src/core/augmentation/mixing.ts';
import { augmentationPreset } from '../../../src/core/augmentation/presets.ts';
import type { RgbImage } from '../../../src/core/images/pixels.ts';
import { RandomStream } from '../../../src/core/random.ts';
import {
  PixelReader,
  PixelStoreWriter,
  removePixels,
  type SharedPixels,
} from '../../../src/engine/training/pixelStore.ts';
import { ViewLoader } from '../../../src/engine/training/viewLoader.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';

const SIZE = 16;

function pictures(count: number): RgbImage[] {
  const random = new RandomStream(1);
  return Array.from({ length: count }, (_, i) => {
    const [width, height] = [20 + i, 30 - i];
    return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random.integer(256)) };
  });
}

function stored(images: readonly RgbImage[], file: string, memoryBytes: number): SharedPixels {
  const writer = new PixelStoreWriter(file, memoryBytes);
  for (const image of images) writer.add(image);
  return writer.finish();
}

describe('decoded pictures', () => {
  const images = pictures(6);

  test('come back as they were, from memory or from a file', (context) => {
    const file = join(temporaryFolder(context), 'pixels.tmp');
    // None fits, all fit, and memory that is used up in the middle.
    for (const memoryBytes of [0, 1e9, 64 * 2 ** 20]) {
      const pixels = stored(images, file, memoryBytes);
      assert.equal('file' in pixels.source, memoryBytes === 0);
      const reader = new PixelReader(pixels);
      for (const index of [3, 0, 5, 5, 1]) {
        const { width, height, data } = reader.read(index);
        assert.deepEqual({ width, height, data: Uint8Array.from(data) }, images[index]);
      }
      reader.close();
      removePixels(pixels);
      assert.ok(!existsSync(file));
    }
  });

  test('move to the file when memory runs out', (context) => {
    const file = join(temporaryFolder(context), 'pixels.tmp');
    const big = { width: 4096, height: 4096, data: new Uint8Array(4096 * 4096 * 3).fill(7) };
    const pixels = stored([...images, big, big, ...images], file, 100 * 2 ** 20);
    assert.ok('file' in pixels.source);
    const reader = new PixelReader(pixels);
    assert.deepEqual(Uint8Array.from(reader.read(2).data), images[2]!.data);
    assert.equal(reader.read(7).data[5], 7);
    assert.deepEqual(Uint8Array.from(reader.read(13).data), images[5]!.data);
    reader.close();
  });
});

describe('views', () => {
  const normalisation = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } as const;
  const recipe = augmentationPreset('natural')!.recipe(SIZE);
  const samples = Uint32Array.of(4, 0, 2);

  async function batches(pixels: SharedPixels, threads: number, seed = 3, viewsPerImage = 2): Promise<Float32Array[]> {
    const loader = new ViewLoader(
      { pixels, recipe, viewsPerImage, size: { width: SIZE, height: SIZE }, normalisation, seed },
      threads,
    );
    try {
      const loaded = await Promise.all([0, 1, 2, 3].map((epoch) => loader.load({ epoch, samples })));
      const copies = loaded.map(({ views }) => views.slice());
      for (const { views } of loaded) loader.recycle(views.buffer);
      // Memory that was used before changes nothing.
      copies.push((await loader.load({ epoch: 0, samples })).views.slice());
      return copies;
    } finally {
      await loader.dispose();
    }
  }

  test('depend on seed, epoch and picture, not on threads, memory or where the pictures lie', async (context) => {
    const images = pictures(6);
    const inMemory = stored(images, '', 1e9);
    const inFile = stored(images, join(temporaryFolder(context), 'pixels.tmp'), 0);
    const expected = await batches(inMemory, 1);
    assert.deepEqual(expected[4], expected[0]);
    assert.notDeepEqual(expected[1], expected[0]);
    assert.deepEqual(await batches(inMemory, 3), expected);
    assert.deepEqual(await batches(inFile, 2), expected);
    assert.notDeepEqual((await batches(inMemory, 1, 4))[0], expected[0]);
  });

  test('two of a picture differ, and are normalised', async () => {
    const [views] = await batches(stored(pictures(6), '', 1e9), 1);
    const length = 3 * SIZE * SIZE;
    assert.equal(views!.length, 2 * samples.length * length);
    assert.notDeepEqual(views!.subarray(0, length), views!.subarray(3 * length, 4 * length));
    assert.ok(views!.every((value) => value >= -2.0001 && value <= 2.0001));
  });

  test('the first of a picture is the same however many are made', async () => {
    const pixels = stored(pictures(6), '', 1e9);
    const [two] = await batches(pixels, 1);
    const [one] = await batches(pixels, 1, 3, 1);
    assert.deepEqual(one, two!.subarray(0, one!.length));
    assert.equal(2 * one.length, two!.length);
  });

  test('blended ones are made of the views that the two pictures would have', async () => {
    const pixels = stored(pictures(6), '', 1e9);
    const size = { width: SIZE, height: SIZE };
    const load = async (mixup: number, all: Uint32Array) => {
      const options = { pixels, recipe, viewsPerImage: 2, size, normalisation, seed: 3, mixup };
      const loader = new ViewLoader(options, 1);
      try {
        return (await loader.load({ epoch: 5, samples: all })).views;
      } finally {
        await loader.dispose();
      }
    };
    const length = 3 * SIZE * SIZE;
    const every = Uint32Array.of(0, 1, 2, 3, 4, 5);
    const [plain, mixed] = [await load(0, every), await load(1, samples)];
    for (const [i, sample] of samples.entries()) {
      for (const view of [0, 1]) {
        const { partner, share } = drawMixing(1, 6, { seed: 3, epoch: 5, sample, view })!;
        const at = (picture: number) =>
          plain.subarray((view * 6 + picture) * length, (view * 6 + picture + 1) * length);
        const [own, others] = [at(sample), at(partner)];
        const found = mixed.subarray((view * 3 + i) * length, (view * 3 + i + 1) * length);
        found.forEach((value, j) => {
          assert.ok(Math.abs(value - (share * own[j]! + (1 - share) * others[j]!)) < 1e-5);
        });
      }
    }
  });

  test('a thread that fails rejects what waits for it', async () => {
    const pixels = stored(pictures(1), '', 1e9);
    const loader = new ViewLoader(
      { pixels, recipe, viewsPerImage: 2, size: { width: SIZE, height: SIZE }, normalisation, seed: 1 },
      1,
    );
    await assert.rejects(loader.load({ epoch: 0, samples: Uint32Array.of(99) }));
    await loader.dispose();
    await assert.rejects(loader.load({ epoch: 0, samples }), { code: 'engine-stopped' });
  });
});
