import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GraphBuilder, type GraphValue } from '../../../src/core/onnx/graphBuilder.ts';
import { withFoldedNormalizations } from '../../../src/core/onnx/foldedNormalizations.ts';
import { integerValues, withIntegerConvolutions, type ValueRange } from '../../../src/core/onnx/integerConvolutions.ts';
import type { OnnxModel } from '../../../src/core/onnx/model.ts';
import { floatTensor } from '../../../src/core/onnx/tensors.ts';
import { withoutRounding } from '../../../src/core/onnx/withoutRounding.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { encodeModel } from '../../../src/engine/encoders/onnxFile.ts';
import { GraphRunner } from '../../graphRunner.ts';

const runner = new GraphRunner();
const random = new RandomStream(11, 1);
const SIZE = 12;

/** A residual block between a stem and a pooling, with normalisations, and a convolution that is read by a Flatten. */
function network(): OnnxModel {
  const graph = new GraphBuilder('network');
  const images = graph.input('images', 'float32', ['N', 3, SIZE, SIZE]);
  const numbers = (count: number, scale: number, offset = 0) =>
    Float32Array.from({ length: count }, () => offset + scale * random.normal());
  const normalised = (source: GraphValue, from: number, to: number, name: string): GraphValue => {
    const weight = graph.constant({
      ...floatTensor(numbers(to * from * 9, 1 / Math.sqrt(9 * from)), [to, from, 3, 3]),
      name,
    });
    const conv = graph.op('Conv', [source, weight], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
    const [scale, shift, mean] = [numbers(to, 0.2, 1), numbers(to, 0.3), numbers(to, 0.2)];
    const variance = numbers(to, 0.1, 1);
    return graph.op(
      'BatchNormalization',
      [conv, ...[scale, shift, mean, variance].map((values) => graph.floats(values))],
      {
        epsilon: { float: 1e-4 },
      },
    );
  };
  const stem = graph.op('Relu', [normalised(images, 3, 8, 'stem')]);
  const inner = graph.op('Relu', [normalised(stem, 8, 8, 'inner')]);
  const sum = graph.op('Relu', [graph.op('Add', [normalised(inner, 8, 8, 'outer'), stem])]);
  const pooled = graph.op('Flatten', [graph.op('GlobalAveragePool', [sum])]);
  const layout = graph.op('Conv', [sum, graph.floats(numbers(16, 0.3), [2, 8, 1, 1])], { kernel_shape: [1, 1] });
  const rows = graph.op('Concat', [pooled, graph.op('Flatten', [layout])], { axis: 1 });
  graph.output('embedding', rows, 'float32', ['N', 8 + 2 * SIZE * SIZE]);
  return graph.build();
}

const model = network();
const images = { dims: [6, 3, SIZE, SIZE], data: numbers01(6 * 3 * SIZE * SIZE) };

async function vectorsOf(made: OnnxModel): Promise<Float32Array> {
  return (await runner.run({ build: () => made }, { images }))['embedding']!.data as Float32Array;
}

async function rangesOf(made: OnnxModel): Promise<Map<string, ValueRange>> {
  const names = integerValues(made);
  const watched = names.filter((name) => name !== 'images').map((name) => ({ name, metadataProps: [] }));
  const shown = { ...made, graph: { ...made.graph, output: [...made.graph.output, ...watched] } };
  const values = { ...(await runner.run({ build: () => shown }, { images })), images };
  return new Map(
    names.map((name) => {
      const data = [...((values as Record<string, { readonly data: ArrayLike<number> }>)[name]!.data as Float32Array)];
      return [name, { low: Math.min(...data), high: Math.max(...data) }];
    }),
  );
}

describe('normalisations folded into convolutions', () => {
  const folded = withFoldedNormalizations(model);

  it('give the same vectors from fewer nodes', async () => {
    assert.equal(folded.graph.node.filter(({ opType }) => opType === 'BatchNormalization').length, 0);
    assert.equal(folded.graph.node.length, model.graph.node.length - 3);
    const [expected, found] = [await vectorsOf(model), await vectorsOf(folded)];
    for (const [i, value] of found.entries()) assert.ok(Math.abs(value - expected[i]!) < 1e-5);
  });

  it('leave a convolution alone that something else reads too', () => {
    const convolution = model.graph.node.find(({ opType }) => opType === 'Conv')!;
    const output = [...model.graph.output, { name: convolution.output[0]!, metadataProps: [] }];
    const shown = withFoldedNormalizations({ ...model, graph: { ...model.graph, output } });
    assert.equal(shown.graph.node.filter(({ opType }) => opType === 'BatchNormalization').length, 1);
  });
});

describe('convolutions in integers', () => {
  const folded = withFoldedNormalizations(model);

  it('give nearly the same vectors in a quarter of the room', async () => {
    const rounded = withIntegerConvolutions(folded, await rangesOf(folded));
    const types = rounded.graph.initializer.map(({ dataType }) => dataType);
    assert.equal(types.filter((type) => type === 3).length, 2 * 3, 'weights and zero points of three convolutions');
    const [expected, found] = [await vectorsOf(folded), await vectorsOf(rounded)];
    assert.notDeepEqual(found, expected);
    const width = expected.length / 6;
    for (let row = 0; row < 6; row++) {
      const [a, b] = [expected, found].map((values) => values.subarray(row * width, (row + 1) * width));
      assert.ok(cosine(a!, b!) > 0.999, `row ${row}: ${cosine(a!, b!)}`);
    }
    assert.ok(encodeModel(rounded).length < encodeModel(folded).length);
  });

  it('round to the steps of their ranges, zero included, and cut off what lies beyond', async () => {
    const ranges = await rangesOf(folded);
    const narrow = new Map([...ranges].map(([name, { high }]) => [name, { low: 0, high: high / 2 }] as const));
    const cut = await vectorsOf(withIntegerConvolutions(folded, narrow));
    const whole = await vectorsOf(withIntegerConvolutions(folded, ranges));
    const width = cut.length / 6;
    const pooled = (values: Float32Array) =>
      [0, 1, 2, 3, 4, 5].map((row) => Math.max(...values.subarray(row * width, row * width + 8)));
    pooled(cut).forEach((value, row) => {
      assert.ok(value < pooled(whole)[row]!, 'means of what is cut off are lower');
    });
  });

  it('stay as they are without a range, or where rows are made of them', async () => {
    assert.deepEqual(withIntegerConvolutions(folded, new Map()).graph.node, folded.graph.node);
    const layout = folded.graph.node.findLast(({ opType }) => opType === 'Conv')!;
    assert.ok(!integerValues(folded).includes(layout.output[0]!));
    const rounded = withIntegerConvolutions(folded, await rangesOf(folded));
    assert.ok(rounded.graph.initializer.some(({ name, dataType }) => name === layout.input[1] && dataType === 1));
  });

  it('stay as they are where they make few channels, which integers would slow down', () => {
    const graph = new GraphBuilder('grey');
    const pictures = graph.input('images', 'float32', ['N', 3, SIZE, SIZE]);
    const convolution = (source: GraphValue, from: number, to: number) =>
      graph.op('Conv', [
        source,
        graph.floats(
          Float32Array.from({ length: to * from }, () => 0.5),
          [to, from, 1, 1],
        ),
      ]);
    const grey = convolution(pictures, 3, 1);
    const rows = graph.op('Flatten', [graph.op('GlobalAveragePool', [convolution(grey, 1, 8)])]);
    graph.output('embedding', rows, 'float32', ['N', 8]);
    const [few, many] = graph.build().graph.node;
    assert.deepEqual(integerValues(graph.build()), [few!.output[0], many!.output[0]]);
  });

  it('can be undone: the model computes in float32 again, with the weights that the integers stand for', async () => {
    const rounded = withIntegerConvolutions(folded, await rangesOf(folded));
    const again = withoutRounding(rounded);
    assert.deepEqual(
      again.graph.node.map(({ opType }) => opType),
      folded.graph.node.map(({ opType }) => opType),
    );
    const [expected, found] = [await vectorsOf(folded), await vectorsOf(again)];
    assert.ok(cosine(expected, found) > 0.9995, `${cosine(expected, found)}`);
    assert.deepEqual(withoutRounding(model).graph.node, model.graph.node);
  });
});

function numbers01(count: number): Float32Array {
  return Float32Array.from({ length: count }, () => random.uniform() - 0.3);
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [product, left, right] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!;
    left += a[i]! * a[i]!;
    right += b[i]! * b[i]!;
  }
  return product / Math.sqrt(left * right);
}
