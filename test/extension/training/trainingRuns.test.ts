import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as settled } from 'node:timers/promises';
import { ErrorCode, LikenessError, cancelled, engineStopped, folderNotFound } from '../../../src/core/errors.ts';
import type { Progress } from '../../../src/core/progress.ts';
import type { TrainingCaller } from '../../../src/extension/training/trainingClient.ts';
import { TrainingRuns } from '../../../src/extension/training/trainingRuns.ts';
import type { EndedTraining } from '../../../src/extension/training/trainingRuns.ts';
import type { CallOptions } from '../../../src/protocol/rpc.ts';
import type { RunSummary, TrainingReport } from '../../../src/protocol/training.ts';
import { FakeCaller } from '../fakeCaller.ts';
import { planExample, runExample, settings } from './runExamples.ts';

interface Asked {
  readonly method: string;
  readonly params: unknown;
  readonly finish: (run: RunSummary) => void;
  readonly fail: (error: Error) => void;
  readonly progress: (progress: Progress) => void;
}

const pets = { folder: '/data/pets', settings: {} };
const half: Progress = { phase: 'Training', done: 1, total: 2, rate: 1, secondsLeft: 60, detail: 'epoch 1 of 2' };

/** Runs over a training process and an engine that do what the test says; `disk` is what is listed, by folder. */
function fixture(disk: Record<string, readonly RunSummary[] | Error> = {}) {
  const asked: Asked[] = [];
  const ended: EndedTraining[] = [];
  const remembered: (readonly string[])[] = [];
  const warnings: string[] = [];
  const clock = { now: 1000 };
  const call = (method: string, params: unknown, { signal, onProgress }: CallOptions = {}): Promise<unknown> =>
    new Promise<TrainingReport>((resolve, reject) => {
      const finish = (run: RunSummary): void => {
        resolve({ run, notices: [] });
      };
      asked.push({ method, params, finish, fail: reject, progress: (progress) => onProgress?.(progress) });
      signal?.addEventListener('abort', () => {
        reject(cancelled());
      });
    });
  const engine = new FakeCaller({
    'runs/list': ({ folder }) => {
      const found = disk[folder] ?? [];
      if (found instanceof Error) throw found;
      return found;
    },
    'runs/delete': ({ run, folder }) => {
      disk[folder] = (disk[folder] as readonly RunSummary[]).filter(({ id }) => id !== run);
      return { bytes: 42 };
    },
  });
  const runs = new TrainingRuns({ call } as TrainingCaller, engine, {
    roots: () => Promise.resolve(Object.keys(disk)),
    remember: (roots) => remembered.push(roots),
    warn: (text) => warnings.push(text),
    tensorFlow: () => ({ tensorFlowModule: '@tensorflow/tfjs' }),
    now: () => clock.now,
  });
  runs.onDidEnd((outcome) => ended.push(outcome));
  return { runs, asked, ended, engine, disk, clock, remembered, warnings };
}

const ids = (runs: readonly RunSummary[]): string[] => runs.map(({ id }) => id);

test('past runs of all datasets are listed once, newest first', async () => {
  const shared = runExample({ id: 'b', startedAt: 2 });
  const { runs } = fixture({
    '/data/pets': [shared, runExample({ id: 'a', startedAt: 1 })],
    '/data/pets/train': [shared],
    '/data/cars': [runExample({ id: 'a', root: '/data/cars', startedAt: 3 })],
  });
  const listed = await runs.load();
  assert.deepEqual(
    listed.map(({ root, id }) => `${root} ${id}`),
    ['/data/cars a', '/data/pets b', '/data/pets a'],
  );
});

test('a dataset that cannot be listed costs the others nothing, and is kept unless it is gone', async () => {
  const { runs, remembered, warnings } = fixture({
    '/data/broken': engineStopped('exit code 7'),
    '/data/gone': folderNotFound('/data/gone'),
    '/data/empty': [],
    '/data/pets': [runExample()],
  });
  assert.deepEqual(ids(await runs.load()), ['run-1']);
  assert.deepEqual(remembered, [['/data/broken', '/data/pets']]);
  assert.equal(warnings.length, 2);
});

test('a training shows its progress, and its run when it is over', async () => {
  const { runs, asked, ended } = fixture({ '/data/pets': [] });
  await runs.load();
  const done = runs.pretrain(pets, planExample);
  assert.deepEqual(runs.running, {
    ...{ root: '/data/pets', name: 'resnet10 at 64 px', settings, id: undefined, startedAt: 1000 },
    ...{ progress: undefined, stopping: false },
  });
  assert.deepEqual([asked[0]?.method, asked[0]?.params], ['training/pretrain', pets]);
  asked[0]!.progress(half);
  assert.deepEqual(runs.running.progress, half);
  asked[0]!.finish(runExample());
  assert.equal((await done)?.run.id, 'run-1');
  assert.equal(runs.running, undefined);
  assert.deepEqual(ids(runs.others), ['run-1']);
  assert.ok('report' in ended[0]!);
});

