import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { candidateProviders } from '../../../src/core/encoders/executionProviders.ts';
import { ErrorCode } from '../../../src/core/errors.ts';
import type { EncoderInput } from '../../../src/core/encoders/card.ts';
import type { Encoder } from '../../../src/engine/encoders/encoder.ts';
import { builtInEncoder } from '../../../src/engine/encoders/builtIn.ts';
import type { RuntimeDescription } from '../../../src/engine/encoders/onnxMessages.ts';
import { OnnxWorker } from '../../../src/engine/encoders/onnxRuntime.ts';
import { openEncoder } from '../../../src/engine/encoders/openEncoder.ts';
import {
  chooseProvider,
  forgetProvider,
  type ProviderTools,
} from '../../../src/engine/encoders/providers/chooseProvider.ts';
import { EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { shared, unlessShared } from '../../shared.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { FEATURES, expectedVector, pooled, smallModel, writeModel, type SmallModelOptions } from './smallModels.ts';

const options = { threads: 2, memoryBytes: 256 * 2 ** 20 };

/** What ONNX Runtime has here. */
async function runtime(): Promise<RuntimeDescription> {
  const worker = new OnnxWorker();
  try {
    return await worker.describe();
  } finally {
    await worker.dispose();
  }
}

async function open(reference: string): Promise<Encoder> {
  return openEncoder(await new EncoderRegistry().resolve(reference), options);
}

/** Picture `index` of a series: smooth, colourful, each different. */
function picture({ size: [height, width], mean }: EncoderInput, index: number): Uint8Array {
  const channels = mean.length;
  return Uint8Array.from({ length: height * width * channels }, (_, i) => {
    const [channel, x, y] = [i % channels, Math.floor(i / channels) % width, Math.floor(i / channels / width)];
    return 128 + 100 * Math.sin((x * (index + 1)) / width + channel) * Math.cos((5 * y) / height + index);
  });
}

function series(input: EncoderInput, indices: readonly number[]): Uint8Array {
  return Uint8Array.from(indices.flatMap((index) => [...picture(input, index)]));
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  return Array.from(a).reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

/** Whatever the batch, an image has the same vector. */
async function assertSameInEveryBatch(encoder: Encoder): Promise<void> {
  const { input, output } = encoder.card;
  const indices = Array.from({ length: Math.min(5, encoder.batchSize) }, (_, i) => i);
  const { vectors, invalid } = await encoder.embed(series(input, indices), indices.length);
  assert.deepEqual(invalid, []);
  for (const index of indices) {
    const alone = (await encoder.embed(picture(input, index), 1)).vectors;
    const inBatch = vectors.subarray(index * output.dim, (index + 1) * output.dim);
    assert.ok(largestDifference(alone, inBatch) <= 1e-5);
    assert.ok(Math.abs(Math.hypot(...alone) - 1) <= 1e-6);
  }
}

test('an encoder is opened on the CPU where the provider that it was trusted with has gone', async (context) => {
  const memoryFolder = temporaryFolder(context);
  const resolved = builtInEncoder('handcrafted')!;
  const execution = { choice: 'webgpu', memoryFolder } as const;
  const { version } = await runtime();
  // A machine with a graphics card, on which everything went well.
  const tools: ProviderTools = {
    describe: () => Promise.resolve({ version, providers: ['cpu', 'webgpu'] }),
    run: ({ card }) => {
      const { dim } = card.output;
      return Promise.resolve({
        vectors: Float32Array.from({ length: dim }, (_, i) => Number(i === 0)),
        imagesPerSecond: 9,
      });
    },
  };
  await chooseProvider(resolved, execution, 1, tools);
  const encoder = await openEncoder(resolved, { ...options, execution });
  try {
    const { computing } = encoder;
    // Where this machine has such a card, or none that is known for its platform, there is nothing to see.
    if (computing.provider === 'webgpu' || /not part of ONNX Runtime/.test(computing.note!)) return;
    assert.match(computing.note!, /^The CPU runs .*, as webgpu can't run it: \S/);
    assert.doesNotMatch(computing.note!, /export it again/);
    const { vectors } = await encoder.embed(picture(resolved.card.input, 1), 1);
    assert.ok(Math.abs(Math.hypot(...vectors) - 1) < 1e-5);
    const remembered = () => readFileSync(path.join(memoryFolder, 'providers.json'), 'utf8');
    assert.ok(!remembered().includes(resolved.identity), 'which may be for the moment');
    await chooseProvider(resolved, execution, 1, tools);
    const unwanted = openEncoder(resolved, { ...options, execution }, { signal: AbortSignal.abort() });
    await assert.rejects(unwanted, { code: ErrorCode.Cancelled }, 'nobody waits for the CPU either');
    await forgetProvider(resolved, 'webgpu', memoryFolder, tools);
    // Where it fails for good, trying it again tells.
    const again = await openEncoder(resolved, { ...options, execution });
    await again.dispose();
    assert.equal(again.computing.provider, 'cpu');
    assert.ok(remembered().includes(resolved.identity));
  } finally {
    await encoder.dispose();
  }
});

test('providers are tried no longer than somebody waits for the encoder', async (context) => {
  const [provider] = candidateProviders((await runtime()).providers);
  if (provider === undefined) {
    context.skip('ONNX Runtime has the processor alone on this platform');
    return;
  }
  const stopping = new AbortController();
  const execution = { choice: provider, memoryFolder: temporaryFolder(context) } as const;
  const opening = openEncoder(builtInEncoder('handcrafted')!, { ...options, execution }, { signal: stopping.signal });
  stopping.abort();
  await assert.rejects(opening, { code: ErrorCode.Cancelled });
});

describe('real encoders', () => {
  for (const name of [
    'mobilenetv3-small-embed/model.onnx',
    'mobilenetv2-int8/model.onnx',
    'mnist-vae-encoder-2d/model.onnx',
  ]) {
    test(`${name}: the same vector in every batch`, { skip: unlessShared(`models/${name}`) }, async () => {
      const encoder = await open(shared(`models/${name}`));
      try {
        await assertSameInEveryBatch(encoder);
      } finally {
        await encoder.dispose();
      }
    });
  }

  const folder = 'models/mobilenetv3-small-embed';
  test('weights in an external file give the same vectors', { skip: unlessShared(`${folder}-extdata`) }, async () => {
    const embedded = await open(shared(folder));
    const external = await open(shared(`${folder}-extdata`));
    try {
      const { input } = embedded.card;
      assert.deepEqual({ ...external.card.input, name: input.name }, input);
      const a = await embedded.embed(series(input, [0, 1]), 2);
      const b = await external.embed(series(input, [0, 1]), 2);
      assert.ok(largestDifference(a.vectors, b.vectors) <= 1e-5);
    } finally {
      await Promise.all([embedded.dispose(), external.dispose()]);
    }
  });
});

describe('small models', () => {
  const variants: Record<string, SmallModelOptions> = {
    'float32 planes': {},
    'float32 channels last': { layout: 'NHWC' },
    'float16 channels last': { type: 'float16', layout: 'NHWC' },
    'bytes channels last': { type: 'uint8', layout: 'NHWC' },
    'a fixed batch of one': { batch: 1 },
    'a fixed batch of three': { batch: 3 },
  };
  for (const [name, variant] of Object.entries(variants)) {
    test(`${name}: vectors as computed by hand, in every batch`, async (context) => {
      const encoder = await open(writeModel(temporaryFolder(context), 'tiny.onnx', smallModel(pooled, variant)));
      context.after(() => encoder.dispose());
      const { input } = encoder.card;
      const { vectors } = await encoder.embed(
        series(input, [0, 1, 2, 3].slice(0, encoder.batchSize)),
        Math.min(4, encoder.batchSize),
      );
      const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
      const normalise = (pixel: number, channel: number) =>
        input.type === 'uint8' ? pixel : (pixel / 255 - imageNet.mean[channel]!) / imageNet.std[channel]!;
      const expected = expectedVector(picture(input, 1), 16, normalise);
      const tolerance = input.type === 'float16' ? 2e-3 : 1e-5;
      assert.ok(largestDifference(vectors.subarray(FEATURES, 2 * FEATURES), expected) <= tolerance);
      await assertSameInEveryBatch(encoder);
      if (typeof variant.batch === 'number') assert.equal(encoder.batchSize % variant.batch, 0);
    });
  }

  test('images that influence each other in a fixed batch are embedded one by one', async (context) => {
    const mixing = smallModel(
      (graph, features) => {
        const centred = graph.op('Sub', [features, graph.op('ReduceMean', [features], { axes: [0], keepdims: 1 })]);
        pooled(graph, graph.op('Add', [centred, features]));
      },
      { batch: 3 },
    );
    const encoder = await open(writeModel(temporaryFolder(context), 'tiny.onnx', mixing));
    context.after(() => encoder.dispose());
    assert.equal(encoder.card.batchIndependent, false);
    await assertSameInEveryBatch(encoder);
  });

  test('images whose vector is not finite are listed, the others embedded', async (context) => {
    // A black picture has no contrast to divide by.
    const model = smallModel(
      (graph, features) => {
        const mean = graph.op('ReduceMean', [features], { axes: [1, 2, 3], keepdims: 1 });
        const brightest = graph.op('ReduceMax', [features], { axes: [1, 2, 3], keepdims: 1 });
        const flatness = graph.op('Sub', [brightest, mean]);
        pooled(graph, graph.op('Div', [features, flatness]));
      },
      { type: 'uint8', layout: 'NHWC' },
    );
    const encoder = await open(writeModel(temporaryFolder(context), 'tiny.onnx', model));
    context.after(() => encoder.dispose());
    const { input } = encoder.card;
    const black = new Uint8Array(16 * 16 * 3);
    const pixels = Uint8Array.from([...picture(input, 0), ...black, ...picture(input, 1)]);
    const { vectors, invalid } = await encoder.embed(pixels, 3);
    assert.deepEqual(invalid, [1]);
    assert.deepEqual([...vectors.subarray(FEATURES, 2 * FEATURES)], new Array(FEATURES).fill(0));
    assert.ok(
      largestDifference(vectors.subarray(0, FEATURES), (await encoder.embed(picture(input, 0), 1)).vectors) <= 1e-5,
    );
  });

  test('memory bounds the batch', async (context) => {
    const resolved = await new EncoderRegistry().resolve(
      writeModel(temporaryFolder(context), 'tiny.onnx', smallModel(pooled)),
    );
    const frugal = await openEncoder(resolved, { threads: 1, memoryBytes: 1 });
    context.after(() => frugal.dispose());
    assert.equal(frugal.batchSize, 1);
  });

  test('closing rejects what is pending with engine-stopped', async (context) => {
    const encoder = await open(writeModel(temporaryFolder(context), 'tiny.onnx', smallModel(pooled)));
    const pending = assert.rejects(encoder.embed(picture(encoder.card.input, 0), 1), { code: ErrorCode.EngineStopped });
    await encoder.dispose();
    await pending;
  });

  test('a model that can no longer be loaded is named', async () => {
    const resolved = await new EncoderRegistry().resolve('pixels');
    const broken = openEncoder({ ...resolved, model: { file: '/no/such/model.onnx' } }, options);
    await assert.rejects(broken, { code: ErrorCode.EncoderInvalid, path: '/no/such/model.onnx' });
  });
});
