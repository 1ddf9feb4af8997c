import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { allNeighbors } from '../../../src/core/neighbors/allNeighbors.ts';
import {
  emptyLinks,
  emptyLists,
  linkUp,
  meetInLeaves,
  meetThroughLinks,
  Seen,
  type NeighborLists,
} from '../../../src/core/neighbors/neighborDescent.ts';
import { emptyLeaves, growTree, type Leaves } from '../../../src/core/neighbors/projectionTree.ts';
import {
  fitsSharedVectors,
  productsOf,
  shareableMatrix,
  shareVectors,
} from '../../../src/core/neighbors/simdProducts.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { classVectors } from '../projection/generated.ts';

const bytes = (count: number) => new ArrayBuffer(count);

test('products by the vector unit are those of plain numbers, whatever the length', () => {
  const random = new RandomStream(3);
  for (const dim of [1, 7, 8, 9, 31, 64, 577]) {
    const rows = 40;
    const vectors = Float32Array.from({ length: rows * dim }, () => random.normal());
    const multiply = productsOf(shareVectors(vectors, rows, dim));
    for (const [a, b] of [
      [0, 0],
      [0, 39],
      [17, 4],
    ] as const) {
      let sum = 0;
      let size = 0;
      for (let k = 0; k < dim; k++) {
        const term = vectors[a * dim + k]! * vectors[b * dim + k]!;
        sum += term;
        size += Math.abs(term);
      }
      assert.ok(Math.abs(multiply(a, b) - sum) <= 1e-6 * size + 1e-7, `${dim}: ${multiply(a, b)} for ${sum}`);
      assert.equal(multiply(a, b), multiply(b, a));
    }
  }
  assert.deepEqual([fitsSharedVectors(100_000, 576), fitsSharedVectors(10_000_000, 576)], [true, false]);
});

function grown(rows: number, similarity: (a: number, b: number) => number, trees: number, leafSize = 20): Leaves[] {
  return Array.from({ length: trees }, (_, tree) => {
    const leaves = emptyLeaves(rows, bytes);
    growTree({ rows, similarity }, leafSize, 5, tree, leaves);
    return leaves;
  });
}

test('a tree puts every row into one leaf, none larger than it may be, also among copies', () => {
  for (const noise of [1, 0]) {
    const rows = 700;
    const { vectors, dim } = classVectors({ rows, dim: 5, classes: 3, seed: 1, noise });
    const [one, two] = grown(rows, productsOf(shareVectors(vectors, rows, dim)), 2);
    assert.deepEqual(
      one!.order.toSorted(),
      Int32Array.from({ length: rows }, (_, row) => row),
    );
    one!.order.forEach((row, place) => {
      const [begin, end] = [one!.begins[row]!, one!.ends[row]!];
      assert.ok(begin <= place && place < end && end - begin <= 20);
    });
    assert.notDeepEqual(one!.order, two!.order);
  }
});

function descend(rows: number, count: number, similarity: (a: number, b: number) => number, chunk: number) {
  const data = { rows, count, similarity };
  const trees = grown(rows, similarity, 3);
  let [from, to]: [NeighborLists, NeighborLists] = [emptyLists(data, bytes), emptyLists(data, bytes)];
  const links = emptyLinks(data, bytes);
  const inChunks = (work: (start: number, end: number) => number): number => {
    let sum = 0;
    // From the last to the first: the order makes no difference.
    for (let end = rows; end > 0; end -= chunk) sum += work(Math.max(0, end - chunk), end);
    return sum;
  };
  const seen = new Seen(rows);
  inChunks((start, end) => {
    meetInLeaves(data, trees, from, seen, start, end);
    return 0;
  });
  for (let round = 0; round < 10; round++) {
    linkUp(data, from, round, links);
    const came = inChunks((start, end) => meetThroughLinks(data, links, trees[0]!.order, from, to, seen, start, end));
    [from, to] = [to, from];
    if (came === 0) break;
  }
  return from;
}

test('nearly all neighbours that an exact search finds are found, best first, and none twice', async () => {
  const rows = 1_500;
  const count = 10;
  const data = classVectors({ rows, dim: 24, classes: 12, seed: 4 });
  const exact = await allNeighbors(data, count, plainProducts, () => undefined);
  const multiply = productsOf(shareVectors(data.vectors, rows, data.dim));
  const { neighbors, similarities } = descend(rows, count, multiply, 1_500);
  let found = 0;
  for (let row = 0; row < rows; row++) {
    const own = neighbors.subarray(row * count, (row + 1) * count);
    assert.equal(new Set(own).size, count);
    assert.ok(!own.includes(row));
    own.forEach((other, rank) => {
      assert.equal(similarities[row * count + rank], multiply(row, other));
      if (rank > 0) assert.ok(similarities[row * count + rank]! <= similarities[row * count + rank - 1]!);
    });
    for (const other of exact.rows.subarray(row * count, (row + 1) * count)) if (own.includes(other)) found++;
  }
  assert.ok(found / (rows * count) > 0.97, `recall ${found / (rows * count)}`);
  assert.deepEqual(descend(rows, count, multiply, 64).neighbors, neighbors, 'in whatever chunks');
});

test('where there are few rows, all of them are found', () => {
  const { vectors, rows, dim } = classVectors({ rows: 12, dim: 4, classes: 2, seed: 2 });
  const { neighbors } = descend(rows, 11, productsOf(shareVectors(vectors, rows, dim)), 5);
  for (let row = 0; row < rows; row++) {
    assert.equal(new Set(neighbors.subarray(row * 11, (row + 1) * 11)).size, 11);
  }
});

test('a matrix that was made for it is shared as it lies, and any other is copied', () => {
  const [rows, dim] = [3, 16];
  const matrix = shareableMatrix(rows, dim);
  matrix.forEach((_, i) => (matrix[i] = Math.sin(i)));
  const shared = shareVectors(matrix, rows, dim);
  assert.equal(shared.memory.buffer, matrix.buffer);
  const copied = shareVectors(Float32Array.from(matrix), rows, dim);
  assert.notEqual(copied.memory.buffer, matrix.buffer);
  // A part of it has other rows.
  assert.notEqual(shareVectors(matrix.subarray(dim), rows - 1, dim).memory.buffer, matrix.buffer);
  const [own, other] = [productsOf(shared), productsOf(copied)];
  assert.equal(own(0, 2), other(0, 2));
  // Padded rows lie elsewhere.
  assert.equal(shareableMatrix(2, 3).length, 6);
  assert.notEqual(shareVectors(shareableMatrix(2, 3), 2, 3).stride, 3);
});
