import assert from 'node:assert/strict';
import { test } from 'node:test';
import { medoid, nameClusters } from '../../../src/core/clustering/clusterNames.ts';
import { classVectors } from '../projection/generated.ts';

const { vectors, dim, rows } = classVectors({ rows: 40, dim: 6, classes: 2, seed: 4 });

test('the medoid has the least distance to all others', () => {
  const members = Array.from({ length: 17 }, (_, i) => 2 * i);
  const distance = (row: number) =>
    members.reduce((sum, other) => {
      let cosine = 0;
      for (let k = 0; k < dim; k++) cosine += vectors[row * dim + k]! * vectors[other * dim + k]!;
      return sum + 1 - cosine;
    }, 0);
  const best = members.reduce((least, row) => (distance(row) < distance(least) ? row : least));
  assert.equal(medoid(vectors, dim, members), best);
});

function namesOf(groups: readonly (readonly (string | undefined)[])[]): string[] {
  const labels = groups.flat();
  const clusterOf = Int32Array.from({ length: rows }, () => -1);
  clusterOf.set(groups.flatMap((group, cluster) => group.map(() => cluster)));
  const clusters = { count: groups.length, clusterOf, sizes: Uint32Array.from(groups, ({ length }) => length) };
  return nameClusters({ clusters, vectors, dim, labels }).map(({ name }) => name);
}

test('a cluster has the name of its class, or of the two most frequent ones', () => {
  assert.deepEqual(
    namesOf([
      ['cat', 'cat', 'dog'],
      ['cat', 'dog', 'cow', 'dog'],
      ['cow', undefined, undefined],
    ]),
    ['cat', 'dog + cat', 'cow'],
  );
});

test('no two have the same one, and those without labels are numbered', () => {
  assert.deepEqual(namesOf([['cat'], ['cat'], [undefined], [undefined], ['cat']]), [
    'cat',
    'cat 2',
    'cluster 1',
    'cluster 2',
    'cat 3',
  ]);
});
