import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classIssues } from '../../../src/core/curation/classIssues.ts';
import { compareFindings, type Finding } from '../../../src/core/curation/findings.ts';
import { groupsAround } from '../../../src/core/curation/groups.ts';
import { noisyClusters } from '../../../src/core/curation/noisyClusters.ts';
import { outliers, type OutlierOptions } from '../../../src/core/curation/outliers.ts';
import { qualityIssues } from '../../../src/core/curation/qualityIssues.ts';
import { scenePairs } from '../../../src/core/curation/scenes.ts';
import type { Neighbors } from '../../../src/core/evaluation/nearestNeighbors.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { neighborsOf, threeClasses } from './points.ts';

describe('noisy clusters', () => {
  /** Six groups of thirty, each mostly of one class; some labels of all are doubtful. */
  const clusterOf = Array.from({ length: 180 }, (_, row) => Math.floor(row / 30));
  const labels = clusterOf.map((cluster, row) => (cluster === 2 && row % 3 === 0 ? 'moth' : `class ${cluster}`));
  const usual = [...clusterOf.keys()].filter((row) => row % 30 === 5);

  it('are those in which far more labels are doubtful than elsewhere, with the classes that they mix', () => {
    const noisy = [...clusterOf.keys()].filter((row) => clusterOf[row] === 2 && row % 3 === 0);
    const found = noisyClusters({ clusterOf, labels, issues: [...usual, ...noisy] });
    assert.equal(found.length, 1);
    const { issues, images, classes, share, usualShare, score } = found[0]!;
    assert.deepEqual([issues.length, images, classes], [11, 30, ['class 2', 'moth']]);
    assert.ok(Math.abs(share - 11 / 30) < 1e-9 && Math.abs(usualShare - 5 / 150) < 1e-9);
    assert.ok(Math.abs(score - usualShare / share) < 1e-9);
  });

  it('are none where doubtful labels are spread evenly, or where a cluster has few of them', () => {
    assert.deepEqual(noisyClusters({ clusterOf, labels, issues: usual }), []);
    const many = [...clusterOf.keys()].filter((row) => row % 30 < 5);
    assert.deepEqual(noisyClusters({ clusterOf, labels, issues: many }), []);
    assert.deepEqual(noisyClusters({ clusterOf, labels, issues: [60, 61, 62] }), []);
  });
});

describe('outliers and scenes', () => {
  it('a point far from all others is an outlier, the furthest first', () => {
    const { points } = threeClasses(30);
    const found = outliers(neighborsOf([...points, [-1, -1, -1], [-1, 0.4, 0.4]], 12));
    assert.deepEqual(
      found.slice(0, 2).map(({ row }) => row),
      [90, 91],
    );
    assert.ok(found[0]!.score < found[1]!.score && found[1]!.score < 0.2);
  });

  it('of images equally far from everything those are outliers that are far from their class too', () => {
    /** Twenty neighbours each, all as far. */
    const alike = (distances: readonly number[]): Neighbors => ({
      queries: distances.length,
      count: 20,
      rows: new Int32Array(20 * distances.length).fill(0),
      similarities: Float64Array.from({ length: 20 * distances.length }, (_, i) => 1 - distances[Math.floor(i / 20)]!),
    });
    const usual = Array.from({ length: 100 }, (_, i) => 0.1 + i / 1000);
    const neighbors = alike([...usual, 0.25, 0.25, 0.5]);
    const rows = (options: OutlierOptions) => outliers(neighbors, options).map(({ row }) => row);
    assert.deepEqual(rows({}), [102]);
    const classDistances = Array.from({ length: 103 }, (_, row) => (row === 5 ? 1000 : row === 101 ? 4 : 1));
    assert.deepEqual(rows({ classDistances }), [101, 102], 'row 5 is far from its class, but among its like');
    assert.deepEqual(rows({ classDistances, explained: new Set([102]) }), [101]);
  });

  it('what is alike to nothing is one, also where the encoder finds little alike', () => {
    // Cosine distances from 0.55 to 0.85, so that no distance lies as far above these as an outlier has to.
    const usual = Array.from({ length: 100 }, (_, i) => 0.55 + (0.3 * i) / 100);
    const distances = [...usual, 0.99, 1.02, 0.86];
    const neighbors: Neighbors = {
      ...{ queries: distances.length, count: 30, rows: new Int32Array(30 * distances.length).fill(0) },
      // Of the furthest neighbours nothing is asked.
      similarities: Float64Array.from({ length: 30 * distances.length }, (_, i) =>
        i % 30 < 20 ? 1 - distances[Math.floor(i / 30)]! : -1,
      ),
    };
    const found = outliers(neighbors);
    assert.deepEqual(
      found.map(({ row }) => row),
      [101, 100],
    );
    assert.ok(found.every(({ score }) => score > 0 && score < 0.05));
  });

  it('two points that are much closer to each other than to those around them are a scene', () => {
    const random = new RandomStream(6, 2);
    const points = Array.from({ length: 90 }, () => Array.from({ length: 64 }, () => 2 + random.normal()));
    const close = points[7]!.map((value) => value + 0.2 * random.normal());
    const pairs = scenePairs(neighborsOf([...points, close], 25));
    assert.deepEqual(
      pairs.map(({ first, second }) => [first, second]),
      [[7, 90]],
    );
    assert.ok(pairs[0]!.ratio < 0.3 && pairs[0]!.similarity > 0.95);
  });

  it('are a scene by what the encoder finds alike, also where that is little', () => {
    const scenes = (usual: number, ofPair: number, ratio?: number) => {
      const rows = Array.from({ length: 21 }, (_, row) =>
        Array.from({ length: 21 }, (_, i) => i).filter((i) => i !== row),
      );
      const neighbors = {
        ...{ queries: 21, count: 20, rows: Int32Array.from(rows.flat()) },
        similarities: Float64Array.from(
          rows.flatMap((own, row) => own.map((i) => 1 - (row + i === 1 ? ofPair : usual))),
        ),
      };
      return scenePairs(neighbors, ratio).map(({ first, second }) => [first, second]);
    };
    assert.deepEqual([scenes(1.4, 0.75), scenes(1.4, 0.79)], [[[0, 1]], []]);
    assert.deepEqual([scenes(0.05, 0.027), scenes(0.05, 0.028)], [[[0, 1]], []]);
    assert.deepEqual(scenes(1.4, 0.8, 0.6), [[0, 1]]);
  });

  it('are hardly ever a scene by chance, where vectors have few directions to differ in', () => {
    const random = new RandomStream(11);
    const points = Array.from({ length: 400 }, () => Array.from({ length: 8 }, () => random.normal()));
    const twin = points[3]!.map((value) => value + 0.01 * random.normal());
    const pairs = scenePairs(neighborsOf([...points, twin], 20));
    assert.deepEqual([pairs[0]!.first, pairs[0]!.second], [3, 400]);
    assert.ok(pairs.length < 20, `${pairs.length}`);
  });
});

