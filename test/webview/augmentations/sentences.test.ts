import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probeNames } from '../../../src/core/augmentation/sensitivity.ts';
import type { SensitivityReport } from '../../../src/protocol/augmentations.ts';
import type { BatchFigures, ViewFigures } from '../../../src/protocol/augmentationsView.ts';
import { lowEnd, place, ticks } from '../../../webview/shared/charts/scale.ts';
import {
  batchSentence,
  crossing,
  curveAt,
  curveSentence,
  matrixSentence,
  negativesSentence,
  percentage,
  sensitivitySentence,
  viewsSentence,
} from '../../../webview/augmentations/sentences.ts';

const nearest = [{ path: 'b.png', similarity: 0.74, label: undefined }];
const viewsOf = (...similarities: number[]): Pick<ViewFigures, 'similarities' | 'nearest'> => ({
  similarities: Float32Array.from(similarities),
  nearest,
});

test('views are judged by the nearest other image', () => {
  assert.match(viewsSentence(viewsOf(0.9, 0.8)), /^All 2 views are closer .*\(0\.85 on average\).*\(0\.74\)/);
  assert.match(viewsSentence(viewsOf(0.9, 0.7)), /^1 of 2 views is farther .* find it alike/);
  assert.match(viewsSentence(viewsOf(0.6, 0.7)), /^All 2 views are farther/);
  assert.match(viewsSentence(viewsOf(1, 1)), /^The views are the original/);
  assert.match(viewsSentence({ ...viewsOf(0.9), nearest: [] }), /no other image/);
  assert.match(viewsSentence(viewsOf(Number.NaN)), /no vector/);
});

test('views are compared with each other by number', () => {
  const matrix = Float32Array.of(1, 0.5, 0.9, 0.5, 1, 0.7, 0.9, 0.7, 1);
  assert.match(matrixSentence({ ...viewsOf(1, 1, 1), matrix }), /0\.70 similar on average.* 1 and 2 \(0\.50\)/);
});

const flat = (value: number) => Float32Array.of(1, value, value);
function sensitivity(grey: number, line = 0.74): SensitivityReport {
  return {
    root: '/data',
    encoder: { id: 'handcrafted', dim: 4 },
    images: 48,
    shares: Float64Array.of(0, 0.5, 1),
    nearest: line,
    labelled: true,
    curves: probeNames.map((name) => ({
      name,
      similarities: flat(name === 'greyscale' ? grey : 0.9),
      flips: flat(0.25),
    })),
  };
}
const curveOf = (report: SensitivityReport) => report.curves.find(({ name }) => name === 'greyscale')!;
const recipe = { greyscale: { probability: 1 } };

test('an augmentation that moves views past other images says what training would ignore', () => {
  const report = sensitivity(0.61);
  assert.equal(
    curveSentence(report, curveOf(report), recipe),
    'Grey views as set are farther from their original (0.61) than its nearest other image (0.74): training would treat colour as irrelevant. At full strength 25\u00a0% get a neighbour of another class.',
  );
  assert.match(curveSentence(report, curveOf(report), {}), /^Grey views are farther .* with it, training/);
  assert.match(sensitivitySentence(report, recipe), /48 images grey as set moves views past .*colour as irrelevant/);
  assert.match(sensitivitySentence(report, {}), /no augmentation as set .*reacts most to grey/);
  const mild = sensitivity(0.8);
  assert.match(curveSentence(mild, curveOf(mild), recipe), /stay nearer/);
  assert.match(curveSentence(sensitivity(0.8, Number.NaN), curveOf(mild), recipe), /0\.80 similar to their original/);
});

test('curves are read between their points', () => {
  const { shares } = sensitivity(0.5);
  assert.equal(curveAt(shares, Float32Array.of(1, 0.5, 0), 0.25), 0.75);
  assert.equal(curveAt(shares, Float32Array.of(1, 0.5, 0), 1), 0);
  const curve = { name: 'crop', similarities: Float32Array.of(1, 0.5, 0), flips: flat(0) } as const;
  assert.equal(crossing(shares, curve, 0.75), 0.25);
  assert.equal(crossing(shares, curve, -1), undefined);
});

const batch = (change: Partial<BatchFigures>): BatchFigures => ({
  root: '/data',
  encoder: { id: 'handcrafted', dim: 4 },
  images: 2,
  positives: { low: 0, high: 1, counts: new Uint32Array(4) },
  negatives: { low: 0, high: 1, counts: new Uint32Array(4) },
  meanPositive: 0.9,
  meanNegative: 0.5,
  separation: 0.9,
  hardestPositives: [],
  hardestNegatives: [],
  sameClassNegatives: 0.1,
  ...change,
});

test('a batch is too easy, too hard, or neither', () => {
  assert.match(batchSentence(batch({ separation: 0.999 })), /already/);
  assert.match(batchSentence(batch({})), /\(0\.90 on average\).* in 90\s% of all .*it can be learnt/);
  assert.match(batchSentence(batch({ separation: 0.6 })), /milder/);
});

test('pairs of one class are counted where classes are known', () => {
  const pair = { paths: ['a', 'b'], labels: ['x', 'x'], similarity: 0.9, decided: undefined } as const;
  const pairs = [
    { ...pair, sameClass: true },
    { ...pair, sameClass: false },
  ];
  assert.match(
    negativesSentence(batch({ hardestNegatives: pairs })),
    /^1 of these 2 pairs are of one class \(of all pairs 10\s%\)/,
  );
  assert.match(negativesSentence(batch({ hardestNegatives: [{ ...pair, sameClass: undefined }] })), /^Training pushes/);
});

test('scales begin at a round number below what they show', () => {
  assert.equal(lowEnd([0.61, 0.9, Number.NaN]), 0.5);
  assert.equal(lowEnd([0.99]), 0.9);
  assert.equal(place(0.75, 0.5), 0.5);
  assert.equal(place(Number.NaN, 0.5), 0);
  assert.deepEqual(ticks(0.5), [0.6, 0.8, 1]);
  assert.deepEqual(ticks(0.7), [0.7, 0.8, 0.9, 1]);
  assert.equal(percentage(0.004), '0.4\u00a0%');
});
