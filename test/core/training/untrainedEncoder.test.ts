import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { RandomStream } from '../../../src/core/random.ts';
import { encoderModel } from '../../../src/core/training/pretrainProgram.ts';
import { statisticsOf, untrainedNetwork, zeroStatistics } from '../../../src/core/training/untrainedEncoder.ts';
import type { TensorMap } from '../../../src/core/training/parameters.ts';
import { encodeModel } from '../../../src/engine/encoders/onnxFile.ts';
import type { TensorValue } from '../../../src/engine/encoders/onnxMessages.ts';
import { OnnxWorker } from '../../../src/engine/encoders/onnxRuntime.ts';

const worker = new OnnxWorker();
after(() => worker.dispose());

const shape = { network: 'resnet10-light', size: 32 };
const BATCH = 12;

test("an untrained network's normalisations get the statistics of the images", async () => {
  const { model, parameters, statistics } = untrainedNetwork(shape, 3, BATCH);
  const random = new RandomStream(1);
  const images: TensorValue = {
    type: 'float32',
    dims: [BATCH, 3, 32, 32],
    data: Float32Array.from({ length: BATCH * 3 * 32 * 32 }, () => 0.4 + random.normal()),
  };
  const { session } = await worker.load({ bytes: encodeModel(model) }, { threads: 1 });
  const update = async (running: TensorMap): Promise<Map<string, Float32Array>> => {
    const feeds: Record<string, TensorValue> = { images };
    for (const [name, { shape: dims, values }] of parameters) feeds[name] = { type: 'float32', dims, data: values };
    for (const [name, data] of running) feeds[name] = { type: 'float32', dims: [data.length], data };
    const outputs = await worker.run(session, feeds);
    return new Map(Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]));
  };
  const measured = statisticsOf(statistics, await update(zeroStatistics(statistics)));

  // Statistics that are those of the batch already are not moved by it.
  const next = await update(measured);
  for (const [name, values] of measured) {
    next.get(`${name}.next`)!.forEach((value, i) => {
      assert.ok(Math.abs(value - values[i]!) < 1e-4 * (1 + Math.abs(values[i]!)), name);
    });
  }
  assert.ok([...measured].some(([name, values]) => name.endsWith('Variance') && Math.abs(values[0]! - 1) > 0.05));

  // With them the exported encoder gives what the batch would: its stem is normalised to mean 0, halved by the ReLU.
  const values = new Map([...[...parameters].map(([name, entry]) => [name, entry.values] as const), ...measured]);
  const encoder = await worker.load({ bytes: encodeModel(encoderModel(shape, values)) }, { threads: 1 });
  const { embedding } = await worker.run(encoder.session, { images });
  assert.deepEqual(embedding!.dims, [BATCH, 128]);
  assert.ok((embedding!.data as Float32Array).every(Number.isFinite));
});