test('every kind of training is a run like any other', async () => {
  const { runs, asked } = fixture();
  const kinds = [
    ['Fine-tuning', 'training/finetune', () => runs.fineTune(pets)],
    ['Distillation', 'training/distill', () => runs.distill(pets)],
    ['Autoencoder', 'training/autoencoder', () => runs.trainAutoencoder({ ...pets, settings: { name: 'mine' } })],
  ] as const;
  for (const [name, method, start] of kinds) {
    const done = start();
    assert.equal(runs.running?.name, name === 'Autoencoder' ? 'mine' : name);
    assert.equal(asked.at(-1)?.method, method);
    asked.at(-1)!.finish(runExample());
    assert.equal((await done)?.run.id, 'run-1');
  }
});

test('what the engine has chosen is shown once the run is found, also of a part of a dataset', async () => {
  const { runs, asked, disk, clock } = fixture({ '/data/pets': [] });
  await runs.load();
  const done = runs.fineTune({ folder: '/data/pets/train', settings: {} });
  const own = runExample({ id: 'own', name: 'resnet10 at 64 px, fine-tuned', state: 'running', startedAt: 1500 });
  disk['/data/pets'] = [own];
  clock.now += 5000;
  asked[0]!.progress(half);
  await settled();
  const { id, root, name, settings: shown } = runs.running ?? {};
  assert.deepEqual([id, root, name, shown], ['own', '/data/pets', own.name, own.settings]);
  asked[0]!.finish({ ...own, state: 'finished' });
  await done;
  assert.deepEqual(
    runs.others.map(({ state }) => state),
    ['finished'],
  );
});

test('what goes on is found in the list, and not shown as another', async () => {
  const { runs, asked, disk, clock } = fixture({
    '/data/pets': [runExample({ id: 'old', state: 'running', startedAt: 1 })],
  });
  await runs.load();
  const done = runs.pretrain(pets, planExample);
  const own = runExample({ id: 'own', state: 'running', startedAt: 1500, metrics: { loss: 3 } });
  disk['/data/pets'] = [own, ...(disk['/data/pets'] as RunSummary[])];
  asked[0]!.progress(half);
  await settled();
  assert.equal(runs.running?.id, undefined, 'not at every progress');
  clock.now += 5000;
  asked[0]!.progress(half);
  await settled();
  assert.equal(runs.running?.id, 'own');
  assert.deepEqual(runs.runningSummary?.metrics, { loss: 3 });
  assert.deepEqual(ids(runs.others), ['old']);
  asked[0]!.fail(new LikenessError(ErrorCode.TrainingStopped, 'gone'));
  await done;
  assert.deepEqual(ids(runs.others), ['old'], 'what was read while it ran says that it still does');
});

test('a window trains one at a time', async () => {
  const { runs, asked } = fixture();
  const first = runs.pretrain(pets, planExample);
  await assert.rejects(runs.resume(runExample()), /resnet10 at 64 px is being trained/);
  assert.equal(asked.length, 1);
  asked[0]!.finish(runExample());
  await first;
  const second = runs.resume(runExample({ id: 'again' }));
  assert.deepEqual(asked[1]?.params, { folder: '/data/pets', run: 'again', tensorFlowModule: '@tensorflow/tfjs' });
  asked[1].finish(runExample());
  await second;
});

test('a training that is stopped says so, and what is on disk is read again', async () => {
  const { runs, ended, disk } = fixture({ '/data/pets': [] });
  await runs.load();
  const done = runs.pretrain(pets, planExample);
  runs.stop();
  assert.equal(runs.running?.stopping, true);
  disk['/data/pets'] = [runExample({ state: 'stopped', resumable: true })];
  assert.equal(await done, undefined);
  const [outcome] = ended;
  assert.ok(outcome && 'error' in outcome && outcome.error.code === ErrorCode.Cancelled);
  await settled();
  assert.deepEqual(
    runs.others.map(({ state }) => state),
    ['stopped'],
  );
});

test('a deleted run is gone from the list', async () => {
  const { runs, engine } = fixture({ '/data/pets': [runExample({ id: 'a' }), runExample({ id: 'b' })] });
  await runs.load();
  assert.equal(await runs.delete(runExample({ id: 'a' }), true), 42);
  assert.deepEqual(ids(runs.others), ['b']);
  assert.deepEqual(engine.asked.find(({ method }) => method === 'runs/delete')?.params, {
    ...{ folder: '/data/pets', run: 'a', encoder: true },
  });
});

test('nothing is listed before somebody wants to see it', async () => {
  const { runs, asked, engine } = fixture({ '/data/pets': [] });
  const done = runs.pretrain(pets);
  asked[0]!.progress(half);
  asked[0]!.finish(runExample());
  await done;
  await settled();
  assert.deepEqual(engine.asked, []);
});
