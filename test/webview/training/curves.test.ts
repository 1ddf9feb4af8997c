import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MetricSeries } from '../../../src/core/training/runCurves.ts';
import type { PanelRun } from '../../../src/protocol/trainingView.ts';
import { chartDefinitions } from '../../../webview/training/chartDefinitions.ts';
import {
  describeLines,
  linesOf,
  referencesOf,
  runLabels,
  type DrawnRun,
} from '../../../webview/training/curveLines.ts';
import { extentOf } from '../../../webview/training/mapCanvas.ts';
import { rowShares, ridgePath } from '../../../webview/training/ridges.ts';
import { mapsSentence, runSentence } from '../../../webview/training/sentences.ts';
import { niceTicks } from '../../../webview/training/ticks.ts';
import { runExample } from '../../extension/training/runExamples.ts';

const panelRun = (changes: Partial<PanelRun['run']> = {}, own = false): PanelRun => {
  const run = runExample(changes);
  return {
    key: run.id,
    run,
    dataset: 'pets',
    settings: [],
    colour: 0,
    shown: true,
    curves: 1,
    own,
    diagnosis: undefined,
  };
};

const seriesFrom = (values: readonly number[]): MetricSeries => {
  const steps = Float64Array.from(values, (_, i) => i + 1);
  return {
    steps,
    epochs: steps.map((step) => step / 3),
    seconds: steps.map((step) => 2 * step),
    values: Float64Array.from(values),
  };
};

const drawn = (series: Record<string, readonly number[]>, changes: Partial<PanelRun['run']> = {}): DrawnRun => ({
  panelRun: panelRun(changes),
  curves: {
    version: 1,
    series: Object.fromEntries(Object.entries(series).map(([name, values]) => [name, seriesFrom(values)])),
    histograms: {
      epochs: new Float64Array(0),
      low: -1,
      high: 1,
      bins: 0,
      positives: new Uint32Array(0),
      negatives: new Uint32Array(0),
    },
  },
  label: changes.name ?? 'Run',
  colour: 'blue',
  dash: undefined,
});

const definition = (id: string) => chartDefinitions.find((chart) => chart.id === id)!;

describe('lines of a chart', () => {
  test('are one per run and metric, over the axis that is chosen', () => {
    const run = drawn({ accuracy: [0.1, 0.2], validationMacro: [0.3] });
    const lines = linesOf(definition('accuracy'), [run], { axis: 'seconds', smoothing: 0.6 });
    assert.deepEqual(
      lines.map(({ label }) => label),
      ['Run, last batch', 'Run, validation'],
    );
    assert.deepEqual([...lines[0]!.x], [2, 4]);
    assert.deepEqual(linesOf(definition('knn'), [run], { axis: 'steps', smoothing: 0 }), []);
  });

  test('many points are smoothed, and stay visible behind', () => {
    const values = Array.from({ length: 40 }, (_, i) => i % 2);
    const lines = linesOf(definition('loss'), [drawn({ loss: values })], { axis: 'epochs', smoothing: 0.9 });
    assert.deepEqual(
      lines.map(({ faint }) => faint),
      [true, undefined],
    );
    assert.deepEqual([...lines[0]!.y], values);
    const spread = (y: Float64Array) => Math.max(...y.subarray(20)) - Math.min(...y.subarray(20));
    assert.ok(spread(lines[1]!.y) < 0.2 && spread(lines[0]!.y) === 1);
    assert.match(describeLines('Loss', lines, String), /^Loss: Run from 0 to 0\.\d+$/);
  });

  test('the loss of guessing is drawn once for runs of the same batch, the untrained network for each', () => {
    const runs = [
      drawn({ loss: [4.2], relativeLoss: [0.7] }),
      drawn({ loss: [3], relativeLoss: [0.5] }),
      drawn({ loss: [1] }),
    ];
    assert.deepEqual(
      referencesOf(definition('loss'), runs).map(({ value }) => value),
      [6],
    );
    const known = drawn({}, { metrics: { knnMacroUntrained: 0.3 }, name: 'Pets' });
    const [line] = referencesOf(definition('knn'), [known, drawn({})]);
    assert.deepEqual([line!.value, line!.label], [0.3, 'Pets, untrained']);
  });

  test('runs of the same name are told apart by when they began', () => {
    const runs = [panelRun({ id: 'a' }), panelRun({ id: 'b', startedAt: 0 }), panelRun({ id: 'c', name: 'Other' })];
    const labels = [...runLabels(runs).values()];
    assert.equal(new Set(labels).size, 3);
    assert.equal(labels[2], 'Other');
  });
});

