import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recipeOf, settingsOf } from '../../../src/core/augmentation/augmentationSettings.ts';
import { augmentationPreset } from '../../../src/core/augmentation/presets.ts';
import { ErrorCode, cancelled, notIndexed } from '../../../src/core/errors.ts';
import {
  AugmentationsModel,
  type SavedAugmentations,
} from '../../../src/extension/augmentations/augmentationsModel.ts';
import type { BatchReport, SensitivityReport, ViewsReport, ViewsRequest } from '../../../src/protocol/augmentations.ts';
import type { PairDecisionRequest } from '../../../src/protocol/decisions.ts';
import type { CallOptions } from '../../../src/protocol/rpc.ts';
import { FakeCaller } from '../fakeCaller.ts';

const picture = { bytes: new Uint8Array(3), type: 'image/png' };

const reportOf = ({ image, count }: ViewsRequest): ViewsReport => ({
  root: '/data',
  path: image.replace('/data/', ''),
  label: 'cat',
  encoder: { id: 'handcrafted', dim: 4 },
  original: picture,
  views: Array.from({ length: count }, () => picture),
  similarities: new Float32Array(count).fill(0.9),
  matrix: new Float32Array(count * count),
  nearest: [{ path: 'b.png', similarity: 0.8, label: 'cat', thumbnail: new Uint8Array(2) }],
  typicalNearest: 0.8,
  sampled: 9,
  own: { horizontalFlip: { probability: 1 } },
});

const batchReport: BatchReport = {
  root: '/data',
  encoder: { id: 'handcrafted', dim: 4 },
  images: 2,
  positives: { low: 0, high: 1, counts: new Uint32Array(4) },
  negatives: { low: 0, high: 1, counts: new Uint32Array(4) },
  meanPositive: 0.9,
  meanNegative: 0.5,
  separation: 0.97,
  hardestPositives: [{ path: 'a.png', label: 'cat', similarity: 0.7, views: [picture, picture] }],
  hardestNegatives: [
    {
      paths: ['a.png', 'b.png'],
      labels: ['cat', 'cat'],
      similarity: 0.8,
      sameClass: true,
      decided: undefined,
      views: [picture, picture],
    },
  ],
  sameClassNegatives: 1,
};

type Answer<Request, Result> = (request: Request, options: CallOptions) => Result | Promise<Result>;

interface Given {
  readonly views?: Answer<ViewsRequest, ViewsReport>;
  readonly sensitivity?: Answer<unknown, SensitivityReport>;
  readonly saved?: SavedAugmentations | undefined;
  readonly settleMs?: number;
}

function fixture({ views = reportOf, sensitivity, saved, settleMs = 0 }: Given = {}) {
  const engine = new FakeCaller({
    'augmentations/views': views,
    'augmentations/batch': () => batchReport,
    'augmentations/save': () => ({ root: '/data' }),
    'decisions/pair': ({ paths }) => ({ changed: paths }),
    ...(sensitivity && { 'augmentations/sensitivity': sensitivity }),
  });
  const saves: SavedAugmentations[] = [];
  const model = new AugmentationsModel(
    {
      engine,
      scanSettings: () => ({}),
      trusted: () => true,
      indexing: () => false,
      datasetFor: () => Promise.resolve(undefined),
      save: (saving) => saves.push(saving),
      settleMs,
    },
    saved,
  );
  const asked = (method: string) => engine.asked.filter((call) => call.method === method).map(({ params }) => params);
  const requests = () => asked('augmentations/views') as ViewsRequest[];
  return { model, saves, asked, requests };
}

const later = (milliseconds = 20) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test('an image is shown with its views under the usual augmentation', async () => {
  const { model, requests } = fixture();
  assert.ok(!model.isWaiting);
  const showing = model.show('/data/a.png');
  assert.equal(model.state.busy, true);
  await showing;
  const { busy, views, image, viewPictures } = model.state;
  assert.deepEqual([busy, views?.path, image?.name, viewPictures], [false, 'a.png', 'a.png', 1]);
  assert.deepEqual(requests()[0]!.recipe, augmentationPreset('natural')!.recipe(64));
  assert.equal(model.viewPictures?.views.length, 12);
});

test('the state holds no pictures: they are asked for once', async () => {
  const { model } = fixture();
  await model.show('/data/a.png');
  await model.measure('batch');
  const bytes = (value: unknown): boolean =>
    value instanceof Uint8Array || (typeof value === 'object' && value !== null && Object.values(value).some(bytes));
  assert.equal(bytes(model.state), false);
  assert.equal(model.batchPictures?.negatives.length, 1);
});

test('controls that are moved ask once, when they come to rest, and the newest wins', async () => {
  const { model, requests } = fixture({ settleMs: 5 });
  await model.show('/data/a.png');
  for (const value of [0.1, 0.2, 0.3]) model.change({ strength: 'crop', value });
  await later(40);
  assert.equal(requests().length, 2);
  assert.deepEqual(requests()[1]!.recipe.crop?.area, [0.7, 1]);
  assert.equal(model.state.preset, 'edited');
});

