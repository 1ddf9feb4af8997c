import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withGradientsBeside } from '../../../src/core/encoders/gradientsBeside.ts';
import { GRADIENT_DIM, handcraftedModel } from '../../../src/core/encoders/handcraftedModel.ts';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import type { OnnxModel } from '../../../src/core/onnx/model.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { encodeModel } from '../../../src/engine/encoders/onnxFile.ts';
import { OnnxWorker } from '../../../src/engine/encoders/onnxRuntime.ts';
import type { TensorValue } from '../../../src/engine/encoders/onnxMessages.ts';

const random = new RandomStream(5, 1);
const SIZE = 64;
const PLANE = SIZE * SIZE;
const mean = [0.485, 0.456, 0.406];
const std = [0.229, 0.224, 0.225];
/** Blobs, so that there are gradients of all directions. */
const pixels = Uint8Array.from({ length: 2 * PLANE * 3 }, (_, i) => {
  const [n, y, x, channel] = [
    Math.floor(i / (3 * PLANE)),
    Math.floor(i / (3 * SIZE)) % SIZE,
    Math.floor(i / 3) % SIZE,
    i % 3,
  ];
  return 128 + 100 * Math.sin((x * (1 + n)) / 7 + channel) * Math.cos(y / (5 + 3 * n));
});

/** The means of the channels as three numbers. */
function means(): OnnxModel {
  const graph = new GraphBuilder('means');
  const images = graph.input('images', 'float32', ['N', 3, SIZE, SIZE]);
  graph.output('rows', graph.op('Flatten', [graph.op('GlobalAveragePool', [images])]), 'float32', ['N', 3]);
  return graph.build();
}

/** The three channels of the pixel in row 20 and column 30. */
function onePixel(): OnnxModel {
  const graph = new GraphBuilder('pixel');
  const images = graph.input('images', 'float32', ['N', 3, SIZE, SIZE]);
  const pixel = graph.op('Slice', [images, graph.integers([20, 30]), graph.integers([21, 31]), graph.integers([2, 3])]);
  graph.output('rows', graph.op('Flatten', [pixel]), 'float32', ['N', 3]);
  return graph.build();
}

async function run(model: OnnxModel, feeds: Readonly<Record<string, TensorValue>>): Promise<Float32Array> {
  const worker = new OnnxWorker();
  try {
    const { session } = await worker.load({ bytes: encodeModel(model) }, { threads: 1 });
    return Object.values(await worker.run(session, feeds))[0]!.data as Float32Array;
  } finally {
    await worker.dispose();
  }
}

describe('gradients beside what was learnt', () => {
  const data = new Float32Array(pixels.length);
  for (const [i, value] of pixels.entries()) {
    const [n, place, channel] = [Math.floor(i / (3 * PLANE)), Math.floor(i / 3) % PLANE, i % 3];
    data[(n * 3 + channel) * PLANE + place] = (value / 255 - mean[channel]!) / std[channel]!;
  }
  const images = { images: { type: 'float32' as const, dims: [2, 3, SIZE, SIZE], data } };

  it('are nearly those of the handcrafted features, beside the vector of the network, both of fixed length', async () => {
    const both = await run(withGradientsBeside(means(), { dim: 3, mean, std }), images);
    const handcrafted = await run(handcraftedModel(), {
      image: { type: 'uint8', dims: [2, SIZE, SIZE, 3], data: pixels },
    });
    const learned = await run(means(), images);
    const width = 3 + GRADIENT_DIM;
    for (const row of [0, 1]) {
      const vector = both.subarray(row * width, (row + 1) * width);
      assert.ok(cosine(vector.subarray(0, 3), learned.subarray(row * 3, row * 3 + 3)) > 0.99999);
      // Those are computed at twice the size.
      const like = [0, 1].map((other) => {
        const start = (other * handcrafted.length) / 2;
        return cosine(vector.subarray(3), handcrafted.subarray(start, start + GRADIENT_DIM));
      });
      assert.ok(like[row]! > 0.95 && like[1 - row]! < 0.5, like.join(' '));
      // Not quite, as what is nearly nothing isn't stretched.
      assert.ok(Math.abs(length(vector.subarray(3)) / length(vector.subarray(0, 3)) / 0.5 - 1) < 0.25);
    }
  });

  it('stand beside what a network sees of a softer picture', async () => {
    const softness = 0.1;
    const identity = onePixel();
    const both = await run(withGradientsBeside(identity, { dim: 3, mean, std, softness }), images);
    const width = 3 + GRADIENT_DIM;
    const line = [softness, 1 - 2 * softness, softness];
    for (const row of [0, 1]) {
      const expected = [0, 1, 2].map((channel) => {
        const at = (y: number, x: number) => data[(row * 3 + channel) * PLANE + y * SIZE + x]!;
        let sum = 0;
        for (const dy of [-1, 0, 1])
          for (const dx of [-1, 0, 1]) sum += line[dy + 1]! * line[dx + 1]! * at(20 + dy, 30 + dx);
        return sum;
      });
      const seen = both.subarray(row * width, row * width + 3);
      assert.ok(cosine(seen, Float32Array.from(expected)) > 0.99999, `${seen.join(' ')} is not ${expected.join(' ')}`);
    }
  });

  it('are projected together', async () => {
    const width = 3 + GRADIENT_DIM;
    const projection = {
      mean: Float64Array.from({ length: width }, () => 0.1 * random.normal()),
      matrix: Float64Array.from({ length: 5 * width }, () => random.normal()),
    };
    const both = await run(withGradientsBeside(means(), { dim: 3, mean, std }), images);
    const found = await run(withGradientsBeside(means(), { dim: 3, mean, std, projection }), images);
    assert.equal(found.length, 2 * 5);
    for (const [i, value] of found.entries()) {
      const [row, component] = [Math.floor(i / 5), i % 5];
      let expected = 0;
      for (let k = 0; k < width; k++) {
        expected += projection.matrix[component * width + k]! * (both[row * width + k]! - projection.mean[k]!);
      }
      assert.ok(Math.abs(value - expected) < 1e-4, `${value} is not ${expected}`);
    }
  });
});

function length(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (length(a) * length(b));
}
