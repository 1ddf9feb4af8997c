import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { nearestNeighbors, type NeighborSearch } from '../../../src/core/evaluation/nearestNeighbors.ts';
import { runInSteps, runToEnd } from '../../../src/core/evaluation/steps.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { assertClose, cosine, randomMatrix, row } from './matrices.ts';

/** The definition: sort all that may be found by cosine. */
function bruteForce({ bank, queries, count, accept = () => true }: NeighborSearch): number[][] {
  return Array.from({ length: queries.rows }, (_, query) => {
    const vector = row(queries.vectors, query, queries.dim);
    const group = queries.groups?.[query] ?? -1;
    return Array.from({ length: bank.rows }, (_, candidate) => candidate)
      .filter((candidate) => accept(candidate) && !(bank === queries && candidate === query))
      .filter((candidate) => group < 0 || bank.groups?.[candidate] !== group)
      .map((candidate) => ({ candidate, similarity: cosine(vector, row(bank.vectors, candidate, bank.dim)) }))
      .sort((a, b) => b.similarity - a.similarity || a.candidate - b.candidate)
      .slice(0, count)
      .map(({ candidate }) => candidate);
  });
}

function assertFindsAll(search: NeighborSearch): void {
  const found = runToEnd(nearestNeighbors(search));
  bruteForce(search).forEach((expected, query) => {
    const first = query * search.count;
    const rows = [...found.rows.subarray(first, first + search.count)];
    assert.deepEqual(rows, [...expected, ...new Array<number>(search.count - expected.length).fill(-1)]);
    rows.forEach((candidate, rank) => {
      const similarity = found.similarities[first + rank]!;
      if (candidate < 0) {
        assert.ok(Number.isNaN(similarity));
        return;
      }
      const { bank, queries } = search;
      const expectedSimilarity = cosine(row(queries.vectors, query, bank.dim), row(bank.vectors, candidate, bank.dim));
      assertClose(similarity, expectedSimilarity, 1e-12);
    });
  });
}

suite('nearestNeighbors', () => {
  const random = new RandomStream(1);
  const dim = 11;
  const bank = { vectors: randomMatrix(random, 83, dim), rows: 83, dim };
  const queries = { vectors: randomMatrix(random, 30, dim), rows: 30, dim };

  test('equals sorting everything', () => {
    for (const count of [1, 7, 100]) assertFindsAll({ bank, queries, count });
  });

  test('leaves the query out where it is in the bank, and finds it in an equal bank', () => {
    assertFindsAll({ bank, queries: bank, count: 5 });
    const copy = { ...bank };
    const { rows } = runToEnd(nearestNeighbors({ bank, queries: copy, count: 1 }));
    assert.deepEqual([...rows], [...rows.keys()]);
  });

  test('leaves duplicates of the query out, within a set and between two', () => {
    const groups = Int32Array.from({ length: bank.rows }, () => random.integer(8) - 2);
    const grouped = { ...bank, groups };
    assertFindsAll({ bank: grouped, queries: grouped, count: 60 });
    const groupedQueries = { ...queries, groups: groups.slice(0, queries.rows) };
    assertFindsAll({ bank: grouped, queries: groupedQueries, count: 60 });
    assertFindsAll({ bank, queries: groupedQueries, count: 60 });
  });

  test('finds only accepted rows', () => {
    assertFindsAll({ bank, queries: bank, count: 20, accept: (candidate) => candidate % 3 === 1 });
    assertFindsAll({ bank, queries, count: 2, accept: () => false });
  });

  test('lists equal similarities in the order of the bank', () => {
    const same = { vectors: new Float32Array(20 * 3).fill(1), rows: 20, dim: 3 };
    const { rows } = runToEnd(nearestNeighbors({ bank: same, queries: same, count: 3 }));
    assert.deepEqual([...rows.subarray(0, 9)], [1, 2, 3, 0, 2, 3, 0, 1, 3]);
  });

  test('never finds an embedding that is not finite', () => {
    const broken = { ...bank, vectors: bank.vectors.map((value, i) => (i < dim ? Number.NaN : value)) };
    const { rows } = runToEnd(nearestNeighbors({ bank: broken, queries: broken, count: bank.rows }));
    assert.ok(rows.subarray(0, bank.rows).every((candidate) => candidate === -1));
    assert.ok(!rows.subarray(bank.rows).includes(0));
  });

  test('pauses on the way, and can be abandoned', async () => {
    const size = 1500;
    const large = { vectors: randomMatrix(random, size, 64), rows: size, dim: 64 };
    const pauses: number[] = [];
    const search = { bank: large, queries: large, count: 3 };
    const found = await runInSteps(nearestNeighbors(search), (done) => {
      pauses.push(done);
    });
    assert.ok(pauses.length > 2);
    assert.equal(pauses.at(-1), size);
    assert.deepEqual(found, runToEnd(nearestNeighbors(search)));
    await assert.rejects(
      runInSteps(nearestNeighbors(search), () => Promise.reject(new Error('enough'))),
      /enough/,
    );
  });

  test('compares 2,000 rows of 256 dimensions with one another in about a second', () => {
    const large = { vectors: randomMatrix(random, 2000, 256), rows: 2000, dim: 256 };
    const start = performance.now();
    runToEnd(nearestNeighbors({ bank: large, queries: large, count: 200 }));
    const seconds = (performance.now() - start) / 1000;
    // Twice and more what it takes on an idle machine.
    assert.ok(seconds < 3, `${seconds} s`);
  });
});
