import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import { Emitter } from 'vscode-jsonrpc/node';
import { cancelled, runNotFound } from '../../../src/core/errors.ts';
import { noHistograms } from '../../../src/core/training/runCurves.ts';
import type { RunMapsReport, RunMetricsReport, RunMetricsRequest, RunSummary } from '../../../src/protocol/training.ts';
import type { EngineCaller } from '../../../src/extension/engine/engineClient.ts';
import {
  keyOf,
  TrainingPanelModel,
  type ListedRuns,
  type SavedTrainingPanel,
} from '../../../src/extension/trainingPanel/trainingPanelModel.ts';
import type { RunningTraining } from '../../../src/extension/training/trainingRuns.ts';
import { runExample } from '../training/runExamples.ts';

/** Runs as the window has them. */
class FakeRuns implements ListedRuns {
  running: RunningTraining | undefined;
  runningSummary: RunSummary | undefined;
  others: readonly RunSummary[] = [];
  listed = 0;
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;

  load(): Promise<readonly RunSummary[]> {
    this.listed += 1;
    return Promise.resolve(this.others);
  }

  refresh(): Promise<readonly RunSummary[]> {
    return this.load();
  }

  set(others: readonly RunSummary[], own?: RunSummary): void {
    this.others = others;
    this.runningSummary = own;
    this.running = own && {
      ...{ root: own.root, name: own.name, settings: own.settings, id: own.id, startedAt: own.startedAt },
      ...{ progress: undefined, stopping: false },
    };
    this.#changed.fire();
  }
}

/** A run's `metrics.jsonl` as the losses of its steps. */
class FakeEngine {
  readonly losses = new Map<string, number[]>();
  readonly asked: RunMetricsRequest[] = [];
  maps: (() => Promise<RunMapsReport>) | undefined;

  get caller(): EngineCaller {
    const call = (method: string, params: unknown): Promise<unknown> => {
      if (method === 'runs/metrics') return this.#metrics(params as RunMetricsRequest);
      if (method === 'runs/maps' && this.maps) return this.maps();
      return Promise.reject(new Error(`unexpected ${method}`));
    };
    return { call: call as EngineCaller['call'] };
  }

  async #metrics(request: RunMetricsRequest): Promise<RunMetricsReport> {
    this.asked.push(request);
    await sleep(1);
    const losses = this.losses.get(request.run);
    if (!losses) throw runNotFound(request.run, request.folder);
    const start = request.after?.metrics.bytes ?? 0;
    const continues = request.after !== undefined && start <= losses.length;
    const values = Float64Array.from(losses.slice(continues ? start : 0, start + 3));
    const steps = values.map((_, i) => (continues ? start : 0) + i + 1);
    const end = steps.at(-1) ?? start;
    return {
      metrics: { steps, epochs: steps, seconds: steps, metrics: { loss: values, relativeLoss: values } },
      histograms: noHistograms,
      continues,
      ends: { metrics: { bytes: end, tail: '' }, histograms: { bytes: 0, tail: '' } },
      more: end < losses.length,
    };
  }
}

function start(context: TestContext, saved?: SavedTrainingPanel, trusted = true) {
  const runs = new FakeRuns();
  const engine = new FakeEngine();
  const saves: SavedTrainingPanel[] = [];
  const warnings: string[] = [];
  const model = new TrainingPanelModel(
    {
      engine: engine.caller,
      runs,
      trusted: () => trusted,
      scanSettings: () => ({}),
      save: (state) => saves.push(state),
      warn: (text) => warnings.push(text),
      now: Date.now,
      readMs: 5,
    },
    saved,
  );
  context.after(() => {
    model.dispose();
  });
  return { runs, engine, model, saves, warnings };
}

async function until(check: () => boolean): Promise<void> {
  while (!check()) await sleep(2);
}

const first = runExample({ id: 'first', startedAt: 1 });
const second = runExample({ id: 'second', startedAt: 2 });
const lossesOf = (model: TrainingPanelModel, run: RunSummary) => [
  ...(model.curves(keyOf(run))?.series['loss']?.values ?? []),
];

test('nothing is read before the panel is seen; then the newest run is, to its end and once', async (context) => {
  const { runs, engine, model } = start(context);
  runs.others = [second, first];
  engine.losses.set('second', [5, 4, 3, 2, 1]);
  await sleep(20);
  assert.deepEqual([runs.listed, engine.asked.length, model.state.loaded], [0, 0, false]);
  model.setVisible(true);
  await until(() => lossesOf(model, second).length === 5);
  assert.deepEqual(lossesOf(model, second), [5, 4, 3, 2, 1]);
  assert.deepEqual(
    model.state.runs.map(({ shown, colour }) => [shown, colour]),
    [
      [true, 0],
      [false, 1],
    ],
  );
  const asked = engine.asked.length;
  await sleep(30);
  assert.equal(engine.asked.length, asked);
  assert.equal(lossesOf(model, first).length, 0);
});

