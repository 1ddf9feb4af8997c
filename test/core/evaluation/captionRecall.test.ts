import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { captionRecall } from '../../../src/core/evaluation/captionRecall.ts';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { RandomStream } from '../../../src/core/random.ts';

const DIM = 6;

function matrix(random: RandomStream, rows: number) {
  const vectors = new Float32Array(rows * DIM);
  for (let row = 0; row < rows; row++) {
    const values = Array.from({ length: DIM }, () => random.normal());
    const length = Math.hypot(...values);
    values.forEach((value, k) => {
      vectors[row * DIM + k] = value / length;
    });
  }
  return { vectors, rows, dim: DIM };
}

describe('captionRecall', () => {
  it('is what sorting all similarities says, with several captions of an image and several images of a caption', async () => {
    const random = new RandomStream(1);
    const [images, captions] = [matrix(random, 150), matrix(random, 170)];
    const pairs = Array.from({ length: 220 }, () => [random.integer(140), random.integer(170)] as const);
    const set = {
      ...{ images, captions },
      imageOf: Int32Array.from(pairs, ([image]) => image),
      captionOf: Int32Array.from(pairs, ([, caption]) => caption),
    };
    const cutoffs = [1, 5, 10, 50];
    const found = await captionRecall(set, cutoffs, plainProducts, () => undefined);
    const similarity = (image: number, caption: number) => {
      let sum = 0;
      for (let k = 0; k < DIM; k++) sum += images.vectors[image * DIM + k]! * captions.vectors[caption * DIM + k]!;
      return sum;
    };
    const slow = (side: 0 | 1) => {
      const asking = [...new Set(pairs.map((pair) => pair[side]))];
      const gallery = Array.from({ length: side === 0 ? 170 : 150 }, (_, i) => i);
      const ranked = asking.map((query) =>
        gallery
          .map((row) => ({ row, score: side === 0 ? similarity(query, row) : similarity(row, query) }))
          .sort((a, b) => b.score - a.score)
          .map(({ row }) => pairs.some((pair) => pair[side] === query && pair[1 - side] === row)),
      );
      return cutoffs.map((k) => ranked.filter((hits) => hits.slice(0, k).includes(true)).length / asking.length);
    };
    assert.deepEqual([...found.imageToCaption], slow(0));
    assert.deepEqual([...found.captionToImage], slow(1));
  });

  it('gives an encoder that sees nothing no more than chance', async () => {
    const same = { vectors: new Float32Array(40 * DIM).fill(1 / Math.sqrt(DIM)), rows: 40, dim: DIM };
    const order = Int32Array.from({ length: 40 }, (_, i) => i);
    const set = { images: same, captions: same, imageOf: order, captionOf: order };
    const { imageToCaption, captionToImage } = await captionRecall(set, [1, 10], plainProducts, () => undefined);
    assert.deepEqual([...imageToCaption, ...captionToImage], [1 / 40, 10 / 40, 1 / 40, 10 / 40]);
  });
});
