import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { orientedPlaces } from '../../../src/core/curation/samePicture.ts';
import { greyFromRgb, type RgbImage } from '../../../src/core/images/pixels.ts';
import { hashDistance, HASH_EDGE, orientedHashes, type PictureHash } from '../../../src/core/images/perceptualHash.ts';
import { pixelScores, sharpness, type ImageQuality } from '../../../src/core/images/quality.ts';
import { squashGrey } from '../../../src/core/images/squashGrey.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { definedQuality } from './definedQuality.ts';

function image(width: number, height: number, of: (x: number, y: number) => readonly number[]): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(of(x, y), (y * width + x) * 3);
  return { width, height, data };
}

function imageQuality(picture: RgbImage): ImageQuality {
  const { width, height, data } = picture;
  const blurry = sharpness({ width, height, levels: greyFromRgb(data) });
  return { ...pixelScores(picture).scores, blurry };
}

const random = new RandomStream(7, 1);
const noise = (width: number, height: number, most = 256) =>
  image(width, height, () => [0, 0, 0].map(() => Math.floor(random.uniform() * most)));
const plain = (level: number) => image(40, 30, () => [level, level, level]);
const stripes = image(48, 20, (x) => (x % 6 < 3 ? [250, 20, 20] : [10, 40, 200]));
const ramp = image(64, 17, (x, y) => [4 * x, 4 * x, 4 * x].map((level) => level + (y % 2)));

describe('scores of quality', () => {
  it('see a single coloured pixel, also where not all of them are looked at', () => {
    const grey = (coloured: number) =>
      image(200, 150, (x, y) => (200 * y + x === coloured ? [90, 90, 91] : [90, 90, 90]));
    assert.equal(pixelScores(grey(-1)).scores.grayscale, true);
    for (const place of [0, 1, 2, 29_999]) assert.equal(pixelScores(grey(place)).scores.grayscale, false);
  });

  const cases = { noise: noise(64, 33), dim: noise(30, 64, 40), plain: plain(128), stripes, ramp, pixel: plain(3) };
  for (const [name, picture] of Object.entries(cases)) {
    it(`are those of the definitions, computed slowly: ${name}`, () => {
      const quality = imageQuality(picture);
      const expected = definedQuality(picture, picture);
      for (const key of ['dark', 'light', 'blurry', 'lowInformation'] as const) {
        assert.ok(Math.abs(quality[key] - expected[key]) <= 1 / 2048, `${key}: ${quality[key]}, ${expected[key]}`);
      }
      assert.equal(quality.grayscale, expected.grayscale);
    });
  }

  it('tell black, white and grey pictures from others', () => {
    const [black, white, coloured] = [plain(0), plain(255), stripes].map((picture) => imageQuality(picture));
    assert.deepEqual([black!.dark, black!.lowInformation, black!.grayscale], [0, 0, true]);
    assert.deepEqual([white!.light, white!.dark], [0, 1]);
    assert.equal(coloured!.grayscale, false);
    assert.ok(coloured!.dark > 0.32 && coloured!.blurry > 0.29);
  });
});

describe('the perceptual hash', () => {
  const hashOf = (grey: Uint8Array): PictureHash => orientedHashes(grey)[0]!;
  const hashed = (of: (x: number, y: number) => number) =>
    hashOf(Uint8Array.from({ length: HASH_EDGE ** 2 }, (_, i) => of(i % HASH_EDGE, Math.floor(i / HASH_EDGE))));

  it('is that of the discrete cosine transform by its definition', () => {
    const picture = noise(HASH_EDGE, HASH_EDGE).data.subarray(0, HASH_EDGE ** 2);
    const grey = (x: number, y: number) => picture[y * HASH_EDGE + x]!;
    const coefficients: number[] = [];
    for (let v = 0; v < 8; v++) {
      for (let u = 0; u < 8; u++) {
        let sum = 0;
        for (let y = 0; y < 32; y++) {
          for (let x = 0; x < 32; x++) {
            sum += grey(x, y) * Math.cos((Math.PI * u * (x + 0.5)) / 32) * Math.cos((Math.PI * v * (y + 0.5)) / 32);
          }
        }
        coefficients.push(sum);
      }
    }
    const middle = coefficients.slice(1).sort((a, b) => a - b)[31]!;
    const bits = coefficients.map((coefficient) => (coefficient >= middle ? '1' : '0')).join('');
    const hash = hashOf(picture);
    assert.equal(hash.map((word) => word.toString(2).padStart(32, '0')).join(''), bits);
  });

  it('of a turned picture is known without turning it', () => {
    const { data } = noise(HASH_EDGE, HASH_EDGE);
    const grey = data.subarray(0, HASH_EDGE ** 2);
    for (const [orientation, hash] of orientedHashes(grey).entries()) {
      const turned = Uint8Array.from(orientedPlaces(HASH_EDGE, orientation), (place) => grey[place]!);
      assert.ok(hashDistance(hash, hashOf(turned)) <= 1, `orientation ${orientation}`);
    }
  });

  it('hardly changes with brightness, and much with the picture', () => {
    const waves = (x: number, y: number) =>
      100 + 40 * Math.sin(x / 4) + 30 * Math.cos(y / 7) + 10 * Math.sin((x * y) / 50);
    const brighter = hashDistance(
      hashed(waves),
      hashed((x, y) => waves(x, y) + 25),
    );
    const turned = hashDistance(
      hashed(waves),
      hashed((x, y) => waves(31 - y, x)),
    );
    assert.ok(brighter <= 2 && turned >= 16, `${brighter}, ${turned}`);
    assert.equal(hashDistance([0b1011, 0], [0, 0x8000_0000]), 4);
  });
});

describe('a squashed grey picture', () => {
  it('has the mean of the area that each pixel covers, by counting finely', () => {
    for (const [width, height, edge] of [
      [7, 5, 3],
      [64, 48, 32],
      [5, 2, 8],
    ] as const) {
      const picture = noise(width, height);
      const grey = greyFromRgb(picture.data);
      // Each pixel in as many parts that none lies in two of the new ones.
      const at = (x: number, y: number) => grey[Math.floor(y / edge) * width + Math.floor(x / edge)]!;
      const squashed = squashGrey({ width, height, levels: grey }, edge);
      for (let row = 0; row < edge; row++) {
        for (let column = 0; column < edge; column++) {
          let sum = 0;
          for (let y = row * height; y < (row + 1) * height; y++) {
            for (let x = column * width; x < (column + 1) * width; x++) sum += at(x, y);
          }
          const mean = sum / (width * height);
          assert.ok(Math.abs(squashed[row * edge + column]! - mean) <= 0.51, `${width} × ${height}`);
        }
      }
    }
  });
});
