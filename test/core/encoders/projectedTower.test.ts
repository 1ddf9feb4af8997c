import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EncoderInput, EncoderOutput } from '../../../src/core/encoders/card.ts';
import { poolOutput } from '../../../src/core/encoders/pooling.ts';
import { projectedTower } from '../../../src/core/encoders/projectedTower.ts';
import { GraphBuilder, type Dimension } from '../../../src/core/onnx/graphBuilder.ts';
import { DataType, type OnnxModel } from '../../../src/core/onnx/model.ts';
import { RandomStream } from '../../../src/core/random.ts';
import type { HeadsShape } from '../../../src/core/training/imageTextHeads.ts';
import { assertClose } from '../../close.ts';
import { ProgramRunner } from '../training/programRunner.ts';

const runner = new ProgramRunner();
const DIM = 6;
const COUNT = 3;
const shape: HeadsShape = { image: DIM, text: 4, outputs: 2 };

function randomValues(length: number, seed: number): Float32Array {
  const random = new RandomStream(seed);
  return Float32Array.from({ length }, () => random.normal());
}

const state = new Map([
  ['image.projection.weight', randomValues(shape.outputs * DIM, 1)],
  ['image.projection.bias', randomValues(shape.outputs, 2)],
]);
const head = { half: 'image', shape, state } as const;

/** A tower that gives what it is fed, in half precision where that is asked for. */
function tower(dims: readonly Dimension[], opset = 17, type: 'float32' | 'float16' = 'float32'): OnnxModel {
  const graph = new GraphBuilder('tower', opset);
  const values = graph.input('values', 'float32', dims);
  graph.output('out', graph.op('Cast', [values], { to: DataType[type] }), type, dims);
  graph.output('other', graph.op('Neg', [values]));
  return graph.build();
}

function expected(
  data: Float32Array,
  dims: readonly number[],
  output: EncoderOutput,
  layout: EncoderInput['layout'],
): number[] {
  const vectors = new Float32Array(COUNT * DIM);
  poolOutput({ data, dims }, COUNT, COUNT, { output, layout }, vectors);
  const [weight, bias] = [state.get('image.projection.weight')!, state.get('image.projection.bias')!];
  return Array.from({ length: COUNT * shape.outputs }, (_, i) => {
    const [row, number] = [Math.floor(i / shape.outputs), i % shape.outputs];
    let sum = bias[number]!;
    for (let d = 0; d < DIM; d++) sum += weight[number * DIM + d]! * vectors[row * DIM + d]!;
    return sum;
  });
}

describe('a tower with a head gives the head of what its card makes of its output', () => {
  const cases: readonly (readonly [
    string,
    EncoderOutput['pooling'],
    readonly number[],
    EncoderInput['layout'],
    (readonly Dimension[])?,
  ])[] = [
    ['rows', 'none', [COUNT, DIM], 'NCHW'],
    ['rows with empty axes', 'none', [COUNT, DIM, 1, 1], 'NCHW'],
    ['the first token', 'cls', [COUNT, 4, DIM], 'NCHW'],
    ['the mean of tokens', 'mean', [COUNT, 4, DIM], 'NCHW'],
    ['a feature map', 'gap', [COUNT, DIM, 2, 2], 'NCHW'],
    ['a feature map of unknown size', 'gap', [COUNT, DIM, 2, 3], 'NCHW', ['N', 'C', 'H', 'W']],
    ['a feature map with features last', 'gap', [COUNT, 2, 2, DIM], 'NHWC'],
    ['features last behind an input that has them first', 'gap', [COUNT, 2, 2, DIM], 'NCHW'],
  ];
  for (const [name, pooling, dims, layout, declared = ['N', ...dims.slice(1)]] of cases) {
    test(name, async () => {
      const output = { name: 'out', pooling, dim: DIM };
      const data = randomValues(
        dims.reduce((product, size) => product * size),
        7,
      );
      const projected = projectedTower(tower(declared), output, layout, head);
      const found = await runner.run(projected.model, { values: { dims, data } });
      assert.deepEqual(Object.keys(found), [projected.output.name]);
      assert.deepEqual(projected.output, { ...projected.output, pooling: 'none', dim: 2 });
      assertClose(found[projected.output.name]!, expected(data, dims, output, layout), 1e-5, name);
    });
  }

  for (const opset of [11, 13, 18, 20]) {
    test(`in version ${opset} of the operators, and in half precision`, async () => {
      const output = { name: 'out', pooling: 'gap', dim: DIM } as const;
      const dims = [COUNT, DIM, 2, 2];
      const data = randomValues(COUNT * DIM * 4, 8);
      const projected = projectedTower(tower(['N', DIM, 2, 2], opset, 'float16'), output, 'NCHW', head);
      const found = await runner.run(projected.model, { values: { dims, data } });
      assertClose(found[projected.output.name]!, expected(data, dims, output, 'NCHW'), 3e-3, 'rows');
    });
  }
});

test('a tower that has a head is given another one', async () => {
  const once = projectedTower(tower(['N', DIM]), { name: 'out', pooling: 'none', dim: DIM }, 'NCHW', head);
  const second = {
    half: 'text',
    shape: { image: 1, text: 2, outputs: 3 },
    state: new Map([
      ['text.projection.weight', Float32Array.of(1, 0, 0, 1, 1, 1)],
      ['text.projection.bias', Float32Array.of(0, 0, 5)],
    ]),
  } as const;
  const twice = projectedTower(once.model, once.output, 'NCHW', second);
  const data = randomValues(COUNT * DIM, 9);
  const feeds = { values: { dims: [COUNT, DIM], data } };
  const [first, rows] = [await runner.run(once.model, feeds), await runner.run(twice.model, feeds)];
  const [x, y] = first[once.output.name]!;
  const length = Math.hypot(x!, y!);
  assert.notEqual(twice.output.name, once.output.name);
  assertClose(
    rows[twice.output.name]!.subarray(0, 3),
    [x! / length, y! / length, (x! + y!) / length + 5],
    1e-5,
    'the first row',
  );
});
