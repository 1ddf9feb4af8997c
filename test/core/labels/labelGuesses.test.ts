import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { nearestNeighbors } from '../../../src/core/evaluation/nearestNeighbors.ts';
import { runToEnd } from '../../../src/core/evaluation/steps.ts';
import { guessByEvidence } from '../../../src/core/labels/evidenceGuesses.ts';
import {
  foldsOf,
  graphSearch,
  guessByClassifier,
  guessByNeighbors,
  guessByPropagation,
  voteSearch,
  type GuessInput,
  type LabelGuesses,
} from '../../../src/core/labels/labelGuesses.ts';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { RandomStream } from '../../../src/core/random.ts';

/** Two bundles of directions; rows alternate between them, and the first `labelled` of them have a label. */
function bundles(labelled: number, rows: number): GuessInput {
  const random = new RandomStream(1);
  const vectors = Float32Array.from({ length: rows * 4 }, (_, i) => {
    const [row, component] = [Math.floor(i / 4), i % 4];
    return (component === row % 2 ? 1 : 0) + 0.05 * random.normal();
  });
  return {
    vectors,
    rows,
    dim: 4,
    labels: Int32Array.from({ length: rows }, (_, row) => (row < labelled ? row % 2 : -1)),
    groups: Int32Array.from({ length: rows }, (_, row) => row),
    classes: 2,
  };
}

const methods: Record<string, (input: GuessInput) => LabelGuesses | Promise<LabelGuesses>> = {
  evidence: (input) =>
    guessByEvidence(input, runToEnd(nearestNeighbors(voteSearch(input, 3))), plainProducts, () => undefined),
  neighbors: (input) => guessByNeighbors(input, runToEnd(nearestNeighbors(voteSearch(input, 3))), 0.07),
  propagation: (input) => {
    const neighbors = runToEnd(nearestNeighbors(graphSearch(input, 4)));
    return runToEnd(guessByPropagation(input, neighbors, { temperature: 0.07, alpha: 0.8, folds: 3 }));
  },
};

for (const [name, guess] of Object.entries(methods)) {
  suite(`guesses by ${name}`, () => {
    test('are those of the own bundle, with and without a label', async () => {
      const input = bundles(12, 30);
      const { classes, shares, familiarity } = await guess(input);
      classes.forEach((label, row) => {
        assert.equal(label, row % 2, `row ${row}`);
        assert.ok(shares[row]! > 0.9 && shares[row]! <= 1);
        assert.ok(familiarity[row]! > 0);
      });
    });

    test('know nothing of the label that an image has itself', async () => {
      const input = bundles(12, 30);
      const labels = input.labels.slice();
      labels[4] = 1;
      const wrong = await guess({ ...input, labels });
      assert.equal(wrong.classes[4], 0, 'what a wrongly labelled image looks like');
    });

    test('know nothing of the labels of its copies, but give an unlabelled copy its label', async () => {
      const input = bundles(12, 30);
      // Rows 4 and 6 show the same picture, which lies amid the other bundle; row 28 is an unlabelled copy of it.
      const vectors = input.vectors.slice();
      const picture = vectors.slice(5 * 4, 6 * 4);
      for (const row of [4, 6, 28]) vectors.set(picture, row * 4);
      const groups = input.groups.slice();
      groups[6] = groups[28] = groups[4]!;
      // The graph holds so few images that copies of 4 and 6 outweigh their neighbourhood.
      const copied = { ...input, vectors, groups };
      const guesses = await guess(copied);
      assert.equal(guesses.classes[4], 1);
      assert.equal(guesses.classes[6], 1);
      const strong = await guess({
        ...copied,
        labels: copied.labels.map((label, row) => ([4, 6].includes(row) ? 0 : label)),
      });
      const [without, withCopies] = [await guess({ ...copied, labels: unlabel(copied.labels, [4, 6]) }), strong];
      const shareOfZero = ({ classes, shares }: LabelGuesses) => (classes[28] === 0 ? shares[28]! : 1 - shares[28]!);
      assert.ok(shareOfZero(withCopies) > shareOfZero(without) + 0.2);
    });

    test('say which images are far from all labels', async () => {
      const input = bundles(12, 30);
      const vectors = input.vectors.slice();
      for (const row of [27, 28, 29]) vectors.set([0.01 * row, 0, 0, 1], row * 4);
      const { familiarity } = await guess({ ...input, vectors });
      const others = familiarity.subarray(12, 27);
      assert.ok(Math.max(...familiarity.subarray(27)) < Math.min(...others));
    });
  });
}

