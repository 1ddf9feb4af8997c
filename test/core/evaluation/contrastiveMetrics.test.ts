import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { chanceLoss, contrastiveMetrics, orthogonalLoss } from '../../../src/core/evaluation/contrastiveMetrics.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { testVectors, unlessVectors } from '../../shared.ts';
import { assertClose, cosine, flat, mean, randomMatrix, row, type Rows } from './matrices.ts';

interface NtXentVectors {
  readonly z1_raw: Rows;
  readonly z2_raw: Rows;
  readonly cases: readonly {
    readonly temperature: number;
    readonly loss_mean_over_2N: number;
    readonly simclr_contrast_acc: number;
    readonly simclr_contrast_entropy: number;
  }[];
}

suite('contrastiveMetrics', () => {
  test('equals the reference vectors at every temperature', { skip: unlessVectors }, () => {
    const { z1_raw, z2_raw, cases } = testVectors('nt_xent') as NtXentVectors;
    for (const expected of cases) {
      const { temperature } = expected;
      const metrics = contrastiveMetrics(flat(z1_raw), flat(z2_raw), z1_raw.length, z1_raw[0]!.length, temperature);
      assertClose(metrics.loss, expected.loss_mean_over_2N, 1e-6, `loss at ${temperature}`);
      assert.equal(metrics.accuracy, expected.simclr_contrast_acc);
      assertClose(metrics.entropy, expected.simclr_contrast_entropy, 1e-6, `entropy at ${temperature}`);
    }
  });

  test('equals the definitions on random views, in more than one block', () => {
    const [count, dim, temperature] = [37, 7, 0.3];
    const random = new RandomStream(1);
    const z1 = randomMatrix(random, count, dim);
    const z2 = z1.map((value) => value + random.normal());
    const views = [z1, z2].flatMap((z) => Array.from({ length: count }, (_, i) => row(z, i, dim)));
    const similarity = views.map((a) => views.map((b) => cosine(a, b)));
    const partner = (view: number) => (view + count) % views.length;
    const others = similarity.map((similarities, view) =>
      similarities.filter((_, other) => other !== view && other !== partner(view)),
    );
    const positives = similarity.map((similarities, view) => similarities[partner(view)]!);
    const losses = positives.map((positive, view) => {
      const sum = [positive, ...others[view]!].reduce((total, s) => total + Math.exp(s / temperature), 0);
      return Math.log(sum) - positive / temperature;
    });
    const cross = similarity.slice(0, count).map((similarities) => similarities.slice(count));

    const metrics = contrastiveMetrics(z1, z2, count, dim, temperature);
    assertClose(metrics.loss, mean(losses), 1e-12);
    assertClose(metrics.positiveSimilarity, mean(positives), 1e-12);
    assertClose(metrics.negativeSimilarity, mean(others.flat()), 1e-12);
    assertClose(metrics.nearestNegativeSimilarity, mean(others.map((s) => Math.max(...s))), 1e-12);
    assert.equal(metrics.accuracy, mean(cross.map((s, i) => (Math.max(...s) === s[i] ? 1 : 0))));
    assert.ok(metrics.accuracy > 0 && metrics.accuracy < 1, 'the views are neither all found nor all missed');
  });

  test('the loss of chance is ln of the number of candidates, of which DCL has one less', () => {
    assert.equal(chanceLoss(16), Math.log(31));
    assert.equal(chanceLoss(16, 'supervised'), Math.log(31));
    assert.equal(chanceLoss(16, 'dcl'), Math.log(30));
  });

  test('gives ln(2N − 1) and chance where all embeddings are equal', () => {
    const z = new Float32Array(8 * 5).fill(0.3);
    for (const temperature of [0.07, 0.5, 10]) {
      const metrics = contrastiveMetrics(z, z, 8, 5, temperature);
      assertClose(metrics.loss, Math.log(15), 1e-12);
      assertClose(metrics.entropy, Math.log(8), 1e-6);
      assert.equal(metrics.accuracy, 1 / 8);
      assertClose(metrics.negativeSimilarity, 1, 1e-12);
      assert.equal(chanceLoss(8), Math.log(15));
    }
  });

  test('gives the orthogonal loss for coinciding views of orthogonal images', () => {
    const z = Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 3 : 0));
    for (const temperature of [0.01, 0.1, 1]) {
      const metrics = contrastiveMetrics(z, z, 4, 4, temperature);
      assertClose(metrics.loss, orthogonalLoss(4, temperature), 1e-12);
      assert.equal(metrics.accuracy, 1);
      assert.equal(metrics.nearestNegativeSimilarity, 0);
    }
  });

  test('neither the length of a row nor a tiny temperature matters', () => {
    const random = new RandomStream(2);
    const z1 = randomMatrix(random, 6, 4);
    const z2 = randomMatrix(random, 6, 4);
    const scaled = contrastiveMetrics(
      z1.map((value, i) => value * 2 ** Math.floor(i / 4)),
      z2,
      6,
      4,
      0.5,
    );
    assert.deepEqual(scaled, contrastiveMetrics(z1, z2, 6, 4, 0.5));
    assert.ok(Number.isFinite(contrastiveMetrics(z1, z2, 6, 4, 1e-4).loss));
  });

  test('has nothing to say on negatives of a single image, nor on embeddings that are not finite', () => {
    const single = contrastiveMetrics(Float32Array.of(1, 0), Float32Array.of(0, 1), 1, 2, 0.5);
    assert.deepEqual([single.loss, single.accuracy, single.positiveSimilarity], [0, 1, 0]);
    assert.ok(Number.isNaN(single.negativeSimilarity) && Number.isNaN(single.nearestNegativeSimilarity));
    const broken = contrastiveMetrics(new Float32Array(6).fill(Number.NaN), new Float32Array(6), 3, 2, 0.5);
    assert.ok(Number.isNaN(broken.loss) && Number.isNaN(broken.nearestNegativeSimilarity));
    assert.equal(broken.accuracy, 0);
  });
});