test('a run that goes on is read as it grows, and anew where it has gone back to a checkpoint', async (context) => {
  const { runs, engine, model } = start(context);
  const running = { ...second, state: 'running' as const, encoder: undefined };
  runs.others = [running];
  const losses = [4, 3];
  engine.losses.set('second', losses);
  model.setVisible(true);
  await until(() => lossesOf(model, second).length === 2);
  const version = model.state.runs[0]!.curves;
  losses.push(2, 1);
  await until(() => lossesOf(model, second).length === 4);
  assert.ok(model.state.runs[0]!.curves > version);
  assert.ok(engine.asked.slice(2).every(({ after }) => after !== undefined));
  losses.splice(1, 3);
  await until(() => lossesOf(model, second).length === 1);
  model.setVisible(false);
  await sleep(15);
  const asked = engine.asked.length;
  await sleep(30);
  assert.equal(engine.asked.length, asked);
});

test('what is read to its end once a run is over includes its last lines', async (context) => {
  const { runs, engine, model } = start(context);
  const running = { ...second, state: 'running' as const };
  runs.others = [running];
  engine.losses.set('second', [4]);
  model.setVisible(true);
  await until(() => lossesOf(model, second).length === 1);
  engine.losses.get('second')!.push(3);
  runs.set([second]);
  await until(() => lossesOf(model, second).length === 2);
});

test('a run that begins here is drawn beside those that were chosen, each with a colour that it keeps', async (context) => {
  const { runs, engine, model, saves } = start(context);
  for (const id of ['first', 'second', 'own']) engine.losses.set(id, [1]);
  runs.others = [second, first];
  model.setVisible(true);
  await until(() => model.state.loaded);
  model.change({ key: keyOf(first), shown: true });
  const colours = model.state.runs.map(({ colour }) => colour);
  runs.set([second, first], runExample({ id: 'own', state: 'running', startedAt: 3 }));
  const { runs: rows, training } = model.state;
  assert.deepEqual(
    rows.map(({ shown, own }) => [shown, own]),
    [
      [true, true],
      [true, false],
      [true, false],
    ],
  );
  assert.deepEqual(
    rows.slice(1).map(({ colour }) => colour),
    colours,
  );
  assert.equal(new Set(rows.map(({ colour }) => colour)).size, 3);
  assert.equal(training?.key, rows[0]!.key);
  model.change({ key: keyOf(second), shown: false });
  model.change({ choices: { axis: 'seconds', smoothing: 0.2 } });
  // A window that is reloaded goes on with what was saved.
  const again = start(context, saves.at(-1));
  again.runs.others = [second, first];
  again.engine.losses.set('first', [1]);
  again.model.setVisible(true);
  await until(() => again.model.state.loaded);
  assert.deepEqual(again.model.state.choices, { axis: 'seconds', smoothing: 0.2 });
  assert.deepEqual(
    again.model.state.runs.map(({ shown, colour }) => [shown, colour]),
    [
      [false, colours[0]],
      [true, colours[1]],
    ],
  );
});

test('a run whose loss is back at guessing gets a diagnosis', async (context) => {
  const { runs, engine, model } = start(context);
  runs.others = [runExample({ id: 'bad', stepsPerEpoch: 1 })];
  engine.losses.set('bad', [...Array<number>(30).fill(0.5), ...Array<number>(300).fill(1)]);
  model.setVisible(true);
  await until(() => model.state.runs[0]?.diagnosis !== undefined);
  assert.match(model.state.runs[0]!.diagnosis!, /back at that of guessing/);
});

test('in a restricted workspace nothing is read, and a run that cannot be read is told to the log', async (context) => {
  const restricted = start(context, undefined, false);
  restricted.runs.others = [first];
  restricted.model.setVisible(true);
  await sleep(20);
  assert.deepEqual([restricted.runs.listed, restricted.model.state.trusted], [0, false]);
  const { runs, model, warnings } = start(context);
  runs.others = [first];
  model.setVisible(true);
  await until(() => warnings.length > 0);
  await sleep(20);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /first can't be read/);
});

test('maps are drawn when asked for, fail with a sentence, and can be cancelled', async (context) => {
  const { runs, engine, model } = start(context);
  runs.others = [first];
  engine.losses.set('first', [1]);
  const report = { of: 3 } as unknown as RunMapsReport;
  engine.maps = () => Promise.resolve(report);
  const key = keyOf(first);
  model.askForMaps('nobody');
  assert.equal(model.state.maps.key, undefined);
  model.askForMaps(key);
  assert.deepEqual([model.state.maps.key, model.state.maps.progress?.phase], [key, 'Starting']);
  await until(() => model.state.maps.version > 0);
  assert.equal(model.maps, report);
  engine.maps = () => Promise.reject(runNotFound('first', '/data/pets'));
  model.askForMaps(key);
  await until(() => model.state.maps.failure !== undefined);
  assert.deepEqual([model.maps, model.state.maps.version, model.state.maps.progress], [undefined, 0, undefined]);
  engine.maps = () => Promise.reject(cancelled());
  model.askForMaps(key);
  await until(() => model.state.maps.progress === undefined);
  assert.equal(model.state.maps.failure, undefined);
  engine.maps = () => new Promise(() => undefined);
  model.askForMaps(key);
  model.cancelMaps();
  assert.equal(model.state.maps.progress, undefined);
});
