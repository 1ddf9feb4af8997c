import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { heldOutImages } from '../../../src/core/labels/heldOut.ts';
import type { LabelGuesses } from '../../../src/core/labels/labelGuesses.ts';
import { proposeLabels, type ProposalInput } from '../../../src/core/labels/labelProposals.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { assertClose, mean } from '../evaluation/matrices.ts';

interface World extends ProposalInput {
  readonly truth: Int32Array;
}

/** Guesses that are right as often as their share says, or as `rightness` makes of it; the first rows are labelled. */
function world(
  seed: number,
  { labelled = 400, unlabelled = 2000, classes = 4, rightness = (share: number, _label: number) => share } = {},
): World {
  const random = new RandomStream(seed);
  const rows = labelled + unlabelled;
  const truth = Int32Array.from({ length: rows }, () => random.integer(classes));
  const guesses: LabelGuesses = {
    classes: new Int32Array(rows),
    shares: new Float64Array(rows),
    familiarity: new Float64Array(rows).fill(0.9),
  };
  truth.forEach((label, row) => {
    const share = 1 - 0.8 * random.uniform() ** 2;
    guesses.shares[row] = share;
    const isRight = random.chance(rightness(share, label));
    guesses.classes[row] = isRight ? label : (label + 1 + random.integer(classes - 1)) % classes;
  });
  return {
    guesses,
    truth,
    labels: truth.map((label, row) => (row < labelled ? label : -1)),
    groups: truth.map((_, row) => row),
    classes,
  };
}

const precisionOf = ({ truth }: World, rows: Uint32Array, classes: Int32Array) =>
  mean(Array.from(rows, (row, i) => (classes[i] === truth[row] ? 1 : 0)));

