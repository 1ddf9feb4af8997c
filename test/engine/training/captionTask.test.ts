import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { imageTextHeadsProgram, unchangingHeads } from '../../../src/core/training/imageTextHeads.ts';
import { resolveCaptionSettings } from '../../../src/core/training/captionSettings.ts';
import { optimizerConfig } from '../../../src/core/training/commonSettings.ts';
import type { TensorMap } from '../../../src/core/training/parameters.ts';
import { OnnxWorker } from '../../../src/engine/encoders/onnxRuntime.ts';
import { CaptionTask } from '../../../src/engine/training/captionTask.ts';
import type { RunPosition } from '../../../src/engine/training/trainingRun.ts';
import { job } from './job.ts';

/** Pairs, and numbers of a vector: the image of a pair is an axis of its own. */
const PAIRS = 12;
/** Of these the towers give images and captions the same vector, of the others the opposite one. */
const ALIKE = 6;
const shape = { image: PAIRS, text: PAIRS, outputs: PAIRS };
const sides = { reference: 'pair', name: 'pair', dim: PAIRS };
const settings = resolveCaptionSettings(
  { epochs: 4, threads: 1, batchImages: 8 },
  { image: sides, text: sides, isPair: true },
  100,
  1,
);
const program = imageTextHeadsProgram(shape, { batch: 8, optimizer: optimizerConfig(settings), clipNorm: 1 });
const kept = new Set(program.parameters.map(({ name }) => name));
const sign = (pair: number) => (pair < ALIKE ? 1 : -1);
const all = Uint32Array.from({ length: PAIRS }, (_, pair) => pair);

const data = {
  vectors: {
    image: matrix((pair, axis) => (axis === pair ? 1 : 0)),
    text: matrix((pair, axis) => (axis === pair ? sign(pair) : 0)),
  },
  captionsOf: Array.from(all, (pair) => [pair]),
  ...{ rows: all, validation: all, test: new Uint32Array(), notices: [], images: [], unreadable: 0 },
};

function matrix(value: (row: number, column: number) => number): Float32Array {
  return Float32Array.from({ length: PAIRS * PAIRS }, (_, i) => value(Math.floor(i / PAIRS), i % PAIRS));
}

/** Images stay where they are. @param text `outputs × dim`: what becomes of the captions */
function heads(text?: Float32Array): TensorMap {
  const unchanging = program.initialState(0, unchangingHeads(shape));
  return text === undefined ? unchanging : new Map([...unchanging, ['text.projection.weight', text]]);
}

/** Each caption is nearer to the image after its own than to its own, which comes second. */
const allSecond = heads(
  matrix((axis, pair) => sign(pair) * (axis === pair ? 0.6 : axis === (pair + 1) % PAIRS ? 0.8 : 0)),
);
const allFirst = heads(matrix((axis, pair) => (axis === pair ? sign(pair) : 0)));

describe('heads over towers that share a space', () => {
  const worker = new OnnxWorker();
  after(() => worker.dispose());

  const open = (isPair: boolean, start: Partial<RunPosition> = {}) => {
    const position = { step: 0, seconds: 0, state: new Map(), metrics: {}, ...start };
    const run = { ...job(), totalSteps: 12, warmupSteps: 0, start: position };
    return CaptionTask.open({ settings, shape, data, kept, isPair }, worker, run);
  };
  const outcome = {} as never;
  const epoch = (task: CaptionTask, done: number, state: TensorMap) =>
    task.afterEpoch(done, outcome, () => Promise.resolve(state));

  it('are left out where more pairs find each other first without them, whatever else they bring', async () => {
    const task = await open(true);
    const before = await task.begin(heads());
    assert.equal(before['validationRecallAt1Before'], 0.5);
    const worse = await epoch(task, 1, allSecond);
    assert.deepEqual([worse['validationRecallAt1'], worse['bestEpoch']], [0, 0]);
    assert.ok(worse['validationRecall']! > before['validationRecallBefore']! + 0.3, 'nearer on the whole');
    assert.deepEqual(task.result(allSecond).get('text.projection.weight'), heads().get('text.projection.weight'));
    const better = await epoch(task, 2, allFirst);
    assert.deepEqual([better['validationRecallAt1'], better['bestEpoch']], [1, 2]);
    assert.equal(task.result(heads()).get('text.projection.weight'), allFirst.get('text.projection.weight'));
  });

  it('are left out so where the run was stopped and goes on, too', async () => {
    const first = await open(true);
    const metrics = await first.begin(heads());
    const task = await open(true, { step: 3, state: first.kept(), metrics });
    assert.equal((await epoch(task, 1, allSecond))['bestEpoch'], 0);
    assert.equal((await epoch(task, 2, allFirst))['bestEpoch'], 2);
  });

  it('are what brings them together in the first place where they share none', async () => {
    const task = await open(false);
    await task.begin(heads());
    assert.equal((await epoch(task, 1, allSecond))['bestEpoch'], 1);
  });
});
