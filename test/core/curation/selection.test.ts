import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { distinctRows } from '../../../src/core/curation/selection/distinct.ts';
import { facilityLocation } from '../../../src/core/curation/selection/facilityLocation.ts';
import { kCentre } from '../../../src/core/curation/selection/kCentre.ts';
import { balancedQuotas, selectBalanced, selectorOf } from '../../../src/core/curation/selection/select.ts';
import {
  selectionMethods,
  type SelectionProblem,
  type SelectionWork,
} from '../../../src/core/curation/selection/selection.ts';
import { uncertaintyOf } from '../../../src/core/curation/selection/uncertainty.ts';
import { pickFromGroups, typicalityOf } from '../../../src/core/curation/selection/typicality.ts';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { RandomStream } from '../../../src/core/random.ts';

const work: SelectionWork = { products: plainProducts, inPhase: (_name, _total, run) => run(() => undefined) };

/** Directions drawn at random, some of them opposite ones. */
function drawn(rows: number, dim: number, seed: number) {
  const random = new RandomStream(seed);
  const vectors = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row++) {
    const own = Float64Array.from({ length: dim }, () => random.normal());
    const length = Math.hypot(...own);
    own.forEach((value, k) => (vectors[row * dim + k] = value / length));
  }
  return { vectors, rows, dim };
}

function problemOf(rows: number, count: number, seed: number, fixed: readonly number[] = []): SelectionProblem {
  const candidates = [...Array(rows).keys()].filter((row) => !fixed.includes(row));
  return { ...drawn(rows, 3, seed), candidates, fixed, count };
}

function cosine({ vectors, dim }: SelectionProblem, a: number, b: number): number {
  let sum = 0;
  for (let k = 0; k < dim; k++) sum += vectors[a * dim + k]! * vectors[b * dim + k]!;
  return Math.fround(sum);
}

function* subsets(items: readonly number[], count: number, from = 0): Generator<number[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (let i = from; i <= items.length - count; i++) {
    for (const rest of subsets(items, count - 1, i + 1)) yield [items[i]!, ...rest];
  }
}

const likest = (problem: SelectionProblem, row: number, chosen: readonly number[]) =>
  Math.max(...chosen.map((other) => cosine(problem, row, other)));

/** The distance of the row that is farthest from all that are chosen. */
function radius(problem: SelectionProblem, chosen: readonly number[]): number {
  const all = [...problem.fixed, ...chosen];
  const distances = Array.from({ length: problem.rows }, (_, row) =>
    Math.sqrt(Math.max(0, 2 - 2 * likest(problem, row, all))),
  );
  return Math.max(...distances);
}

/** How closely every row is represented, by the mean distance to the 20th neighbour or the last. */
function represented(problem: SelectionProblem, chosen: readonly number[]): number {
  const all = [...problem.fixed, ...chosen];
  if (all.length === 0) return 0;
  const steepness = 2 / apart(problem);
  let sum = 0;
  for (let row = 0; row < problem.rows; row++) {
    sum += (problem.weights?.[row] ?? 1) * Math.exp(steepness * (likest(problem, row, all) - 1));
  }
  return sum;
}

function apart(problem: SelectionProblem): number {
  const rows = [...Array(problem.rows).keys()];
  const distances = rows.map((row) => {
    const others = rows.filter((other) => other !== row).map((other) => 1 - cosine(problem, row, other));
    return others
      .sort((a, b) => a - b)
      .slice(0, 20)
      .at(-1)!;
  });
  return distances.reduce((sum, distance) => sum + distance, 0) / problem.rows;
}

describe('k-centre', () => {
  it('leaves no row more than twice as far away as the best choice does', async () => {
    for (let seed = 0; seed < 12; seed++) {
      const problem = problemOf(12, 3, seed, seed % 2 === 0 ? [] : [4]);
      const chosen = await kCentre(problem, work);
      const best = Math.min(...[...subsets(problem.candidates, 3)].map((some) => radius(problem, some)));
      assert.equal(new Set(chosen).size, 3);
      assert.ok(radius(problem, chosen) <= 2 * best + 1e-6, `seed ${seed}`);
    }
  });

  it('begins with the medoid and goes on with the farthest, the lowest of equal ones', async () => {
    const degrees = [0, 10, 20, 90, -75, 30];
    const vectors = Float32Array.from(degrees.flatMap((angle) => [angle, angle].map((a) => (a * Math.PI) / 180)));
    vectors.forEach((angle, i) => (vectors[i] = i % 2 === 0 ? Math.cos(angle) : Math.sin(angle)));
    const problem = { vectors, rows: 6, dim: 2, candidates: [0, 1, 2, 3, 4, 5], fixed: [], count: 3 };
    assert.deepEqual(await kCentre(problem, work), [1, 4, 3]);
    const twice = Float32Array.of(1, 0, 0, 1, 0, 1);
    const equal = { vectors: twice, rows: 3, dim: 2, candidates: [1, 2], fixed: [0], count: 1 };
    assert.deepEqual(await kCentre(equal, work), [1]);
  });
});

