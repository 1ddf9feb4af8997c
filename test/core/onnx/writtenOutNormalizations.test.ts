import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import { withNormalizationsWrittenOut } from '../../../src/core/onnx/writtenOutNormalizations.ts';
import { assertClose } from '../../close.ts';
import { GraphRunner } from '../../graphRunner.ts';

const runner = new GraphRunner();

describe('batch normalisations in training, written out', () => {
  for (const [dims, momentum] of [
    [[4, 3, 5, 2], 0],
    [[4, 3, 5, 2], 0.7],
    [[6, 3], 0.7],
  ] as const) {
    test(`of [${dims.join(', ')}] with momentum ${momentum} give the same, and the same statistics`, async () => {
      const graph = new GraphBuilder('normalisation', 17);
      const x = graph.input('x', 'float32', dims);
      const vectors = [
        [1, 2, 0.5],
        [0.1, 0, -0.2],
        [0.3, -0.1, 0],
        [1, 0.5, 2],
      ].map((values) => graph.floats(values));
      const attributes = { epsilon: { float: 1e-3 }, momentum: { float: momentum }, training_mode: 1 };
      const values = graph.ops('BatchNormalization', [x, ...vectors], 3, attributes);
      values.forEach((value, i) => {
        graph.output(`y${i}`, value);
      });
      const data = Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * i + 1));
      const model = withNormalizationsWrittenOut(graph.build());
      assert.ok(!model.graph.node.some(({ opType }) => opType === 'BatchNormalization'));
      const expected = await runner.run(graph, { x: { dims, data } });
      const actual = await runner.run({ build: () => model }, { x: { dims, data } });
      for (const [name, { dims: shape, data: numbers }] of Object.entries(expected)) {
        assert.deepEqual(actual[name]!.dims, shape);
        assertClose(actual[name]!.data as Float32Array, numbers as Float32Array, 2e-6, name);
      }
    });
  }

  test('those with running statistics stay as they are', () => {
    const graph = new GraphBuilder('normalisation', 17);
    const x = graph.input('x', 'float32', [2, 1, 2]);
    graph.output('y', graph.op('BatchNormalization', [x, ...[1, 0, 0, 1].map((value) => graph.floats([value]))]));
    const model = graph.build();
    assert.equal(withNormalizationsWrittenOut(model), model);
  });
});
