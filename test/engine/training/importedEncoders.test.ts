import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { numbersOfTensor } from '../../../src/core/onnx/tensors.ts';
import { openEncoder } from '../../../src/engine/encoders/openEncoder.ts';
import { decodeModel, encodeModel } from '../../../src/engine/encoders/onnxFile.ts';
import { EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { Trainings } from '../../../src/engine/training/trainings.ts';
import { readStartingEncoder } from '../../../src/engine/training/startingEncoder.ts';
import { RunStore } from '../../../src/engine/training/runStore.ts';
import type {
  DistillSettings,
  FineTuneSettings,
  PretrainSettings,
  RunSummary,
} from '../../../src/protocol/training.ts';
import { mobileNet, SIZE, visionTransformer, type ExportedModel } from '../../core/training/imported/exportedModels.ts';
import { assertClose } from '../../close.ts';
import { shared, unlessShared } from '../../shared.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { writeStripes } from './colourDataset.ts';
import { job } from './job.ts';

const registry = new EncoderRegistry();
const OPTIONS = { registry, rootOf: (path: string) => path, threads: 1, checkpointSeconds: 3600 };

/** A dataset, and a model beside it as somebody has exported it. */
async function datasetWith(context: TestContext, { id, model, input, output }: ExportedModel) {
  const folder = temporaryFolder(context);
  const root = join(folder, 'images');
  mkdirSync(root);
  await writeStripes(root, 8);
  const models = join(folder, 'models');
  mkdirSync(models);
  const file = join(models, `${id}.onnx`);
  writeFileSync(file, encodeModel(model));
  writeFileSync(
    join(models, 'card.json'),
    JSON.stringify({ name: id, licence: 'MIT', trainedOn: 'photographs', input, output }),
  );
  return { root, file };
}

async function fineTune(root: string, settings: FineTuneSettings, context = job()) {
  const { run } = await new Trainings(OPTIONS).train('finetune', { folder: root, settings }, context);
  return run;
}

/** Vectors of some pictures by an encoder. */
async function vectorsOf(context: TestContext, reference: string, root?: string): Promise<Float32Array> {
  const encoder = await openEncoder(await registry.resolve(reference, root), { threads: 1, memoryBytes: 1e8 });
  context.after(() => encoder.dispose());
  const { mean, size } = encoder.card.input;
  const pixels = Uint8Array.from({ length: 2 * size[0] * size[1] * mean.length }, (_, i) => (i * 53) % 256);
  return (await encoder.embed(pixels, 2)).vectors;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

describe('an encoder of others', () => {
  test('is fine-tuned from its file, and the result takes pictures as it did', async (context) => {
    const { root, file } = await datasetWith(context, mobileNet());
    // With a number of labels nothing is held out to judge by, and the last epoch counts.
    const run = await fineTune(root, { from: file, epochs: 2, labelsPerClass: 8 });
    const settings = run.settings as Required<FineTuneSettings>;
    assert.deepEqual(
      [settings.from, settings.size, settings.trainedStages, settings.classifierStart, settings.classifierRate],
      [file, SIZE, 2, 'probe', 0],
    );
    const { card } = await registry.resolve(run.encoder!, root);
    assert.deepEqual({ ...card.input, name: mobileNet().input.name }, mobileNet().input);
    assert.deepEqual([card.classes, card.output.dim, card.licence], [['middle', 'narrow', 'wide'], 6, 'MIT']);
    const before = await vectorsOf(context, file);
    const after = await vectorsOf(context, run.encoder!, root);
    const moved = largestDifference(before, after);
    assert.ok(moved > 1e-5 && moved < 0.5, String(moved));

    assert.match(card.trainedOn!, /^24 labelled images, of images; before, as mobilenet-\w+, on photographs$/);
    const again = await fineTune(root, { from: run.id, epochs: 1, trainedStages: 'all', labelsPerClass: 8 });
    const { trainedOn } = (await registry.resolve(again.encoder!, root)).card;
    assert.ok(trainedOn!.endsWith(`; before, as ${card.id}, on ${card.trainedOn}`), trainedOn);
    assert.ok(largestDifference(after, await vectorsOf(context, again.encoder!, root)) > 1e-6);
  });

  test('is kept as the mean of what it was and what it has learnt', async (context) => {
    const { root, file } = await datasetWith(context, mobileNet());
    const weightsOf = async (reference: string) => (await readStartingEncoder(registry, reference, root)).values;
    const settings: FineTuneSettings = { from: file, epochs: 2, labelsPerClass: 8, trainedStages: 'all' };
    const learnt = await weightsOf((await fineTune(root, { ...settings, startShare: 0 })).encoder!);
    const kept = await weightsOf((await fineTune(root, { ...settings, startShare: 0.25 })).encoder!);
    let moved = 0;
    for (const [name, values] of await weightsOf(file)) {
      const means = values.map((value, i) => 0.25 * value + 0.75 * learnt.get(name)![i]!);
      assertClose(kept.get(name)!, means, 1e-6, name);
      moved += largestDifference(values, learnt.get(name)!);
    }
    assert.ok(moved > 1e-3, String(moved));
  });

  test('stays the linear probe where training makes it worse on the validation images', async (context) => {
    const { root, file } = await datasetWith(context, mobileNet());
    const run = await fineTune(root, { from: file, epochs: 2, learningRate: 100, trainedStages: 'all' });
    assert.equal((run.settings as Required<FineTuneSettings>).learningRate, 100);
    assert.equal(run.metrics['bestEpoch'], 0);
    assert.ok(largestDifference(await vectorsOf(context, file), await vectorsOf(context, run.encoder!, root)) < 1e-5);
    const { root: other, file: transformer } = await datasetWith(context, visionTransformer());
    const usual = await fineTune(other, { from: transformer, epochs: 1 });
    assert.equal((usual.settings as Required<FineTuneSettings>).learningRate, 1e-4);
  });

  test('stays as it is where the classifier trains alone', async (context) => {
    const { root, file } = await datasetWith(context, visionTransformer());
    const run = await fineTune(root, { from: file, epochs: 1, trainedStages: 0 });
    assert.ok(largestDifference(await vectorsOf(context, file), await vectorsOf(context, run.encoder!, root)) < 1e-5);
  });

  test('goes on after a stop as if it had not been stopped', async (context) => {
    const { root, file } = await datasetWith(context, visionTransformer());
    const settings: FineTuneSettings = { from: file, epochs: 3, trainedStages: 'all', threads: 1 };
    const expected = await fineTune(root, settings);
    const stopping = job(({ phase, done }) => {
      if (phase === 'Training' && done >= 24) stopping.abort();
    });
    await assert.rejects(fineTune(root, settings, stopping), { code: ErrorCode.Cancelled });
    const stopped = (await new RunStore(root).list()).find(({ state }) => state === 'stopped');
    const { run } = await new Trainings(OPTIONS).resume({ folder: root, run: stopped!.id }, job());
    assert.deepEqual(await vectorsOf(context, run.encoder!, root), await vectorsOf(context, expected.encoder!, root));
  });

  test('is pretrained further, its last stages alone, and takes pictures as it did', async (context) => {
    const { root, file } = await datasetWith(context, mobileNet());
    const settings: PretrainSettings = { from: file, epochs: 1, batchImages: 8 };
    const { run } = await new Trainings(OPTIONS).train('pretrain', { folder: root, settings }, job());
    const resolved = run.settings as Required<PretrainSettings>;
    assert.deepEqual(
      [resolved.from, resolved.size, resolved.trainedStages, resolved.optimizer],
      [file, SIZE, 1, 'adamw'],
    );
    const { card } = await registry.resolve(run.encoder!, root);
    assert.deepEqual([card.input.layout, card.output.dim, card.licence], ['NHWC', 6, 'MIT']);
    assert.match(card.trainedOn!, /^24 images, without labels, of images; before, as [\w-]+, on photographs$/);
    const moved = largestDifference(await vectorsOf(context, file), await vectorsOf(context, run.encoder!, root));
    assert.ok(moved > 1e-6 && moved < 0.5, String(moved));
    const listed = (await registry.list(root)).encoders.find(({ id }) => id === run.encoder);
    assert.deepEqual([listed?.source, listed?.ofOthers], [`run ${run.id}`, true]);
    // What it has made can be named by its run.
    const plan = await new Trainings(OPTIONS).planPretraining(
      { folder: root, settings: { from: run.id, trainedStages: 'all', batchImages: 8 } },
      job(),
    );
    assert.equal(plan.settings.from, run.encoder);
  });

  test('is offered for pretraining where its operators can be trained through', async (context) => {
    const { root, file } = await datasetWith(context, mobileNet());
    // Before its vector, where a gradient has to pass.
    const { model, input, output } = mobileNet();
    const straight = `${output.name}/straight`;
    const node = model.graph.node.flatMap((entry) => {
      if (!entry.output.includes(output.name)) return [entry];
      const bend = { opType: 'Atan', input: [straight], output: entry.output, attribute: [], metadataProps: [] };
      return [{ ...entry, output: [straight] }, bend];
    });
    const odd = join(root, 'odd.onnx');
    writeFileSync(odd, encodeModel({ ...model, graph: { ...model.graph, node } }));
    writeFileSync(join(root, 'card.json'), JSON.stringify({ name: 'odd', input, output }));
    const [good] = [await registry.add(file, root), await registry.add(odd, root)];
    const { encoders } = await registry.list(root);
    assert.ok(encoders.some(({ name }) => name === 'odd') && encoders.some(({ source }) => source === 'built-in'));
    const trainings = new Trainings(OPTIONS);
    const stopping = new AbortController();
    stopping.abort();
    await assert.rejects(trainings.trainable(encoders, root, stopping.signal), { code: ErrorCode.Cancelled });
    // That it can't be read at the moment says nothing of what it is.
    const models = [good, encoders.find(({ name }) => name === 'odd')!].map(({ id }) => {
      return join(root, '.likeness', 'encoders', id, 'encoder.onnx');
    });
    for (const model of models) renameSync(model, `${model}.away`);
    assert.deepEqual(await trainings.trainable(encoders, root), []);
    for (const model of models) renameSync(`${model}.away`, model);
    assert.deepEqual(await trainings.trainable(encoders, root), [{ ...good, ofOthers: true }]);
    const refused = trainings.planPretraining({ folder: root, settings: { from: odd } }, job());
    await assert.rejects(refused, { code: ErrorCode.EncoderNotTrainable, message: /its operator Atan/ });
  });

  test('is a student of which the last stages alone learn, or a classifier on it', async (context) => {
    const { root, file } = await datasetWith(context, mobileNet());
    const usual: DistillSettings = { from: file, teacher: 'pixels', epochs: 1, batchImages: 8, teacherViews: 1 };
    const distilled = async (settings: DistillSettings) =>
      (await new Trainings(OPTIONS).train('distill', { folder: root, settings: { ...usual, ...settings } }, job())).run;
    const weightsOf = async (reference: string) => {
      const { model } = await registry.resolve(reference, root);
      const { graph } = decodeModel(readFileSync((model as { file: string }).file));
      return graph.initializer.flatMap((tensor) => [...(numbersOfTensor(tensor) ?? [])].join());
    };
    const before = await weightsOf(file);
    const changed = async (run: RunSummary) => {
      const after = new Set(await weightsOf(run.encoder!));
      return before.filter((weight) => !after.has(weight)).length;
    };
    const last = await distilled({ trainedStages: 1 });
    assert.equal((last.settings as DistillSettings).trainedStages, 1);
    const all = await distilled({});
    assert.equal((all.settings as DistillSettings).trainedStages, 'all');
    const [few, many] = [await changed(last), await changed(all)];
    assert.ok(few > 0 && few < many, `${few} of ${many} change`);
    const tuned = await fineTune(root, { from: file, epochs: 1, trainedStages: 0 });
    const head = await distilled({ trainedStages: 0, teacher: tuned.encoder!, lesson: 'classes' });
    const vectors = await vectorsOf(context, file);
    assert.ok(largestDifference(vectors, await vectorsOf(context, head.encoder!, root)) < 1e-6);
    const { classes } = (await registry.resolve(tuned.encoder!, root)).card;
    assert.ok(classes !== undefined);
    assert.deepEqual((await registry.resolve(head.encoder!, root)).card.classes, classes);
    const refusals: [settings: DistillSettings, message: RegExp][] = [
      [{ trainedStages: 0 }, /^trainedStages is 0; it has to be all, or 1 to 4 stages of /],
      [{ trainedStages: 5 }, /1 to 4 stages/],
      [{ from: '', trainedStages: 1 }, /^resnet10-light is taught as a whole; leave trainedStages out/],
    ];
    for (const [settings, message] of refusals)
      await assert.rejects(distilled(settings), { code: ErrorCode.Usage, message });
  });

  test('is a student that a teacher teaches its embeddings', async (context) => {
    const { root, file } = await datasetWith(context, mobileNet());
    const settings: DistillSettings = {
      from: file,
      teacher: 'pixels',
      lesson: 'embeddings',
      epochs: 1,
      batchImages: 8,
      teacherViews: 1,
    };
    const { run } = await new Trainings(OPTIONS).train('distill', { folder: root, settings }, job());
    const { card } = await registry.resolve(run.encoder!, root);
    assert.deepEqual([card.input.size, card.input.layout, card.output.dim], [[SIZE, SIZE], 'NHWC', 6]);
    assert.ok(largestDifference(await vectorsOf(context, file), await vectorsOf(context, run.encoder!, root)) > 1e-6);
  });
});

describe('is refused with a sentence, and nothing is written', () => {
  const path = 'models/mobilenetv2-int8';
  test('a quantised one', { skip: unlessShared(path) }, async (context) => {
    const { root } = await datasetWith(context, mobileNet());
    await assert.rejects(fineTune(root, { from: shared(path) }), {
      code: ErrorCode.EncoderNotTrainable,
      message: /is quantised \(DynamicQuantizeLinear\)/,
    });
    assert.ok(!existsSync(join(root, '.likeness', 'runs')));
  });

  test('statistics of batches, stages that it has not', async (context) => {
    const { root, file } = await datasetWith(context, mobileNet());
    await assert.rejects(fineTune(root, { from: file, runningStatistics: 'frozen' }), { code: ErrorCode.Usage });
    await assert.rejects(fineTune(root, { from: file, trainedStages: 5 }), /0 to 4 stages/);
  });
});
