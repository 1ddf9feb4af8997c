import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import { floatTensor } from '../../../src/core/onnx/tensors.ts';
import { allNodes, allTensors } from '../../../src/core/onnx/traverse.ts';
import { decodeModel, encodeModel } from '../../../src/engine/encoders/onnxFile.ts';
import { shared, unlessShared } from '../../shared.ts';
import { pooled, smallModel } from './smallModels.ts';

const models = [
  'mobilenetv3-small-embed/model.onnx',
  'mobilenetv3-small-embed-extdata/mobilenetv3_embed_batch.onnx',
  'mobilenetv2-int8/model.onnx',
  'mnist-vae-encoder-2d/model.onnx',
];
for (const name of models) {
  test(`reads and writes ${name} without loss`, { skip: unlessShared(`models/${name}`) }, () => {
    const bytes = readFileSync(shared(`models/${name}`));
    const model = decodeModel(bytes);
    const written = encodeModel(model);
    assert.deepEqual(decodeModel(written), model);
    // Writers differ in the order of fields, so not the same bytes, but as many.
    assert.equal(written.length, bytes.length);
  });
}

test('large tensors are views of the file, not copies', { skip: unlessShared(`models/${models[0]!}`) }, () => {
  const bytes = readFileSync(shared(`models/${models[0]!}`));
  for (const { rawData } of allTensors(decodeModel(bytes))) assert.equal(rawData?.buffer ?? bytes.buffer, bytes.buffer);
});

test('attributes of value 0 and the ends of the integers survive', () => {
  const graph = new GraphBuilder('test');
  const input = graph.input('x', 'float32', ['N']);
  const attributes = { axis: 0, ends: [2 ** 63, -(2 ** 63), -1, 2 ** 53], alpha: { float: 0 }, mode: '' };
  graph.output('y', graph.op('Test', [input, undefined, input], attributes), 'float32', ['N']);
  const [node] = decodeModel(encodeModel(graph.build())).graph.node;
  assert.deepEqual(node!.input, ['x', '', 'x']);
  const [axis, ends, alpha, mode] = node!.attribute;
  assert.equal(axis!.i, 0);
  assert.deepEqual(ends!.ints, attributes.ends);
  assert.equal(alpha!.f, 0);
  assert.deepEqual(mode!.s, new Uint8Array());
});

test('2⁶³ is written as the largest integer', () => {
  const graph = new GraphBuilder('test');
  graph.op('Test', [], { end: 2 ** 63 });
  // The varint of 2⁶³ − 1 is eight bytes 0xff and 0x7f; of −2⁶³ it would be zeros.
  assert.ok(Buffer.from(encodeModel(graph.build())).includes(Buffer.from('18ffffffffffffffff7f', 'hex')));
});

test('nodes and tensors of nested graphs are found', () => {
  const branch = new GraphBuilder('branch');
  branch.output('z', branch.op('DynamicQuantizeLinear', [branch.floats([1, 2])]), 'uint8', [2]);
  const graph = new GraphBuilder('test');
  const condition = graph.input('condition', 'bool', []);
  const value = { tensor: floatTensor([3], [1]) };
  graph.op('If', [condition], { then_branch: { graph: branch.build().graph }, value });
  const model = decodeModel(encodeModel(graph.build()));
  assert.deepEqual(
    Array.from(allNodes(model), ({ opType }) => opType),
    ['If', 'DynamicQuantizeLinear', 'Identity'],
  );
  assert.deepEqual(Array.from(allTensors(model), ({ dims }) => dims).sort(), [[1], [2]]);
});

test('the same calls build the same bytes', () => {
  assert.deepEqual(encodeModel(smallModel(pooled)), encodeModel(smallModel(pooled)));
});

test('what is not a model is refused with a short sentence', () => {
  const noise = Uint8Array.from({ length: 4000 }, (_, i) => (i * i * 31 + 7) % 251);
  for (const bytes of [noise, Buffer.from('<html>404</html>'), new Uint8Array(0), Buffer.from('\x08\x07')]) {
    assert.throws(() => decodeModel(bytes), /not an ONNX file|holds no ONNX graph/);
  }
  const cut = encodeModel(smallModel(pooled)).subarray(0, 300);
  assert.throws(() => decodeModel(cut), /not an ONNX file, or a damaged one/);
});