describe('what is said of a run', () => {
  test('running: where it is, how fast, and the time left', () => {
    const running = panelRun({ state: 'running', encoder: undefined, epoch: 3, selected: 40 }, true);
    const { curves } = drawn({ loss: Array<number>(13).fill(1), imagesPerSecond: [120], secondsLeft: [300] });
    const training = { key: 'run-1', name: 'Run', stopping: false, progress: undefined };
    assert.equal(
      runSentence(running, training, curves),
      'Pretraining · on 40 selected images · epoch 5 of 100 · 120 images/s · 5 min left',
    );
    const elsewhere = runSentence({ ...running, own: false }, undefined, curves);
    assert.match(elsewhere, /5 min left · by another process$/);
    assert.match(runSentence(running, { ...training, stopping: true }, curves), /stopping, its state is being saved$/);
  });

  test('ended: how, and what came of it beside what it was before', () => {
    const metrics = { testKnnMacro: 0.84, testKnnMacroUntrained: 0.61 };
    assert.match(
      runSentence(panelRun({ metrics }), undefined, undefined),
      /finished · epoch 100 of 100 · 14 min of computing · test kNN 84 %, untrained 61 %$/,
    );
    const failed = panelRun({
      state: 'failed',
      step: 0,
      epoch: 0,
      seconds: 0,
      startedAt: 0,
      endedAt: 4000,
      encoder: undefined,
    });
    assert.equal(runSentence(failed, undefined, undefined), 'Pretraining · failed · after 4 s · epoch 0 of 100');
  });

  test('the maps: whether it is better, and on which images', () => {
    const map = (knn: number | undefined) => ({
      encoder: { id: 'e', name: 'E' },
      x: new Float32Array(2),
      y: new Float32Array(2),
      knn,
    });
    const report = {
      before: map(0.5),
      after: map(0.75),
      classes: ['a', 'b'],
      classOf: Int32Array.of(0, 1),
      of: 2,
      judged: 'test',
      notices: [],
    } as const;
    assert.equal(mapsSentence(report), 'kNN accuracy 50 % → 75 %, better (on images of the test split).');
    assert.match(mapsSentence({ ...report, after: map(0.25), judged: 'all' }), /worse \(on all images/);
    assert.match(mapsSentence({ ...report, before: map(undefined) }), /without classes/);
  });
});

describe('drawing', () => {
  test('ticks are round and reach around the values', () => {
    assert.deepEqual(niceTicks([0.12, 0.58], 5), [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    assert.deepEqual(niceTicks([-3.1, -1.2], 4), [-3.5, -3, -2.5, -2, -1.5, -1]);
    for (const same of [[5], [0], [-0.2, -0.2], []]) {
      const ticks = niceTicks(same, 4);
      assert.ok(
        ticks.length >= 2 && same.every((value) => ticks[0]! <= value && ticks.at(-1)! >= value),
        String(ticks),
      );
    }
  });

  test('a ridge is smoothed, and as high as it is said to be', () => {
    assert.deepEqual(
      rowShares(Uint32Array.of(9, 9, 9, 9, 0, 0, 18, 0), 1, 4).map((share) => share.toFixed(3)),
      ['0.111', '0.222', '0.333', '0.222'],
    );
    assert.equal(
      ridgePath([0, 0.5], 0.5, 100, { left: 0, width: 20, height: 40 }),
      'M0,100L5.0,100.0L15.0,60.0L20,100Z',
    );
    assert.doesNotMatch(ridgePath([0, 0], 0, 10, { left: 0, width: 2, height: 4 }), /NaN/);
  });

  test('a map lies in the middle of what it is drawn on', () => {
    assert.deepEqual(extentOf({ x: Float32Array.of(-1, 3), y: Float32Array.of(0, 1) }), {
      middle: [1, 0.5],
      radius: 2,
    });
  });
});
