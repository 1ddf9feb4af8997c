import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { hashDistance, orientedHashes, type PictureHash } from '../../../src/core/images/perceptualHash.ts';
import { decodeRgb, encodeImage, readHeader, resizeRgb } from '../../../src/engine/images/codec.ts';
import { greyFromRgb } from '../../../src/core/images/pixels.ts';
import { reducedGrey } from '../../../src/core/images/reducedGrey.ts';
import { decodeClosely, decodeProxy } from '../../../src/engine/images/imageDecoder.ts';
import { measureImage } from '../../../src/engine/images/imageMeasures.ts';
import { PixelBudget } from '../../../src/engine/images/pixelBudget.ts';
import { definedQuality } from '../../core/images/definedQuality.ts';
import { encoderCard } from '../../cards.ts';
import { shared, unlessShared } from '../../shared.ts';
import { bmpOf } from './bmpFile.ts';

const photographs = { resize: 'shortest-edge', size: [224, 224], crop: 0.875 } as const;
const options = {
  input: { ...encoderCard('e', 2).input, ...photographs },
  maxMegapixels: 100,
  budget: new PixelBudget(1e8),
};
const measured = async (bytes: Uint8Array) => {
  const image = await decodeProxy(bytes, 'a', options);
  return measureImage(image.proxy, () => decodeClosely(bytes, image, options));
};

describe('what is measured of a picture', () => {
  const clothing = shared('data/clothing');
  it('is close to the definitions on the full picture', { skip: unlessShared('data/clothing') }, async () => {
    const files = globSync('*/*/*.jpg', { cwd: clothing }).sort();
    const chosen = files.filter((_, i) => i % Math.ceil(files.length / 24) === 0);
    const differences: Record<'dark' | 'light' | 'blurry' | 'lowInformation', number[]> = {
      dark: [],
      light: [],
      blurry: [],
      lowInformation: [],
    };
    for (const file of chosen) {
      const bytes = readFileSync(join(clothing, file));
      const { width, height } = await readHeader(bytes);
      const full = await decodeRgb(bytes, { width, height }, 'nearest', 1e8);
      const ratio = Math.max(1, Math.max(width, height) / 64);
      const reduced = { width: Math.floor(width / ratio), height: Math.floor(height / ratio) };
      const expected = definedQuality(
        full,
        await resizeRgb(full, { left: 0, top: 0, width, height }, reduced, 'cubic'),
      );
      const { quality } = await measured(bytes);
      for (const key of ['dark', 'light', 'blurry', 'lowInformation'] as const) {
        differences[key].push(Math.abs(quality[key] - expected[key]));
      }
    }
    const allowed = { dark: 0.06, light: 0.03, blurry: 0.005, lowInformation: 0.02 };
    for (const [name, values] of Object.entries(differences)) {
      const nineInTen = values.sort((a, b) => a - b)[Math.floor(0.9 * values.length)]!;
      assert.ok(nineInTen < allowed[name as keyof typeof allowed], `${name}: nine in ten within ${nineInTen}`);
    }
  });

  it('reduces as the decoder does, but for rounding', { skip: unlessShared('data/clothing') }, async () => {
    for (const file of globSync('test/*/*.jpg', { cwd: clothing }).sort().slice(0, 12)) {
      const { proxy } = await decodeProxy(readFileSync(join(clothing, file)), file, options);
      const { width, height } = proxy;
      const { levels, ...size } = reducedGrey(proxy, 64);
      const region = { left: 0, top: 0, width, height };
      const expected = greyFromRgb((await resizeRgb(proxy, region, size, 'cubic')).data);
      assert.equal(Math.max(size.width, size.height), 64);
      const difference = levels.reduce((sum, level, i) => sum + Math.abs(level - expected[i]!), 0) / levels.length;
      assert.ok(difference < 1.5, `${file}: levels differ by ${difference} on average`);
    }
  });

  for (const format of ['png', 'jpeg'] as const) {
    it(`tells a light picture whose few dark parts are narrow, and a dark one with small lights: ${format}`, async () => {
      const [width, height] = [1100, 900];
      // One line in forty is of the other kind, which reducing spreads over several.
      const drawn = (ground: number, line: number) => {
        const pixels = Uint8Array.from({ length: 3 * width * height }, (_, i) =>
          (Math.floor(i / 3) % width) % 40 === 0 ? line : ground,
        );
        return encodeImage(pixels, width, height, { format, quality: 98 });
      };
      const light = (await measured(await drawn(250, 20))).quality;
      assert.ok(Math.abs(light.light - 0.02) < 0.01, `light ${light.light}`);
      assert.ok(light.dark > 0.9);
      const dark = (await measured(await drawn(30, 60))).quality;
      assert.ok(Math.abs(dark.dark - 60 / 255) < 0.02, `dark ${dark.dark}`);
    });
  }

  it('is what BMP holds too', async () => {
    const pixels = Uint8Array.from({ length: 3 * 600 * 600 }, (_, i) => (Math.floor(i / 3) % 40 === 0 ? 0 : 252));
    const { quality } = await measured(bmpOf(pixels, 600, 600));
    assert.ok(Math.abs(quality.light - 3 / 255) < 0.01, `light ${quality.light}`);
  });

  const edited = shared('data/near-duplicates');
  it(
    'hashes edits of one photograph alike, and others not',
    { skip: unlessShared('data/near-duplicates') },
    async () => {
      const files = globSync('bridge-mods/*.jpg', { cwd: edited }).sort();
      const others = globSync('labelme-subset/*.jpg', { cwd: edited }).sort();
      const hashes = async (names: readonly string[]) =>
        Promise.all(
          names.map(async (name) => orientedHashes((await measured(readFileSync(join(edited, name)))).grey)[0]!),
        );
      const [own, foreign] = [await hashes(files), await hashes(others)];
      const distances = (all: readonly PictureHash[]) => all.map((hash) => hashDistance(hash, own[0]!));
      assert.ok(own.length >= 12 && foreign.length >= 7);
      assert.ok(Math.max(...distances(own)) <= 4, `edits at ${distances(own).join(', ')}`);
      assert.ok(Math.min(...distances(foreign)) >= 16, `others at ${distances(foreign).join(', ')}`);
    },
  );
});
