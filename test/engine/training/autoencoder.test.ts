import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { OnnxWorker } from '../../../src/engine/encoders/onnxRuntime.ts';
import { decodeRgb } from '../../../src/engine/images/codec.ts';
import { DECODER_FILE } from '../../../src/engine/training/encoderExport.ts';
import { RECONSTRUCTIONS_FILE } from '../../../src/engine/training/reconstructions.ts';
import { RunStore } from '../../../src/engine/training/runStore.ts';
import { Trainings } from '../../../src/engine/training/trainings.ts';
import type { AutoencoderSettings } from '../../../src/protocol/training.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { COLOURS, writeColours } from './colourClasses.ts';
import { job } from './job.ts';

const OPTIONS = {
  registry: new EncoderRegistry(),
  rootOf: (path: string) => path,
  threads: 1,
  checkpointSeconds: 3600,
};
const SMALL: AutoencoderSettings = { network: 'resnet10-light', size: 32, batchImages: 8, seed: 3, threads: 1 };

async function coloursFolder(context: TestContext): Promise<string> {
  const root = temporaryFolder(context);
  await writeColours(root, 8, 'train');
  await writeColours(root, 2, 'test');
  return root;
}

async function train(root: string, settings: AutoencoderSettings, context = job()) {
  const request = { folder: root, settings: { ...SMALL, ...settings } };
  return (await new Trainings(OPTIONS).train('autoencoder', request, context)).run;
}

describe('an autoencoder', () => {
  test('reconstructs pictures it has not seen, and shows them', async (context) => {
    const root = await coloursFolder(context);
    const run = await train(root, { epochs: 40, learningRate: 3e-3 });
    assert.deepEqual([run.kind, run.state, run.epoch], ['autoencoder', 'finished', 40]);
    // As good as the mean colour of all would be one channel's variance between the colours, about 0.09.
    assert.ok(run.metrics['reconstructionError']! < 0.03, JSON.stringify(run.metrics));
    assert.ok(Math.abs(run.metrics['peakSignalToNoise']! + 10 * Math.log10(run.metrics['loss']!)) < 1e-9);
    for (const name of ['knnMacro', 'knnMacroUntrained', 'testKnnMacro']) assert.ok(run.metrics[name]! >= 0, name);

    // 6 pairs of 32 px, three times as large: the pictures, and below each one of its colour.
    const bytes = readFileSync(join(root, '.likeness', 'runs', run.id, RECONSTRUCTIONS_FILE));
    const edge = 96;
    const sheet = await decodeRgb(bytes, { width: 6 * (edge + 6) + 6, height: 2 * edge + 12 }, 'linear', 1e7);
    const colourAt = (column: number, row: number) => {
      const at = ((6 + row * edge + edge / 2) * sheet.width + 6 + column * (edge + 6) + edge / 2) * 3;
      return [...sheet.data.subarray(at, at + 3)];
    };
    const brightest = (colour: readonly number[]) => colour.indexOf(Math.max(...colour));
    const names = Object.keys(COLOURS) as (keyof typeof COLOURS)[];
    for (let column = 0; column < 6; column++) {
      const wanted = brightest(COLOURS[names[Math.floor(column / 2)]!]);
      assert.equal(brightest(colourAt(column, 0)), wanted, `picture ${column}`);
      assert.equal(brightest(colourAt(column, 1)), wanted, `reconstruction ${column}`);
    }
  });

  test('leaves an encoder, and a decoder that its vectors fit', async (context) => {
    const root = await coloursFolder(context);
    const run = await train(root, { epochs: 2 });
    const { card, model } = await new EncoderRegistry().resolve(run.encoder!, root);
    assert.match(card.trainedOn!, /^24 images, without labels/);
    assert.ok('file' in model);
    const worker = new OnnxWorker();
    context.after(() => worker.dispose());
    const encoder = await worker.load({ file: model.file }, { threads: 1 });
    const images = { type: 'float32', dims: [1, 3, 32, 32], data: new Float32Array(3 * 32 * 32).fill(0.3) } as const;
    const { embedding } = await worker.run(encoder.session, { images }, { fetches: ['embedding'] });
    const decoder = await worker.load({ file: join(model.file, '..', DECODER_FILE) }, { threads: 1 });
    const { reconstruction } = await worker.run(
      decoder.session,
      { embedding: embedding! },
      { fetches: ['reconstruction'] },
    );
    assert.deepEqual(reconstruction!.dims, [1, 3, 32, 32]);
    assert.ok((reconstruction!.data as Float32Array).every((value) => value >= 0 && value <= 1));
  });

  test('stopped and resumed ends in the same encoder', async (context) => {
    const roots = [await coloursFolder(context), await coloursFolder(context)];
    const bytesOf = (root: string, encoder: string | undefined) =>
      readFileSync(join(root, '.likeness', 'encoders', encoder!, 'encoder.onnx'));
    const expected = await train(roots[0]!, { epochs: 4 });
    const stopping = job(({ phase, done }) => {
      if (phase === 'Training' && done >= 40) stopping.abort();
    });
    await assert.rejects(train(roots[1]!, { epochs: 4 }, stopping), { code: ErrorCode.Cancelled });
    const [stopped] = await new RunStore(roots[1]!).list();
    const { run } = await new Trainings(OPTIONS).resume({ folder: roots[1]!, run: stopped!.id }, job());
    assert.ok(bytesOf(roots[1]!, run.encoder).equals(bytesOf(roots[0]!, expected.encoder)));
  });

  test('says when there is too little to learn from', async (context) => {
    const root = temporaryFolder(context);
    await writeColours(root, 2, 'train');
    await assert.rejects(train(root, {}), { code: ErrorCode.TooFewImages });
    assert.ok(!existsSync(join(root, '.likeness', 'runs')));
  });
});
