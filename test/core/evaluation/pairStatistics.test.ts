import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExtremePairs, spreadPairs, type RankedPair } from '../../../src/core/evaluation/extremePairs.ts';
import { groupMeans } from '../../../src/core/evaluation/groupMeans.ts';
import { PairStatistics, separationOf } from '../../../src/core/evaluation/pairStatistics.ts';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { eachPairBlock } from '../../../src/core/neighbors/pairBlocks.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { classVectors } from '../projection/generated.ts';

interface PlainPair extends RankedPair {
  readonly classes: readonly [number, number];
}

const CLASSES = 4;
const data = classVectors({ rows: 160, dim: 6, classes: CLASSES, seed: 3 });
/** Every tenth has no class. */
const classOf = Int32Array.from({ length: data.rows }, (_, row) => (row % 10 === 0 ? -1 : (row * 7) % CLASSES));
const pairs = plainPairs();

async function statistics(listed = 20): Promise<PairStatistics> {
  const found = new PairStatistics(classOf, CLASSES, listed);
  await eachPairBlock(
    data,
    plainProducts,
    () => undefined,
    (block) => {
      found.add(block);
    },
  );
  return found;
}

test('every pair is looked at once', async () => {
  const found = await statistics();
  assert.equal(found.all.total, pairs.length);
  assert.equal(found.within.total, pairs.filter(isWithin).length);
  assert.equal(found.between.total, pairs.filter(isBetween).length);
});

test('the overlap of within and between is what counting pairs of pairs says', async () => {
  const found = await statistics();
  const overall = countedSeparation(pairs.filter(isWithin), pairs.filter(isBetween));
  assert.ok(Math.abs(separationOf(found.within, found.between) - overall) < 1e-3);
  for (let name = 0; name < CLASSES; name++) {
    const within = pairs.filter((pair) => isWithin(pair) && pair.classes[0] === name);
    const around = pairs.filter((pair) => isBetween(pair) && pair.classes.includes(name));
    const expected = countedSeparation(within, around);
    assert.ok(Math.abs(separationOf(found.withinClass(name), found.aroundClass(name)) - expected) < 1e-3);
  }
});

test('without classes there is nothing to tell apart', () => {
  const found = new PairStatistics(new Int32Array(3).fill(-1), 0, 5);
  assert.ok(Number.isNaN(separationOf(found.within, found.between)));
  assert.ok(Number.isNaN(found.all.quantile(0.5)));
});

test('the pairs that stand out are those that sorting all of them gives', async () => {
  const found = await statistics();
  const rank = (a: RankedPair, b: RankedPair) => a.first - b.first || a.second - b.second;
  const most = pairs.filter(isBetween).sort((a, b) => b.similarity - a.similarity || rank(a, b));
  const least = pairs.filter(isWithin).sort((a, b) => a.similarity - b.similarity || rank(a, b));
  assert.deepEqual(found.mostBetween.sorted(), most.slice(0, 20).map(plain));
  assert.deepEqual(found.leastWithin.sorted(), least.slice(0, 20).map(plain));
});

test('equal pairs come in the order of their rows, and missing similarities never', () => {
  const found = new ExtremePairs(3, 'most');
  for (const [first, second, similarity] of [
    [4, 5, 0.5],
    [0, 9, 0.5],
    [1, 2, Number.NaN],
    [0, 3, 0.5],
    [2, 3, 0.1],
    [1, 7, 0.9],
  ] as const) {
    found.offer(first, second, similarity);
  }
  assert.deepEqual(
    found.sorted().map(({ first, second }) => [first, second]),
    [
      [1, 7],
      [0, 3],
      [0, 9],
    ],
  );
});

test('no image fills a list by itself', () => {
  const many = [1, 2, 3, 4, 5].map((second): RankedPair => ({ first: 0, second, similarity: 1 / second }));
  const kept = spreadPairs([...many, { first: 6, second: 7, similarity: 0 }], 4, 2);
  assert.deepEqual(
    kept.map(({ first, second }) => [first, second]),
    [
      [0, 1],
      [0, 2],
      [6, 7],
    ],
  );
});

test('quantiles and histograms are those of the values', async () => {
  const found = await statistics();
  const sorted = pairs.map(({ similarity }) => similarity).sort((a, b) => a - b);
  for (const share of [0.01, 0.5, 0.99]) {
    assert.ok(Math.abs(found.all.quantile(share) - sorted[Math.ceil(share * sorted.length) - 1]!) < 1e-3);
  }
  const { counts } = found.all.histogram(-1, 1, 10);
  const expected = new Uint32Array(10);
  for (const similarity of sorted) expected[Math.min(9, Math.floor(((similarity + 1) / 2) * 10))]!++;
  counts.forEach((count, bin) => {
    // A fine bin lies across a border.
    assert.ok(Math.abs(count - expected[bin]!) <= 0.005 * pairs.length);
  });
});

test('means over blocks are those of all their pairs', () => {
  const groups = 5;
  const random = new RandomStream(2);
  const groupOf = Int32Array.from(
    { length: data.rows },
    () => random.integer(groups) - (random.uniform() < 0.1 ? 9 : 0),
  );
  groupOf.forEach((group, row) => {
    if (group < 0) groupOf[row] = -1;
  });
  // A group of one has no pair.
  groupOf.forEach((group, row) => {
    if (group === 4) groupOf[row] = row === groupOf.indexOf(4) ? 4 : 3;
  });
  const { means, sizes } = groupMeans(data, groupOf, groups);
  for (let a = 0; a < groups; a++) {
    for (let b = 0; b < groups; b++) {
      const own = pairs.filter(({ first, second }) => {
        const [x, y] = [groupOf[first]!, groupOf[second]!];
        return (x === a && y === b) || (x === b && y === a);
      });
      const mean = own.reduce((sum, { similarity }) => sum + similarity, 0) / own.length;
      if (own.length === 0) assert.ok(Number.isNaN(means[a * groups + b]));
      else assert.ok(Math.abs(means[a * groups + b]! - mean) < 1e-5, `${a} ${b}`);
    }
    assert.equal(sizes[a], groupOf.filter((group) => group === a).length);
  }
});

function plainPairs(): PlainPair[] {
  const all: PlainPair[] = [];
  for (let first = 0; first < data.rows; first++) {
    for (let second = first + 1; second < data.rows; second++) {
      let sum = 0;
      for (let k = 0; k < data.dim; k++) {
        sum += data.vectors[first * data.dim + k]! * data.vectors[second * data.dim + k]!;
      }
      all.push({ first, second, similarity: Math.fround(sum), classes: [classOf[first]!, classOf[second]!] });
    }
  }
  return all;
}

function plain({ first, second, similarity }: PlainPair): RankedPair {
  return { first, second, similarity };
}

function isWithin({ classes: [one, other] }: PlainPair): boolean {
  return one >= 0 && one === other;
}

function isBetween({ classes: [one, other] }: PlainPair): boolean {
  return one >= 0 && other >= 0 && one !== other;
}

/** Every positive against every negative. */
function countedSeparation(positives: readonly PlainPair[], negatives: readonly PlainPair[]): number {
  const others = Float32Array.from(negatives, ({ similarity }) => similarity);
  let sum = 0;
  for (const { similarity } of positives) {
    for (const other of others) sum += similarity > other ? 1 : similarity === other ? 0.5 : 0;
  }
  return sum / (positives.length * others.length);
}