test('an older answer changes nothing, and its request is stopped', async () => {
  const stopped: boolean[] = [];
  const { model } = fixture({
    views: (request, { signal }) =>
      request.seed === 0
        ? new Promise((_, reject) => {
            signal!.addEventListener('abort', () => {
              stopped.push(true);
              reject(cancelled());
            });
          })
        : reportOf(request),
  });
  const first = model.show('/data/a.png');
  await later(1);
  await model.redraw();
  await first;
  assert.deepEqual(
    [stopped, model.state.seed, model.state.views?.path, model.state.failure],
    [[true], 1, 'a.png', undefined],
  );
});

test('presets, the own one of the data set, and view sizes', async () => {
  const { model } = fixture();
  await model.show('/data/a.png');
  const recipe = () => model.recipe;
  model.change({ preset: 'aerial' });
  assert.deepEqual(recipe(), augmentationPreset('aerial')!.recipe(64));
  model.change({ preset: 'own' });
  assert.deepEqual(recipe(), { horizontalFlip: { probability: 1 } });
  model.change({ preset: 'natural' });
  assert.equal(recipe().blur, undefined);
  model.change({ viewSize: 128 });
  assert.ok(recipe().blur);
  assert.equal(model.state.preset, 'natural');
});

test('what is not on offer changes nothing', async () => {
  const { model } = fixture();
  await model.show('/data/a.png');
  const { settings, viewSize, count, preset } = model.state;
  for (const change of [
    { viewSize: 1e6 },
    { count: 0 },
    { preset: 'nothing' },
    { strength: 'crop', value: Number.NaN },
    { strength: 'toString', value: 1 },
    { augmentation: 'constructor', on: true },
  ]) {
    model.change(change as never);
  }
  assert.deepEqual(
    [model.state.settings, model.state.viewSize, model.state.count, model.state.preset],
    [settings, viewSize, count, preset],
  );
});

test('each failure says what can be done about it', async () => {
  const { model } = fixture({ views: () => Promise.reject(notIndexed('/data')) });
  await model.show('/data/a.png');
  const { failure, views, busy } = model.state;
  assert.deepEqual([failure?.code, failure?.remedy, views, busy], [ErrorCode.NotIndexed, 'index', undefined, false]);
  assert.equal(model.viewPictures, undefined);
});

test('what is set survives a reload, and the image waits to be looked at', async () => {
  const { model, saves } = fixture();
  await model.show('/data/a.png');
  model.change({ augmentation: 'noise', on: true });
  model.change({ pinned: true });
  const again = fixture({ saved: saves.at(-1) });
  assert.equal(again.model.isWaiting, true);
  assert.equal(again.model.state.pinned, true);
  assert.deepEqual(again.model.recipe, model.recipe);
  await again.model.refresh();
  assert.equal(again.model.isWaiting, false);
  const unusable = { ...saves.at(-1)!, settings: { all: { crop: 1 }, off: [] } as never };
  assert.equal(fixture({ saved: unusable }).model.state.preset, 'natural');
});

test('a measurement reports progress, can be cancelled, and knows when it is of other settings', async () => {
  const report: SensitivityReport = {
    root: '/data',
    encoder: { id: 'handcrafted', dim: 4 },
    images: 3,
    shares: Float64Array.of(0, 1),
    curves: [],
    nearest: 0.8,
    labelled: false,
  };
  let finish: () => void = () => undefined;
  const { model } = fixture({
    sensitivity: (_, { onProgress, signal }) =>
      new Promise((resolve, reject) => {
        onProgress!({ phase: 'Measuring', done: 1, total: 3, rate: 0, secondsLeft: undefined });
        signal!.addEventListener('abort', () => {
          reject(cancelled());
        });
        finish = () => {
          resolve(report);
        };
      }),
  });
  await model.show('/data/a.png');
  const first = model.measure('sensitivity');
  await later(1);
  assert.equal(model.state.sensitivity.progress?.done, 1);
  model.cancel('sensitivity');
  await first;
  assert.deepEqual([model.state.sensitivity.progress, model.state.sensitivity.figures], [undefined, undefined]);
  const second = model.measure('sensitivity');
  await later(1);
  finish();
  await second;
  assert.deepEqual([model.state.sensitivity.figures, model.state.sensitivity.stale], [report, false]);
  model.change({ viewSize: 32 });
  assert.equal(model.state.sensitivity.stale, true);
});

test('a batch is of a recipe, and what is decided shows in it', async () => {
  const { model, asked } = fixture();
  await model.show('/data/a.png');
  await model.measure('batch');
  assert.equal(model.state.batch.stale, false);
  model.change({ augmentation: 'crop', on: false });
  assert.equal(model.state.batch.stale, true);
  model.change({ preset: 'natural' });
  assert.equal(model.state.batch.stale, false);
  await model.decide(['a.png', 'b.png'], 'same');
  assert.equal(model.state.batch.figures?.hardestNegatives[0]?.decided, 'same');
  const [request] = asked('decisions/pair') as PairDecisionRequest[];
  assert.deepEqual(request, { root: '/data', paths: ['a.png', 'b.png'], action: 'same' });
});

test('what is set is saved for the data set of the image', async () => {
  const { model, asked } = fixture();
  assert.equal(await model.saveAsOwn(), undefined);
  await model.show('/data/a.png');
  assert.equal(await model.saveAsOwn(), '/data');
  assert.deepEqual(asked('augmentations/save'), [
    { folder: '/data', recipe: recipeOf(settingsOf(augmentationPreset('natural')!.recipe(64))) },
  ]);
});