suite('proposeLabels', () => {
  test('reaches the precision that was asked for in nearly every world, by different amounts of labels', () => {
    for (const [labelled, precision] of [
      [150, 0.8],
      [400, 0.9],
      [1500, 0.95],
    ] as const) {
      let [below, worst, kept] = [0, 1, 0];
      for (let seed = 0; seed < 30; seed++) {
        const made = world(seed, { labelled });
        const { rows, classes } = proposeLabels(made, { precision });
        if (rows.length === 0) continue;
        const reached = precisionOf(made, rows, classes);
        kept += rows.length / 2000 / 30;
        worst = Math.min(worst, reached);
        if (reached < precision) below++;
      }
      // With a bound of 95 % one or two of thirty are expected below, and six would be three in a thousand.
      assert.ok(below < 6, `${below} of 30 below ${precision} with ${labelled} labels`);
      assert.ok(worst > precision - 0.06, `worst ${worst}`);
      assert.ok(kept > 0.2, `keeps ${kept} of the images on average`);
    }
  });

  test('confidences are the shares of right guesses, also where the method thinks otherwise', () => {
    const made = world(3, { labelled: 3000, unlabelled: 20_000, rightness: (share) => share ** 3 });
    const { rows, classes, confidences } = proposeLabels(made, { precision: 0.3 });
    for (const [low, high] of [
      [0.5, 0.6],
      [0.7, 0.8],
      [0.9, 0.95],
    ] as const) {
      const inside = [...rows.keys()].filter((i) => confidences[i]! >= low && confidences[i]! < high);
      const right = mean(inside.map((i) => (classes[i] === made.truth[rows[i]!] ? 1 : 0)));
      assertClose(mean(inside.map((i) => confidences[i]!)), right, 0.04, `from ${low} to ${high}`);
    }
  });

  test('never touches an image that has a label, and is sorted by confidence', () => {
    const made = world(1);
    const { rows, confidences } = proposeLabels(made, { precision: 0.8 });
    assert.ok(rows.length > 100);
    assert.ok(rows.every((row) => made.labels[row] === -1));
    assert.equal(new Set(rows).size, rows.length);
    for (let i = 1; i < rows.length; i++) assert.ok(confidences[i]! <= confidences[i - 1]!);
    const odd = proposeLabels(made, { precision: 0.8, accept: (row) => row % 2 === 1 });
    assert.deepEqual(
      [...odd.rows],
      [...rows].filter((row) => row % 2 === 1),
    );
  });

  test('nothing is proposed where too few labels could show the precision', () => {
    const made = world(1, { labelled: 40, rightness: () => 1 });
    const { rows, threshold, heldOut, withheld } = proposeLabels(made, { precision: 0.95 });
    assert.deepEqual([rows.length, threshold, heldOut], [0, undefined, { count: 40, correct: 40 }]);
    assert.deepEqual(withheld, { unlike: 0, unsure: 2000, capped: 0 });
    assert.equal(proposeLabels(made, { precision: 0.9 }).rows.length, 2000);
  });

  test('copies of a held-out image count once', () => {
    const made = world(1, { labelled: 40, rightness: () => 1 });
    const groups = made.groups.map((group, row) => (row < 40 ? group % 20 : group));
    const { heldOut, perClass } = proposeLabels({ ...made, groups }, { precision: 0.9 });
    assert.equal(heldOut.count, 20);
    assert.equal(
      perClass.reduce((sum, { pictures }) => sum + pictures, 0),
      20,
    );
  });

  test('a class that is often mistaken does not hide behind the others', () => {
    // Half of class 2 is taken for class 3, however sure the method is.
    const made = world(5, { labelled: 1200, rightness: () => 0.98 });
    for (let row = 0; row < made.truth.length; row++) {
      if (made.truth[row] === 2 && row % 2 === 0) made.guesses.classes[row] = 3;
    }
    const { rows, classes, perClass } = proposeLabels(made, { precision: 0.85 });
    assert.equal(perClass[3]!.proposed, 0);
    assert.ok(perClass[0]!.proposed > 100 && perClass[1]!.proposed > 100);
    assert.ok(precisionOf(made, rows, classes) >= 0.85);
  });

  test('a class with a single picture votes but is not proposed, nor held out', () => {
    const made = world(2, { labelled: 300 });
    const labels = made.labels.slice();
    const single = labels.findIndex((label) => label === 0);
    for (let row = 0; row < 300; row++) if (labels[row] === 0 && row !== single) labels[row] = 1;
    const { perClass, heldOut, rows, classes } = proposeLabels({ ...made, labels }, { precision: 0.6 });
    assert.deepEqual([perClass[0]!.pictures, perClass[0]!.proposed, perClass[0]!.threshold], [1, 0, undefined]);
    assert.equal(heldOut.count, 299);
    assert.ok(rows.length > 0 && !classes.includes(0));
  });

  test('images unlike all labelled ones get nothing, however sure the guess', () => {
    const made = world(2, { rightness: () => 1 });
    const familiarity = made.guesses.familiarity.slice();
    familiarity.fill(0.2, 1400);
    const { rows, withheld } = proposeLabels(
      { ...made, guesses: { ...made.guesses, familiarity } },
      { precision: 0.9 },
    );
    assert.equal(withheld.unlike, 1000);
    assert.deepEqual([rows.length, Math.max(...rows)], [1000, 1399]);
  });

  test('a classifier that knows its training images by heart is judged by the others alone', () => {
    const [labelled, learnt] = [900, 500];
    let below = 0;
    for (let seed = 0; seed < 10; seed++) {
      // Right half of the time on what it has not seen, and sure of itself; always right and surer on what it has.
      const made = world(seed, { labelled, rightness: (share) => 0.3 + 0.5 * share ** 4 });
      const seen = Uint8Array.from(made.truth, (_, row) => (row < learnt ? 1 : 0));
      for (let row = 0; row < learnt; row++) {
        made.guesses.classes[row] = made.truth[row]!;
        made.guesses.shares[row] = 0.99;
      }
      // Images 500 to 549 are copies of ones it has learnt, and known by heart as well.
      const groups = made.groups.map((group, row) => (row >= learnt && row < learnt + 50 ? row - learnt : group));
      for (let row = learnt; row < learnt + 50; row++) {
        made.truth[row] = made.truth[row - learnt]!;
        made.labels[row] = made.truth[row]!;
        made.guesses.classes[row] = made.truth[row]!;
        made.guesses.shares[row] = 0.99;
      }
      const heldOut = heldOutImages(groups, seen);
      const input = { ...made, groups };
      const believed = proposeLabels(input, { precision: 0.7 });
      const judged = proposeLabels({ ...input, isHeldOut: (row) => heldOut[row] === 1 }, { precision: 0.7 });
      assert.equal(judged.heldOut.count, labelled - learnt - 50);
      const truly = mean(
        Array.from({ length: 2000 }, (_, i) => {
          return made.guesses.classes[labelled + i] === made.truth[labelled + i] ? 1 : 0;
        }),
      );
      assertClose(judged.heldOut.correct / judged.heldOut.count, truly, 0.08, 'accuracy on what it has not seen');
      assert.ok(believed.heldOut.correct / believed.heldOut.count > truly + 0.15, 'by heart it looks better');
      assert.ok(precisionOf(made, believed.rows, believed.classes) < 0.65, 'and would propose too much');
      if (judged.rows.length > 0 && precisionOf(made, judged.rows, judged.classes) < 0.7) below++;
      assert.ok(judged.rows.length < believed.rows.length);
    }
    assert.ok(below < 3, `${below} of 10 below`);
  });

  test('a class without a held-out image is not proposed, and one with a single one may be', () => {
    const made = world(6, { labelled: 600, rightness: () => 1 });
    const single = made.labels.indexOf(1);
    const isHeldOut = (row: number) => made.labels[row]! > 1 || row === single;
    const { perClass, classes } = proposeLabels({ ...made, isHeldOut }, { precision: 0.9 });
    assert.deepEqual(
      perClass.map(({ heldOut }) => Math.min(heldOut, 2)),
      [0, 1, 2, 2],
    );
    assert.ok(perClass[0]!.pictures > 100);
    assert.deepEqual([perClass[0]!.threshold, perClass[0]!.proposed, classes.includes(0)], [undefined, 0, false]);
    assert.ok(perClass[1]!.proposed > 100);
  });

  test('a cap keeps the most confident of each class, and balance goes by the rarest', () => {
    const made = world(4);
    const free = proposeLabels(made, { precision: 0.8 });
    const capped = proposeLabels(made, { precision: 0.8, cap: 7 });
    for (let label = 0; label < 4; label++) {
      const of = ({ rows, classes }: typeof free) => [...rows].filter((_, i) => classes[i] === label);
      assert.deepEqual(of(capped), of(free).slice(0, 7));
    }
    assert.equal(capped.withheld.capped, free.rows.length - 28);
    const fewest = Math.min(...free.perClass.map(({ proposed }) => proposed));
    const balanced = proposeLabels(made, { precision: 0.8, balanced: true });
    assert.deepEqual(
      balanced.perClass.map(({ proposed }) => proposed),
      [fewest, fewest, fewest, fewest],
    );
  });

  test('without a guess, or without labels, there is nothing to propose', () => {
    const made = world(4);
    const none = { ...made.guesses, classes: made.guesses.classes.map(() => -1) };
    assert.equal(proposeLabels({ ...made, guesses: none }, { precision: 0.5 }).rows.length, 0);
    const unlabelled = proposeLabels({ ...made, labels: made.labels.map(() => -1) }, { precision: 0.5 });
    assert.deepEqual([unlabelled.rows.length, unlabelled.heldOut.count], [0, 0]);
  });
});
