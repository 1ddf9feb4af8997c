import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classEvidence, evidenceSteps, type ClassEvidence } from '../../../src/core/curation/classEvidence.ts';
import { labelIssues } from '../../../src/core/curation/labelIssues.ts';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { neighborsOf, threeClasses } from './points.ts';

/** What is known of the classes of points, by `count` neighbours. */
async function evidenceOf(
  points: readonly (readonly number[])[],
  classOf: Int32Array,
  { classes = 3, count = 12, contentKeys = points.map((_, row) => row) } = {},
): Promise<ClassEvidence> {
  const unit = points.map((point) => point.map((value) => value / Math.hypot(...point)));
  const images = {
    ...{ vectors: Float32Array.from(unit.flat()), rows: points.length, dim: points[0]!.length, classOf, classes },
    ...{ contentKeys, neighbors: neighborsOf(points, count) },
  };
  const steps: number[] = [];
  const evidence = await classEvidence(images, plainProducts, (done) => {
    steps.push(done);
  });
  assert.equal(steps.at(-1), evidenceSteps(points.length));
  return evidence;
}

/** Mean, over all that is right, of the precision at its place; 0 where it isn't listed. */
function averagePrecision(order: readonly number[], isRight: readonly boolean[]): number {
  let [hits, sum] = [0, 0];
  for (const [place, row] of order.entries()) if (isRight[row]) sum += ++hits / (place + 1);
  return sum / isRight.filter(Boolean).length;
}