function unlabel(labels: Int32Array, rows: readonly number[]): Int32Array {
  return labels.map((label, row) => (rows.includes(row) ? -1 : label));
}

test('guesses by evidence know what no few neighbours tell', async () => {
  // Within a class far more varies than what the two differ in.
  const random = new RandomStream(6);
  const [rows, dim] = [500, 16];
  const vectors = Float32Array.from({ length: rows * dim }, (_, i) =>
    i % dim === 0 ? 3 : i % dim === 1 ? (Math.floor(i / dim) % 2 ? 0.55 : -0.55) : random.normal(),
  );
  const truth = Int32Array.from({ length: rows }, (_, row) => row % 2);
  const labels = truth.map((label, row) => (row < 300 ? label : -1));
  const input = { vectors, rows, dim, labels, groups: Int32Array.from(truth.keys()), classes: 2 };
  const neighbors = runToEnd(nearestNeighbors(voteSearch(input, 20)));
  const both = await guessByEvidence(input, neighbors, plainProducts, () => undefined);
  const right = ({ classes }: LabelGuesses) => classes.filter((label, row) => label === truth[row]).length / rows;
  const alone = right(guessByNeighbors(input, neighbors, 0.07));
  assert.ok(right(both) > 0.95 && alone < 0.9, `${right(both)} and ${alone}`);
  // As sure as they are right, roughly.
  const sure = both.shares.reduce((sum, share) => sum + share, 0) / rows;
  assert.ok(Math.abs(sure - right(both)) < 0.03, `${sure}`);

  const unknown = await guessByEvidence(
    { ...input, labels: labels.map(() => -1), classes: 0 },
    runToEnd(nearestNeighbors(voteSearch({ ...input, labels: labels.map(() => -1) }, 20))),
    plainProducts,
    () => undefined,
  );
  assert.ok(unknown.classes.every((label) => label === -1));
});

test('guesses by a classifier are its own, in the numbers of the classes, and as familiar as the nearest label', () => {
  const input = bundles(12, 30);
  const vectors = input.vectors.slice();
  vectors.set([0, 0, 0, 1], 29 * 4);
  const nearest = runToEnd(nearestNeighbors(voteSearch({ ...input, vectors }, 1)));
  const predictions = Int32Array.from({ length: 30 }, (_, row) => (row === 3 ? -1 : row % 2));
  const confidences = new Float64Array(30).fill(0.9);
  const { classes, shares, familiarity } = guessByClassifier(
    { predictions, confidences },
    Int32Array.of(2, 0),
    nearest,
  );
  assert.deepEqual([...classes.subarray(0, 4)], [2, 0, 2, -1]);
  assert.equal(shares[1], 0.9);
  assert.ok(familiarity[29]! < 0.5 && Math.min(...familiarity.subarray(0, 29)) > 0.9);
});

test('parts hold whole groups and share out every class', () => {
  const labels = Int32Array.from({ length: 40 }, (_, row) => (row < 10 ? -1 : row % 3));
  const groups = Int32Array.from({ length: 40 }, (_, row) => (row < 34 ? row : row - 3));
  const folds = foldsOf({ labels, groups }, 5);
  for (let row = 0; row < 10; row++) assert.equal(folds[row], -1);
  for (let row = 34; row < 37; row++) assert.equal(folds[row], folds[row - 3]);
  for (let label = 0; label < 3; label++) {
    const counts = [0, 1, 2, 3, 4].map(
      (fold) => [...Array(34).keys()].filter((row) => folds[row] === fold && labels[row] === label).length,
    );
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, counts.join());
  }
});