describe('groups', () => {
  it('are formed around a kept row, never along chains', () => {
    const chain = [
      { first: 1, second: 2 },
      { first: 2, second: 3 },
      { first: 3, second: 4 },
    ];
    assert.deepEqual(
      groupsAround(chain, (a, b) => a - b),
      [
        { kept: 1, others: [2] },
        { kept: 3, others: [4] },
      ],
    );
    assert.deepEqual(
      groupsAround(chain, (a, b) => (a === 2 ? -1 : b === 2 ? 1 : a - b)),
      [{ kept: 2, others: [1, 3] }],
    );
  });
});

describe('quality and classes', () => {
  const fine = { dark: 0.9, light: 0.8, blurry: 0.9, lowInformation: 0.7, grayscale: false };
  const image = (width: number, height: number, quality: Partial<typeof fine> = {}) => ({
    width,
    height,
    quality: { ...fine, ...quality },
  });

  it('scores below their thresholds are issues, those of the dataset before the usual ones', () => {
    const images = [image(40, 30, { dark: 0.3 }), image(40, 30), undefined, image(40, 30, { blurry: 0.28 })];
    const told = (thresholds = {}) => qualityIssues(images, thresholds).map(({ row, kind }) => `${row} ${kind}`);
    assert.deepEqual(told(), ['0 dark', '3 blurry']);
    assert.deepEqual(told({ dark: 0.2, blurry: 0.2 }), []);
  });

  it('sizes and shapes are odd beside the others', () => {
    const usual = Array.from({ length: 20 }, (_, i) => image(100 + i, 80));
    const issues = qualityIssues([...usual, image(1000, 800), image(60, 12)]);
    assert.deepEqual(
      issues.filter(({ kind }) => kind.startsWith('odd')).map(({ row, kind }) => `${row} ${kind}`),
      ['20 odd-size', '21 odd-aspect-ratio', '21 odd-size'],
    );
  });

  it('hardly other sizes are not odd where nearly all are of one size', () => {
    const usual = Array.from({ length: 40 }, () => image(400, 533));
    const issues = qualityIssues([...usual, image(400, 400), image(533, 400), image(60, 80), image(2000, 2666)]);
    assert.deepEqual(
      issues.map(({ row, kind }) => `${row} ${kind}`),
      ['42 odd-size', '43 odd-size'],
    );
  });

  it('rare and small classes are told, and a class that brightness gives away', () => {
    const labels = [
      ...Array<string>(60).fill('a'),
      ...Array<string>(60).fill('b'),
      ...Array<string>(3).fill('c'),
      undefined,
    ];
    const measures = {
      Brightness: Float64Array.from(labels, (label, i) => (label === 'a' ? 1 : 0) + i / 1000),
      Chance: Float64Array.from(labels, (_, i) => (i * 37) % 100),
    };
    const issues = classIssues({ labels, measures });
    assert.deepEqual(
      issues.map(({ kind, label, measure }) => ({ kind, label, measure })),
      [
        { kind: 'spurious-correlation', label: 'a', measure: 'Brightness' },
        { kind: 'spurious-correlation', label: 'b', measure: 'Brightness' },
        { kind: 'class-imbalance', label: 'c', measure: undefined },
        { kind: 'small-class', label: 'c', measure: undefined },
      ],
    );
    assert.deepEqual([issues[0]!.isHigher, issues[1]!.isHigher], [true, false]);
    assert.deepEqual(classIssues({ labels: ['a', 'a'], measures: {} }), [], 'one class has no other to be told from');
  });
});

it('findings are listed the worst first', () => {
  const finding = (kind: Finding['kind'], severity: Finding['severity'], score: number): Finding => ({
    ...{ id: kind, kind, severity, score },
    path: 'a',
    related: [],
    message: '',
  });
  const all = [finding('outlier', 'info', 0), finding('leak', 'error', 0.5), finding('near-duplicate', 'warning', 0.1)];
  const sorted = [...all, finding('unreadable', 'error', 0)].sort(compareFindings);
  assert.deepEqual(
    sorted.map(({ kind }) => kind),
    ['unreadable', 'leak', 'near-duplicate', 'outlier'],
  );
});
