import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mostLikely, WeighedEvidence, type ClassedImages } from '../../../src/core/evidence/weighedEvidence.ts';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';

const nothing = () => undefined;

/** Five images in the plane; the first two hold the same and are each other's nearest, with different labels. */
const images: ClassedImages = {
  vectors: Float32Array.of(1, 0, 1, 0, 0.8, 0.6, 0.6, 0.8, 0, 1),
  rows: 5,
  dim: 2,
  classOf: Int32Array.of(0, 1, 0, 1, 1),
  classes: 2,
  contentKeys: [7, 7, 1, 2, 3],
  neighbors: {
    queries: 5,
    count: 2,
    rows: Int32Array.of(1, 2, 0, 2, 3, 0, 2, 4, 3, 2),
    similarities: Float64Array.of(1, 0.8, 1, 0.8, 0.96, 0.8, 0.96, 0.8, 0.8, 0.6),
  },
};

describe('weighed evidence', () => {
  it('counts no vote of a copy', async () => {
    const evidence = await WeighedEvidence.learnt(images, plainProducts, nothing);
    const shares: number[][] = [];
    await evidence.forEach((row) => shares.push([...row.shares]), nothing);
    await evidence.release();
    assert.deepEqual(shares.slice(0, 2), [
      [1, 0],
      [1, 0],
    ]);
    assert.ok(shares[2]![1]! > 0.5 && shares[2]![0]! > 0, 'others vote, copies of one another or not');
  });

  it('is that of neighbours alone where there is one class', async () => {
    const evidence = await WeighedEvidence.learnt(
      { ...images, classOf: new Int32Array(5), classes: 1 },
      plainProducts,
      nothing,
    );
    assert.equal(evidence.knowsWithoutVotes, false);
    const sums: number[] = [];
    await evidence.forEach((row) => sums.push(row.sums[0]!), nothing);
    assert.ok(sums.every((sum) => Math.abs(sum - Math.log(1.02)) < 1e-12));
  });

  it('makes classes as likely as their sums say', () => {
    const { label, likelihood } = mostLikely(Float64Array.of(Math.log(2) + 900, Math.log(6) + 900, 900));
    assert.equal(label, 1);
    assert.ok(Math.abs(likelihood - 6 / 9) < 1e-12);
  });
});
