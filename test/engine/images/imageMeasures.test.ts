import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { hashDistance, orientedHashes, type PictureHash } from '../../../src/core/images/perceptualHash.ts';
import { decodeRgb, readHeader, resizeRgb } from '../../../src/engine/images/codec.ts';
import { decodeProxy } from '../../../src/engine/images/imageDecoder.ts';
import { measureImage } from '../../../src/engine/images/imageMeasures.ts';
import { PixelBudget } from '../../../src/engine/images/pixelBudget.ts';
import { definedQuality } from '../../core/images/definedQuality.ts';
import { encoderCard } from '../../cards.ts';
import { shared, unlessShared } from '../../shared.ts';

const photographs = { resize: 'shortest-edge', size: [224, 224], crop: 0.875 } as const;
const options = {
  input: { ...encoderCard('e', 2).input, ...photographs },
  maxMegapixels: 100,
  budget: new PixelBudget(1e8),
};
const measured = async (bytes: Uint8Array) => measureImage((await decodeProxy(bytes, 'a', options)).proxy);

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
    const allowed = { dark: 0.1, light: 0.05, blurry: 0.02, lowInformation: 0.05 };
    for (const [name, values] of Object.entries(differences)) {
      const nineInTen = values.sort((a, b) => a - b)[Math.floor(0.9 * values.length)]!;
      assert.ok(nineInTen < allowed[name as keyof typeof allowed], `${name}: nine in ten within ${nineInTen}`);
    }
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