describe('facility location', () => {
  it('chooses what the plain greedy choice does, with weights and without, and reaches 1 − 1/e of the best', async () => {
    for (let seed = 0; seed < 12; seed++) {
      const plain = problemOf(14, 4, seed, seed % 2 === 0 ? [] : [2, 9]);
      const weights = Float64Array.from({ length: 14 }, (_, row) => ((row * 7 + seed) % 5) / 4);
      const problem = seed % 3 === 0 ? plain : { ...plain, weights };
      const chosen = await facilityLocation(0)(problem, work);
      const greedy: number[] = [];
      while (greedy.length < 4) {
        const open = problem.candidates.filter((row) => !greedy.includes(row));
        const value = (row: number) => represented(problem, [...greedy, row]);
        greedy.push(open.reduce((a, b) => (value(b) > value(a) + 1e-9 ? b : a)));
      }
      assert.deepEqual(chosen, greedy, `seed ${seed}`);
      const before = represented(problem, []);
      const best = Math.max(...[...subsets(problem.candidates, 4)].map((some) => represented(problem, some)));
      assert.ok(represented(problem, chosen) - before >= (1 - 1 / Math.E) * (best - before));
    }
  });

  it('works out few gains anew, over many rounds and blocks, and still takes the best', async () => {
    const problem = problemOf(600, 40, 3);
    let products = 0;
    const counting = {
      ...work,
      products: {
        hold: async (matrix: Float32Array, rows: number, dim: number) => {
          const held = await plainProducts.hold(matrix, rows, dim);
          return {
            ...held,
            timesTransposed: (left: Float32Array, count: number) => {
              products += count;
              return held.timesTransposed(left, count);
            },
          };
        },
      } as SelectionWork['products'],
    };
    const chosen = await facilityLocation(0)(problem, counting);
    const steepness = 2 / apart(problem);
    const covered = new Float64Array(600);
    const closeness = (i: number, row: number) => Math.exp(steepness * (cosine(problem, i, row) - 1));
    for (const row of chosen) {
      const gainOf = (candidate: number) => {
        let gain = 0;
        for (let i = 0; i < 600; i++) gain += Math.max(0, closeness(i, candidate) - covered[i]!);
        return gain;
      };
      const most = Math.max(...problem.candidates.map(gainOf));
      assert.ok(gainOf(row) >= most - 1e-4);
      for (let i = 0; i < 600; i++) covered[i] = Math.max(covered[i]!, closeness(i, row));
    }
    assert.ok(products < 600 * 20, `${products} instead of ${600 * 40}`);
  });

  it('represents a sample where there are too many rows', async () => {
    const problem = problemOf(400, 12, 5);
    const [all, some] = [await facilityLocation(0)(problem, work), await facilityLocation(0, 200)(problem, work)];
    assert.notDeepEqual(all, some);
    assert.ok(represented(problem, some) > 0.95 * represented(problem, all));
  });
});

describe('typicality', () => {
  it('is the mean similarity to the neighbours that there are', () => {
    const similarities = Float64Array.of(0.9, 0.5, 0.25, Number.NaN);
    assert.deepEqual([...typicalityOf({ queries: 2, count: 2, rows: new Int32Array(4), similarities })], [0.7, 0.25]);
  });

  it('takes the most typical row of each group, of groups without one and of large ones first', () => {
    const groupOf = Int32Array.of(0, 0, 0, 1, 1, 2);
    const typical = Float64Array.of(0.1, 0.3, 0.2, 0.9, 0.8, 0.5);
    const all = [0, 1, 2, 3, 4, 5];
    assert.deepEqual(pickFromGroups({ candidates: all, fixed: [], count: 6 }, groupOf, typical), [1, 3, 5, 2, 4, 0]);
    assert.deepEqual(
      pickFromGroups({ candidates: [0, 2, 3, 4, 5], fixed: [1], count: 3 }, groupOf, typical),
      [3, 5, 2],
    );
  });
});

