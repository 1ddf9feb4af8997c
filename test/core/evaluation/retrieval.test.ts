import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { LabelledSet } from '../../../src/core/evaluation/embeddingSet.ts';
import { evaluateRetrieval, relevantRanks, scoreRanking } from '../../../src/core/evaluation/retrieval.ts';
import { runToEnd } from '../../../src/core/evaluation/steps.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { testVectors, unlessVectors } from '../../shared.ts';
import { assertClose, cosine, flat, mean, randomMatrix, row, type Rows } from './matrices.ts';

type PerQuery = readonly (number | null)[];

/** Relevance by rank, from the definition: sort everything; `undefined` where there is nothing to find. */
function rankings(gallery: LabelledSet, queries: LabelledSet): (boolean[] | undefined)[] {
  return Array.from({ length: queries.rows }, (_, query) => {
    const label = queries.labels[query]!;
    const group = queries.groups?.[query] ?? -1;
    const vector = row(queries.vectors, query, queries.dim);
    const relevance = Array.from({ length: gallery.rows }, (_, candidate) => candidate)
      .filter((candidate) => gallery.labels[candidate]! >= 0 && !(gallery === queries && candidate === query))
      .filter((candidate) => group < 0 || gallery.groups?.[candidate] !== group)
      .map((candidate) => ({ candidate, similarity: cosine(vector, row(gallery.vectors, candidate, gallery.dim)) }))
      .sort((a, b) => b.similarity - a.similarity || a.candidate - b.candidate)
      .map(({ candidate }) => gallery.labels[candidate] === label);
    return label >= 0 && relevance.includes(true) ? relevance : undefined;
  });
}

const precisionAt = (relevance: readonly boolean[], k: number) => relevance.slice(0, k).filter(Boolean).length / k;

function averagePrecision(relevance: readonly boolean[], depth: number): number {
  const relevant = relevance.filter(Boolean).length;
  const sum = relevance
    .slice(0, depth)
    .reduce((total, isRelevant, i) => total + (isRelevant ? precisionAt(relevance, i + 1) : 0), 0);
  return sum / relevant;
}

function assertEqualsDefinition(gallery: LabelledSet, queries: LabelledSet): void {
  const cutoffs = [1, 3, 10];
  const score = runToEnd(evaluateRetrieval({ gallery, queries, cutoffs }));
  const all = rankings(gallery, queries);
  all.forEach((relevance, query) => {
    const actual = score.averagePrecisions[query]!;
    if (relevance) assertClose(actual, averagePrecision(relevance, relevance.length), 1e-12);
    else assert.ok(Number.isNaN(actual));
  });
  const ranked = all.filter((relevance) => relevance !== undefined);
  const r = (relevance: readonly boolean[]) => relevance.filter(Boolean).length;
  assert.equal(score.queries, ranked.length);
  assertClose(score.meanAveragePrecision, mean(ranked.map((list) => averagePrecision(list, list.length))), 1e-12);
  assertClose(score.meanAveragePrecisionAtR, mean(ranked.map((list) => averagePrecision(list, r(list)))), 1e-12);
  assertClose(score.rPrecision, mean(ranked.map((list) => precisionAt(list, r(list)))), 1e-12);
  cutoffs.forEach((k, i) => {
    assertClose(score.hitAt[i]!, mean(ranked.map((list) => (precisionAt(list, k) > 0 ? 1 : 0))), 1e-12);
    assertClose(score.precisionAt[i]!, mean(ranked.map((list) => precisionAt(list, k))), 1e-12);
  });
}

function randomSet(random: RandomStream, rows: number, classes: number): LabelledSet {
  const dim = 5;
  return {
    vectors: randomMatrix(random, rows, dim),
    rows,
    dim,
    labels: Int32Array.from({ length: rows }, () => random.integer(classes + 1) - 1),
    groups: Int32Array.from({ length: rows }, () => random.integer(rows) - Math.floor(rows / 2)),
  };
}

suite('evaluateRetrieval', () => {
  test('equals the reference vectors', { skip: unlessVectors }, () => {
    const vectors = testVectors('retrieval') as Record<string, unknown>;
    const number = (name: string) => vectors[name] as number;
    const embeddings = vectors['embeddings'] as Rows;
    const labels = Int32Array.from(vectors['labels'] as number[]);
    const set = { vectors: flat(embeddings), rows: embeddings.length, dim: embeddings[0]!.length, labels };
    const score = runToEnd(evaluateRetrieval({ gallery: set, queries: set, cutoffs: [1, 2, 5] }));
    const { ap } = vectors['per_query'] as { readonly ap: PerQuery };
    ap.forEach((expected, query) => {
      const actual = score.averagePrecisions[query]!;
      if (expected === null) assert.ok(Number.isNaN(actual));
      else assertClose(actual, expected, 1e-12);
    });
    assertClose(score.meanAveragePrecision, number('mAP'), 1e-12);
    assertClose(score.meanAveragePrecisionAtR, number('MAP@R'), 1e-12);
    assertClose(score.rPrecision, number('R_precision'), 1e-12);
    const hits = 'recall@k (hit rate, 1 if any of top-k is same class; queries without a positive skipped)';
    [1, 2, 5].forEach((k, i) => {
      assertClose(score.hitAt[i]!, (vectors[hits] as Record<string, number>)[k]!, 1e-12);
      assertClose(score.precisionAt[i]!, (vectors['precision@k'] as Record<string, number>)[k]!, 1e-12);
    });
  });

  test('equals the definitions, with unlabelled images, duplicates and a separate gallery', () => {
    const random = new RandomStream(1);
    for (const [rows, classes] of [
      [12, 2],
      [30, 3],
      [61, 20],
    ] as const) {
      const set = randomSet(random, rows, classes);
      assertEqualsDefinition(set, set);
      assertEqualsDefinition(set, randomSet(random, 17, classes));
    }
  });

  test('equals the definitions where all similarities are equal', () => {
    const labels = Int32Array.of(1, 0, 1, 0, 0, 1, 2);
    const set = { vectors: new Float32Array(14).fill(1), rows: 7, dim: 2, labels };
    assertEqualsDefinition(set, set);
  });

  test('has no measure where nothing can be found', () => {
    const set = { vectors: Float32Array.of(1, 2), rows: 2, dim: 1, labels: Int32Array.of(0, 1) };
    const score = runToEnd(evaluateRetrieval({ gallery: set, queries: set, cutoffs: [1] }));
    assert.equal(score.queries, 0);
    assert.ok(Number.isNaN(score.meanAveragePrecision) && Number.isNaN(score.hitAt[0]));
  });
});

suite('rankings', () => {
  test('relevant ranks, with ties in order of position and NaN left out', () => {
    const similarities = Float64Array.of(0.5, 0.9, 0.5, Number.NaN, 0.5, 0.1);
    assert.deepEqual([...relevantRanks(similarities, (i) => [2, 3, 5].includes(i))], [3, 5]);
    assert.deepEqual([...relevantRanks(similarities, () => false)], []);
  });

  test('the score of ranks 1, 3 and 7', () => {
    const score = scoreRanking(Uint32Array.of(1, 3, 7));
    assertClose(score.averagePrecision, (1 + 2 / 3 + 3 / 7) / 3, 1e-15);
    assertClose(score.averagePrecisionAtR, (1 + 2 / 3) / 3, 1e-15);
    assertClose(score.rPrecision, 2 / 3, 1e-15);
  });
});
