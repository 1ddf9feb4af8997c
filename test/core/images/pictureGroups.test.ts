import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pictureGroups } from '../../../src/core/images/pictureGroups.ts';
import { RandomStream } from '../../../src/core/random.ts';

const SIZE = 16;

/** Smooth random pictures: 4 × 4 blocks of colour. */
function picture(seed: number): Uint8Array {
  const random = new RandomStream(seed);
  const blocks = Array.from({ length: 16 * 3 }, () => random.integer(256));
  return Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, i) => {
    const [channel, x, y] = [i % 3, Math.floor(i / 3) % SIZE, Math.floor(i / 3 / SIZE)];
    return blocks[(Math.floor(y / 4) * 4 + Math.floor(x / 4)) * 3 + channel]!;
  });
}

function noisy(source: Uint8Array, seed: number): Uint8Array {
  const random = new RandomStream(seed);
  return source.map((value) => Math.min(255, Math.max(0, value + random.integer(13) - 6)));
}

test('copies with small changes are one group, other pictures are not', () => {
  const first = picture(1);
  const pictures = [first, picture(2), noisy(first, 3), picture(4), noisy(picture(4), 5), picture(6)];
  const pixels = Uint8Array.from(pictures.flatMap((data) => [...data]));
  const groups = pictureGroups(pixels, pictures.length, SIZE);
  assert.equal(groups[0], groups[2]);
  assert.equal(groups[3], groups[4]);
  assert.equal(new Set(groups).size, 4);
});

test('no pictures give no groups', () => {
  assert.equal(pictureGroups(new Uint8Array(), 0, SIZE).length, 0);
});