describe('every method', () => {
  it('chooses so many different candidates, the same ones again', async () => {
    const problem = problemOf(60, 20, 7, [3, 50]);
    for (const method of selectionMethods) {
      const chosen = await selectorOf(method, 1)(problem, work);
      assert.equal(new Set(chosen).size, 20, method);
      assert.ok(chosen.every((row) => problem.candidates.includes(row)));
      assert.deepEqual(await selectorOf(method, 1)(problem, work), chosen);
      const every = await selectorOf(method, 1)({ ...problem, count: 58 }, work);
      assert.deepEqual(
        [...every].sort((a, b) => a - b),
        problem.candidates,
        method,
      );
    }
    const random = (seed: number) => selectorOf('random', seed)(problem, work);
    assert.notDeepEqual(await random(1), await random(2));
  });

  it('gives classes equal numbers as far as they go, and unlabelled rows the rest', async () => {
    const problem = problemOf(40, 24, 9, [0, 1]);
    // 2 fixed and 18 of a, 4 of b, 10 of c, 6 without a class.
    const labels = Array.from({ length: 40 }, (_, i) => (i < 20 ? 'a' : i < 24 ? 'b' : i < 34 ? 'c' : undefined));
    for (const method of selectionMethods) {
      const chosen = await selectBalanced(problem, labels, selectorOf(method, 1), work);
      const count = (label: string | undefined) => chosen.filter((row) => labels[row] === label).length;
      assert.deepEqual([count('a'), count('b'), count('c'), count(undefined)], [10, 4, 10, 0], method);
      assert.deepEqual(
        chosen.slice(0, 3).map((row) => labels[row]),
        ['a', 'b', 'c'],
      );
      assert.equal(new Set(chosen).size, 24);
    }
    const most = await selectBalanced({ ...problem, count: 36 }, labels, selectorOf('random', 1), work);
    assert.equal(most.filter((row) => labels[row] === undefined).length, 4);
  });

  it('counts what was taken before in the shares of the classes', () => {
    const classes = [
      { available: 9, taken: 4 },
      { available: 9, taken: 0 },
      { available: 1, taken: 0 },
    ];
    assert.deepEqual(balancedQuotas(classes, 6), [1, 4, 1]);
    assert.deepEqual(balancedQuotas(classes, 30), [9, 9, 1]);
  });
});

it('of copies only the one to keep first may be chosen, and none of what is fixed', () => {
  // 0 = 1; 2 and 3 are copies, 3 and 4 as well; 5 is a copy of the fixed 6; 7 has the pixels of 6.
  const sameAs = Int32Array.of(0, 0, 2, 3, 4, 5, 6, 6, 8);
  const copies = [
    { first: 2, second: 3 },
    { first: 3, second: 4 },
    { first: 5, second: 6 },
  ];
  const candidates = [0, 1, 2, 3, 4, 5, 7, 8];
  assert.deepEqual(
    distinctRows({ sameAs, copies }, candidates, [6], (a, b) => a - b),
    [0, 2, 4, 8],
  );
  assert.deepEqual(
    distinctRows({ sameAs, copies }, candidates, [6], (a, b) => (b === 3 ? 1 : a === 3 ? -1 : b - a)),
    [1, 3, 8],
  );
  // A copy elsewhere that may not be chosen stands in nobody's way.
  assert.deepEqual(
    distinctRows({ sameAs, copies }, [1, 4], [], (a, b) => a - b),
    [1, 4],
  );
});

describe('uncertainty', () => {
  /** Unit vectors of the plane at these degrees. */
  const plane = (...degrees: number[]) => ({
    vectors: Float32Array.from(
      degrees.flatMap((angle) => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]),
    ),
    rows: degrees.length,
    dim: 2,
  });

  it('is one less the margin of the votes of the labelled rows around', async () => {
    const labels = ['a', 'b', undefined, undefined];
    const values = await uncertaintyOf(plane(0, 90, 45, 0), labels, work);
    assert.ok(values);
    assert.deepEqual([...values.subarray(0, 2)], [0, 0]);
    assert.ok(Math.abs(values[2]! - 1) < 1e-5);
    // Votes of e^0 and e^(−1/.1).
    const far = Math.exp(-10);
    assert.ok(Math.abs(values[3]! - Math.max(0.05, 1 - (1 - far) / (1 + far))) < 1e-6);
  });

  it('is unknown where no row has a class', async () => {
    assert.equal(await uncertaintyOf(plane(0, 10), [undefined, undefined], work), undefined);
  });
});