describe('label issues', () => {
  it('are the labels that were changed, and no others, with the class that is right', async () => {
    const { points, labels } = threeClasses(40);
    const wrong = new Map([
      [3, 1],
      [50, 2],
      [90, 0],
    ]);
    const given = labels.map((label, row) => wrong.get(row) ?? label);
    const issues = labelIssues(await evidenceOf(points, given), given);
    assert.deepEqual(
      issues.map(({ row }) => row).sort((a, b) => a - b),
      [...wrong.keys()],
    );
    for (const { row, suggested, score } of issues) {
      assert.equal(suggested, labels[row]);
      assert.ok(score < 0.1);
    }
  });

  it('are none where all labels are right, and none of images without a label', async () => {
    const { points, labels } = threeClasses(20);
    labels[5] = -1;
    assert.deepEqual(labelIssues(await evidenceOf(points, labels), labels), []);
  });

  it('are none of one class alone, and need no neighbour', async () => {
    const { points } = threeClasses(5);
    const one = new Int32Array(points.length);
    assert.deepEqual(labelIssues(await evidenceOf(points, one, { classes: 1 }), one), []);
    const two = one.map((_, row) => (row < 5 ? 0 : 1));
    two[0] = 1;
    const issues = labelIssues(await evidenceOf(points, two, { classes: 2, count: 0 }), two);
    assert.deepEqual(
      issues.map(({ row, suggested, share, otherShare }) => [row, suggested, share, otherShare]),
      [[0, 0, 0, 0]],
    );
  });

  it('put flipped labels of noisy classes more before others than disagreement of ten neighbours does', async () => {
    const [perClass, classes] = [60, 4];
    const count = perClass * classes;
    const precisions: (readonly [own: number, plain: number])[] = [];
    for (let seed = 1; seed <= 8; seed++) {
      const random = new RandomStream(seed, 31);
      const centres = Array.from({ length: classes }, () => Array.from({ length: 12 }, () => random.normal()));
      const points = Array.from({ length: count }, (_, row) =>
        centres[row % classes]!.map((value) => value + 1.7 * random.normal()),
      );
      const isWrong = Array.from({ length: count }, () => random.uniform() < 0.1);
      const labels = Int32Array.from(isWrong, (wrong, row) => (row + (wrong ? 1 + random.integer(3) : 0)) % classes);
      const neighbors = neighborsOf(points, 20);
      const disagreeing = (row: number) =>
        neighbors.rows.slice(20 * row, 20 * row + 10).filter((other) => labels[other] !== labels[row]).length;
      const plain = [...isWrong.keys()].sort((a, b) => disagreeing(b) - disagreeing(a));
      const evidence = await evidenceOf(points, labels, { classes, count: 20 });
      const ours = labelIssues(evidence, labels, 1).map(({ row }) => row);
      precisions.push([averagePrecision(ours, isWrong), averagePrecision(plain, isWrong)]);
    }
    const [own, other] = [0, 1].map((of) => precisions.reduce((sum, pair) => sum + pair[of]!, 0) / precisions.length);
    assert.ok(own! > 1.2 * other! && own! > 0.3, `${own} and ${other}`);
  });

  it('are told by neighbours alone where no plane parts the classes', async () => {
    const random = new RandomStream(8, 5);
    const points = Array.from({ length: 200 }, (_, row) =>
      Array.from(
        { length: 8 },
        (_value, k) => (k === 0 ? (row % 4 < 2 ? 1 : -1) : k === 1 ? (row % 2 ? 1 : -1) : 0) + 0.1 * random.normal(),
      ),
    );
    const right = Int32Array.from(points, (_, row) => (row % 4 === 1 || row % 4 === 2 ? 1 : 0));
    const all = await evidenceOf(points, right, { classes: 2, count: 20 });
    assert.deepEqual(labelIssues(all, right, 1), []);
    const wrong = [7, 50, 120, 188];
    const given = right.map((label, row) => (wrong.includes(row) ? 1 - label : label));
    const issues = labelIssues(await evidenceOf(points, given, { classes: 2, count: 20 }), given);
    assert.deepEqual(
      issues.map(({ row }) => row).sort((a, b) => a - b),
      wrong,
    );
  });

  it('say which class an image looks like, and which other one', async () => {
    const { points, labels } = threeClasses(40);
    const own = labels.slice();
    labels[3] = (own[3]! + 1) % 3;
    labels[4] = -1;
    const { most, other, lead, share, otherShare } = await evidenceOf(points, labels);
    assert.deepEqual([...most], [...own]);
    assert.deepEqual([other[3], other[4]], [own[3], own[4]]);
    assert.ok(lead[3]! > 1 && lead[4] === 0 && lead[5]! < -1);
    assert.ok(otherShare[3]! > 0.9 && share[3]! < 0.1 && share[5]! > 0.8);
  });

  it('are of two copies with different labels the one that less speaks for, however little', async () => {
    const { points, labels } = threeClasses(40);
    const between = [0.97, 1, 0];
    const alone = await evidenceOf([...points, between], Int32Array.from([...labels, 0]));
    assert.ok(alone.lead[120]! > 0 && alone.lead[120]! < Math.log(3), `${alone.lead[120]}`);
    assert.deepEqual(labelIssues(alone, Int32Array.from([...labels, 0])), []);

    const twice = [...points, between, between];
    const contentKeys = twice.map((_, row) => Math.min(row, 120));
    const given = Int32Array.from([...labels, 0, 1]);
    const evidence = await evidenceOf(twice, given, { contentKeys });
    const [issue, ...more] = labelIssues(evidence, given);
    assert.deepEqual([issue?.row, issue?.suggested, issue?.isCopied, more.length], [120, 1, true, 0]);
    assert.deepEqual([evidence.most[120], evidence.most[121]], [1, 1]);

    // Of three the two that agree outweigh the third, unless all else speaks for it by far.
    const thrice = Int32Array.from([...labels, 0, 0, 1]);
    const keys = [...contentKeys, 120];
    const most = await evidenceOf([...twice, between], thrice, { contentKeys: keys });
    assert.deepEqual(
      labelIssues(most, thrice).map(({ row, suggested }) => [row, suggested]),
      [[122, 0]],
    );

    // What both are not, a third class is, whatever the copies say.
    const wrong = Int32Array.from([...labels, 0, 2]);
    const issues = labelIssues(await evidenceOf([...points, [0, 1, 0], [0, 1, 0]], wrong, { contentKeys }), wrong);
    assert.deepEqual(issues.map(({ row, suggested, isCopied }) => [row, suggested, isCopied]).sort(), [
      [120, 1, false],
      [121, 1, false],
    ]);
  });

  it('are fewer where less doubt is allowed', async () => {
    const { points, labels } = threeClasses(40);
    labels[3] = 1;
    const evidence = await evidenceOf(points, labels);
    assert.equal(labelIssues(evidence, labels, 0.2).length, 1);
    assert.equal(labelIssues(evidence, labels, 0).length, 0);
  });
});
