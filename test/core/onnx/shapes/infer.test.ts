import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attributes } from '../../../../src/core/onnx/attributes.ts';
import { GraphBuilder } from '../../../../src/core/onnx/graphBuilder.ts';
import { floatTensor } from '../../../../src/core/onnx/tensors.ts';
import { GraphRunner } from '../../../graphRunner.ts';

const runner = new GraphRunner();

test('a constant of every form has the type and shape of its value', async () => {
  const forms: readonly Attributes[] = [
    { value: { tensor: floatTensor([1, 2], [1, 2]) } },
    { value_float: { float: 2 } },
    { value_floats: { floats: [1, 2, 3] } },
    { value_int: 3 },
    { value_ints: [1, 2] },
  ];
  for (const attributes of forms) {
    const graph = new GraphBuilder('constant');
    const value = graph.op('Constant', [], attributes);
    graph.output('y', value);
    const { y } = await runner.run(graph, {});
    assert.deepEqual([value.type, value.shape], [y!.type, y!.dims]);
  }
});

test('an operator without a rule has outputs of which nothing is known', () => {
  const graph = new GraphBuilder('unknown');
  const outputs = graph.ops('toString', [graph.input('x', 'float32', [1])], 2);
  assert.deepEqual(
    outputs.map(({ type, shape }) => [type, shape]),
    [
      [undefined, undefined],
      [undefined, undefined],
    ],
  );
});
