import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  classHits,
  meanAgreement,
  mostDisagreeing,
  neighborsOf,
  queryAgreement,
  type NeighborLists,
} from '../../../src/core/evaluation/neighborhoodAgreement.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { assertClose } from './matrices.ts';

/** Lists of different rows, some of them shorter than the others. */
function randomLists(random: RandomStream, queries: number, count: number, rows: number): NeighborLists {
  const lists = new Int32Array(queries * count).fill(-1);
  for (let query = 0; query < queries; query++) {
    const found = random.integer(8) === 0 ? random.integer(count) : count;
    lists.set(random.shuffled([...Array(rows).keys()]).slice(0, found), query * count);
  }
  return { queries, count, rows: lists };
}

/** As it is written down in books, one query after another. */
function slowly(first: NeighborLists, second: NeighborLists, count: number, query: number) {
  const rowsOf = ({ rows, count: kept }: NeighborLists) =>
    [...rows].slice(query * kept, query * kept + Math.min(kept, count)).filter((row) => row >= 0);
  const [a, b] = [rowsOf(first), rowsOf(second)];
  const shared = a.filter((row) => b.includes(row)).length;
  return { shared, overlap: shared / Math.max(a.length, b.length), jaccard: shared / new Set([...a, ...b]).size };
}

suite('the agreement of two neighbourhoods', () => {
  const random = new RandomStream(11);
  const [queries, classes] = [400, 5];
  const first = randomLists(random, queries, 12, 40);
  const second = randomLists(random, queries, 12, 40);
  const labels = Int32Array.from({ length: queries }, () => random.integer(classes + 1) - 1);

  for (const count of [1, 5, 12, 50]) {
    test(`is what sets say, query by query and in the mean, of ${count} neighbours`, () => {
      const agreement = queryAgreement(first, second, count);
      const expected = Array.from({ length: queries }, (_, query) => slowly(first, second, count, query));
      assert.deepEqual(
        expected.map((_, query) => ({
          shared: agreement.shared[query],
          overlap: agreement.overlap[query],
          jaccard: agreement.jaccard[query],
        })),
        expected,
      );
      const means = meanAgreement(agreement, labels, classes);
      for (let label = -1; label < classes; label++) {
        const own = expected.filter(
          ({ overlap }, query) => !Number.isNaN(overlap) && (label < 0 || labels[query] === label),
        );
        const mean = label < 0 ? means : means.classes[label]!;
        const overlap = own.reduce((sum, query) => sum + query.overlap, 0) / own.length;
        const variance = own.reduce((sum, query) => sum + (query.overlap - overlap) ** 2, 0) / (own.length - 1);
        assert.equal(mean.queries, own.length);
        assertClose(mean.overlap, overlap, 1e-12);
        assertClose(mean.jaccard, own.reduce((sum, query) => sum + query.jaccard, 0) / own.length, 1e-12);
        assertClose(mean.overlapError, 1.959963984540054 * Math.sqrt(variance / own.length), 1e-9);
      }
    });
  }

  test('is complete with itself, the same from either side, and as large as chance has it for unrelated lists', () => {
    const own = meanAgreement(queryAgreement(first, first, 12), labels, classes);
    assert.deepEqual([own.overlap, own.jaccard, own.overlapError], [1, 1, 0]);
    assert.deepEqual(queryAgreement(first, second, 7), queryAgreement(second, first, 7));
    const full = [1, 2].map((seed) => {
      const drawn = new RandomStream(seed);
      const rows = Array.from({ length: 2000 }, () => drawn.shuffled([...Array(40).keys()]).slice(0, 10));
      return { queries: 2000, count: 10, rows: Int32Array.from(rows.flat()) };
    });
    const { overlap, overlapError } = meanAgreement(
      queryAgreement(full[0]!, full[1]!, 10),
      new Int32Array(2000).fill(-1),
      1,
    );
    assertClose(overlap, 10 / 40, 2 * overlapError);
    assert.ok(overlapError > 0 && overlapError < 0.01);
  });

  test('leaves out queries without neighbours, and says nothing where no query is left', () => {
    const none = { queries: 2, count: 3, rows: new Int32Array(6).fill(-1) };
    const nothing = meanAgreement(queryAgreement(none, none, 3), Int32Array.of(0, 0), 1);
    assert.deepEqual([nothing.queries, nothing.overlap, nothing.classes[0]!.queries], [0, Number.NaN, 0]);
    const one = { ...none, rows: Int32Array.of(4, 5, -1, -1, -1, -1) };
    const {
      queries: counted,
      overlap,
      overlapError,
    } = meanAgreement(queryAgreement(one, one, 3), Int32Array.of(0, 0), 1);
    assert.deepEqual([counted, overlap, overlapError], [1, 1, Number.NaN]);
    assert.deepEqual([...neighborsOf(one, 0, 3)], [4, 5]);
  });
});

suite('the queries that two encoders disagree on', () => {
  // Rows 0 to 3 are of class 0, the others of class 1; so are the queries, but the last.
  const rowLabels = Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1);
  const queryLabels = Int32Array.of(0, 0, 0, 0, 1);
  const lists = (...rows: readonly (readonly number[])[]): NeighborLists => {
    return { queries: rows.length, count: 2, rows: Int32Array.from(rows.flat()) };
  };
  const first = lists([0, 1], [0, 1], [0, 4], [-1, -1], [4, 0]);
  const second = lists([0, 1], [4, 5], [1, 5], [-1, -1], [5, 6]);
  const agreement = queryAgreement(first, second, 2);
  const hits = [classHits(first, 2, queryLabels, rowLabels), classHits(second, 2, queryLabels, rowLabels)] as const;

  test('come with the least overlap first, and of equal overlap with the greater difference in their class', () => {
    assert.deepEqual(
      [[...hits[0]], [...hits[1]]],
      [
        [2, 2, 1, 0, 1],
        [2, 0, 1, 0, 2],
      ],
    );
    assert.deepEqual([...mostDisagreeing(agreement, hits, 'different')], [1, 4, 2, 0]);
  });

  test('or are those that one of them does better on', () => {
    assert.deepEqual([...mostDisagreeing(agreement, hits, 'first')], [1]);
    assert.deepEqual([...mostDisagreeing(agreement, hits, 'second')], [4]);
  });
});
