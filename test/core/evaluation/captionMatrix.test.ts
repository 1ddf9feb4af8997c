import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { captionRecall } from '../../../src/core/evaluation/captionRecall.ts';
import { captionSimilarities, recallAmong } from '../../../src/core/evaluation/captionMatrix.ts';
import { similarityOf } from '../../../src/core/evaluation/similarityCodes.ts';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { RandomStream } from '../../../src/core/random.ts';

const [DIM, IMAGES, CAPTIONS] = [6, 150, 120];

function unitRows(random: RandomStream, rows: number) {
  const vectors = new Float32Array(rows * DIM);
  for (let row = 0; row < rows; row++) {
    const values = Array.from({ length: DIM }, () => random.normal());
    vectors.set(
      values.map((value) => value / Math.hypot(...values)),
      row * DIM,
    );
  }
  return { vectors, rows, dim: DIM };
}

describe('images against captions', () => {
  it('are all pairs, whose ranks agree with recall as it is measured elsewhere', async () => {
    const random = new RandomStream(3);
    const [images, captions] = [unitRows(random, IMAGES), unitRows(random, CAPTIONS)];
    // Each caption is of an image at least, and some are of several.
    const captionOf = Int32Array.from({ length: IMAGES }, (_, row) => (row < CAPTIONS ? row : random.integer(20)));
    const told: number[] = [];
    const found = await captionSimilarities({ images, captions, captionOf }, plainProducts, (done) => {
      told.push(done);
    });
    assert.deepEqual(told, [128, 150]);
    const similarity = (image: number, caption: number) =>
      Array.from({ length: DIM }, (_, k) => images.vectors[image * DIM + k]! * captions.vectors[caption * DIM + k]!);
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    for (const [row, column] of [
      [0, 0],
      [7, 140],
      [140, 7],
      [149, 149],
    ] as const) {
      const expected = sum(similarity(row, captionOf[column]!));
      assert.ok(Math.abs(similarityOf(found.codes[row * IMAGES + column]!) - expected) < 1e-4);
    }
    assert.ok(Math.abs(found.own[9]! - sum(similarity(9, captionOf[9]!))) < 1e-6);
    const cutoffs = [1, 5, 10, 60];
    const imageOf = Int32Array.from({ length: IMAGES }, (_, row) => row);
    const recall = await captionRecall(
      { images, captions, imageOf, captionOf },
      cutoffs,
      plainProducts,
      () => undefined,
    );
    const own = cutoffs.map((cutoff) => recallAmong(found, captionOf, cutoff));
    assert.deepEqual(
      own.map(({ imageToCaption }) => imageToCaption),
      [...recall.imageToCaption],
    );
    assert.deepEqual(
      own.map(({ captionToImage }) => captionToImage),
      [...recall.captionToImage],
    );
    const mean = sum([...captionOf.keys()].map((row) => sum(similarity(row, captionOf[row]!)))) / IMAGES;
    assert.ok(Math.abs(found.meanOwn - mean) < 1e-6);
    assert.ok(found.low < found.high && Math.abs(found.meanOther) < 0.1);
  });

  it('with one caption for all have no others', async () => {
    const images = unitRows(new RandomStream(4), 3);
    const captions = unitRows(new RandomStream(5), 1);
    const set = { images, captions, captionOf: Int32Array.of(0, 0, 0) };
    const { meanOther, captionRanks, imageRanks } = await captionSimilarities(set, plainProducts, () => undefined);
    assert.ok(Number.isNaN(meanOther));
    assert.deepEqual(
      [[...captionRanks], [...imageRanks]],
      [
        [1, 1, 1],
        [1, 1, 1],
      ],
    );
  });
});
