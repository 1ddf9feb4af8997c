import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { ErrorCode, LikenessError } from '../../../src/core/errors.ts';
import type { Attributes } from '../../../src/core/onnx/attributes.ts';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import { importInto, importModel, type InitializerUse } from '../../../src/core/onnx/importModel.ts';
import type { OnnxModel } from '../../../src/core/onnx/model.ts';
import { floatTensor } from '../../../src/core/onnx/tensors.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { withExternalData } from '../../../src/engine/encoders/externalData.ts';
import { locateModel, readModel } from '../../../src/engine/encoders/modelFiles.ts';
import { encodeModel } from '../../../src/engine/encoders/onnxFile.ts';
import { OnnxWorker } from '../../../src/engine/encoders/onnxRuntime.ts';
import type { TensorValue } from '../../../src/engine/encoders/onnxMessages.ts';
import { assertClose } from '../../close.ts';
import { shared, unlessShared } from '../../shared.ts';

const worker = new OnnxWorker();
after(() => worker.dispose());

function randomTensor(dims: readonly number[]): TensorValue {
  const random = new RandomStream(7);
  const count = dims.reduce((product, size) => product * size, 1);
  return { type: 'float32', dims, data: Float32Array.from({ length: count }, () => random.normal()) };
}

async function outputsOf(source: { file: string } | { bytes: Uint8Array }, feeds: Record<string, TensorValue>) {
  const { session } = await worker.load(source, { threads: 1 });
  try {
    return await worker.run(session, feeds);
  } finally {
    await worker.unload(session);
  }
}

/** Nodes other than those that give the outputs their names. */
function operators(graph: GraphBuilder): string[] {
  return graph.nodes.map(({ opType }) => opType);
}

function hasFixedShapes(graph: GraphBuilder): boolean {
  return graph.nodes.every(({ outputs }) =>
    outputs.every(({ shape }) => shape?.every((size) => typeof size === 'number') ?? false),
  );
}

describe('models of others', () => {
  const models = [
    { path: 'mobilenetv3-small-embed', batch: 'batch_size', input: [2, 3, 224, 224] },
    { path: 'mobilenetv3-small-embed-extdata', batch: 's31', input: [2, 3, 224, 224] },
    { path: 'mobilenetv2-int8', batch: 'batch_size', input: [2, 3, 224, 224] },
    { path: 'mnist-vae-encoder-2d', batch: 'batch_size', input: [2, 1, 28, 28] },
  ];
  for (const { path, batch, input } of models) {
    test(`${path} gives the same with its batch fixed`, { skip: unlessShared(`models/${path}`) }, async () => {
      const file = await locateModel(shared(`models/${path}`));
      const model = await withExternalData(await readModel(file));
      const graph = importModel(model, { dimensions: { [batch]: 2 } });
      assert.ok(hasFixedShapes(graph), 'a shape is not fixed');
      assert.ok(!operators(graph).includes('Shape'));
      const feeds = { input: randomTensor(input) };
      const imported = await outputsOf({ bytes: encodeModel(graph.build()) }, feeds);
      const original = await outputsOf({ file }, feeds);
      assert.deepEqual(Object.keys(imported), Object.keys(original));
      for (const [name, { dims, data }] of Object.entries(original)) {
        assert.deepEqual(imported[name]!.dims, dims);
        assertClose(imported[name]!.data as Float32Array, data as Float32Array, 1e-5, name);
      }
    });
  }
});

/** Names of arguments that the model uses in its own way: a linear layer, its output called as its node. */
function linearModel(opset = 17): OnnxModel {
  const graph = new GraphBuilder('linear', opset);
  const x = graph.input('x', 'float32', ['N', 2]);
  const weight = graph.constant({ ...floatTensor([1, 2, 3, 4], [2, 2]), name: 'weight' });
  const bias = graph.constant({ ...floatTensor([10, 20], [2]), name: 'bias' });
  const shared = graph.op('Identity', [weight], {}, { name: 'weight copy' });
  const product = graph.op('MatMul', [x, shared], {}, { name: 'product' });
  graph.output('y', graph.op('Add', [product, bias], {}, { name: 'sum' }));
  return graph.build();
}

const refusal = (error: unknown, node: string, reason: RegExp) => {
  assert.ok(error instanceof LikenessError && error.code === ErrorCode.InvalidGraph, String(error));
  assert.ok(error.message.includes(`"${node}"`), error.message);
  assert.match(error.message, reason);
  return true;
};

describe('a model as a part of a graph', () => {
  test('twice in one graph, under different names, with weights as inputs', async () => {
    const graph = new GraphBuilder('pair');
    const model = linearModel();
    const x = graph.input('images', 'float32', [1, 2]);
    const seen: [string, readonly InitializerUse[]][] = [];
    const teacher = importInto(graph, model, { inputs: { x }, rename: (name) => `teacher/${name}` });
    const student = importInto(graph, model, {
      inputs: { x },
      rename: (name) => `student/${name}`,
      initializer: (name, tensor, uses) => {
        seen.push([name, uses]);
        return name === 'weight' ? graph.input(name, 'float32', tensor.dims) : undefined;
      },
    });
    graph.output('difference', graph.op('Sub', [student['y']!, teacher['y']!]));
    assert.deepEqual(seen, [
      ['weight', [{ node: 'product', opType: 'MatMul', input: 1 }]],
      ['bias', [{ node: 'sum', opType: 'Add', input: 1 }]],
    ]);
    assert.deepEqual(student['y']!.shape, [1, 2]);
    assert.equal(student['y']!.producer!.name, 'student/sum');
    const { difference } = await outputsOf(
      { bytes: encodeModel(graph.build()) },
      { images: { type: 'float32', dims: [1, 2], data: Float32Array.of(1, 1) }, weight: randomTensor([2, 2]) },
    );
    const random = randomTensor([2, 2]).data as Float32Array;
    assertClose(difference!.data as Float32Array, [random[0]! + random[2]! - 4, random[1]! + random[3]! - 6], 1e-6);
  });

  test('a weight in a Constant node is offered, too', () => {
    const original = new GraphBuilder('constant');
    const literal = original.op('Constant', [], { value: { tensor: floatTensor([2], []) } }, { name: 'factor' });
    original.output('y', original.op('Mul', [original.input('x', 'float32', [3]), literal]));
    const graph = new GraphBuilder('graph');
    const factor = graph.input('factor', 'float32', []);
    const { y } = importInto(graph, original.build(), {
      inputs: { x: graph.input('x', 'float32', [3]) },
      rename: (name) => `model/${name}`,
      initializer: (name) => (name === 'factor' ? factor : undefined),
    });
    assert.equal(y!.producer!.inputs[1], factor);
  });

  test('an input that nothing is given for is named', () => {
    assert.throws(
      () => importInto(new GraphBuilder('graph'), linearModel(), { inputs: {} }),
      (error) => refusal(error, 'x', /nothing is given for it/),
    );
  });

  test('a graph of another operator set is refused', () => {
    const graph = new GraphBuilder('graph', 13);
    const inputs = { x: graph.input('x', 'float32', [1, 2]) };
    assert.throws(() => importInto(graph, linearModel(), { inputs }), /operator set 17/);
  });
});

describe('sizes and names', () => {
  test('a named size is bound, another shape replaces the declared one', () => {
    const model = linearModel();
    assert.deepEqual(importModel(model).outputs[0]!.value.shape, ['N', 2]);
    assert.deepEqual(importModel(model, { dimensions: { N: 5 } }).outputs[0]!.value.shape, [5, 2]);
    assert.deepEqual(importModel(model, { inputShapes: { x: [7, 2] } }).outputs[0]!.value.shape, [7, 2]);
    assert.throws(
      () => importModel(model, { inputShapes: { x: [7, 3] } }),
      (error) => refusal(error, 'product', /inner sizes 3 and 2/),
    );
  });

  test('sizes without a name stay open', () => {
    const model = linearModel();
    model.graph.input[0]!.type!.tensorType!.shape!.dim[0] = {};
    assert.deepEqual(importModel(model).inputs[0]!.shape, ['x.0', 2]);
    model.graph.input[0]!.type!.tensorType!.shape!.dim[0] = { dimParam: 'constructor' };
    assert.deepEqual(importModel(model).inputs[0]!.shape, ['constructor', 2]);
  });

  test('a value may have the name of an output, a constant that of a generated one, an output be an input', async () => {
    const model = linearModel(12);
    const rename = (name: string) => (name === 'sum' ? 'y' : name === 'bias' ? 'constant_0' : name);
    model.graph.initializer.forEach((tensor) => (tensor.name = rename(tensor.name!)));
    model.graph.node = model.graph.node
      .slice(0, -1)
      .map((node) => ({ ...node, input: node.input.map(rename), output: node.output.map(rename) }));
    const y = model.graph.output[0]!;
    model.graph.output = [y, { ...y, name: 'weight copy' }];
    const graph = importModel(model, { dimensions: { N: 1 } });
    const outputs = await outputsOf(
      { bytes: encodeModel(graph.build()) },
      { x: { type: 'float32', dims: [1, 2], data: Float32Array.of(1, 1) } },
    );
    assert.deepEqual([...(outputs['y']!.data as Float32Array)], [14, 26]);
    assert.deepEqual([...(outputs['weight copy']!.data as Float32Array)], [1, 2, 3, 4]);
  });

  test('initializers that old files list among the inputs are no inputs', () => {
    const model = linearModel();
    model.graph.input.push({ ...model.graph.input[0]!, name: 'weight' });
    assert.deepEqual(
      importModel(model).inputs.map(({ name }) => name),
      ['x'],
    );
  });
});

describe('what can not be imported', () => {
  const withNode = (opType: string, attributes: Attributes = {}) => {
    const graph = new GraphBuilder('graph');
    const x = graph.input('x', 'float32', [1]);
    graph.output('y', graph.op(opType, [x], attributes, { name: 'culprit', types: [x] }));
    return graph.build();
  };

  test('control flow', () => {
    for (const opType of ['If', 'Loop', 'Scan']) {
      assert.throws(
        () => importModel(withNode(opType)),
        (error) => refusal(error, 'culprit', /control flow/),
      );
    }
  });

  test('functions of the model itself', () => {
    const body = { input: [], output: [], attribute: [], attributeProto: [], node: [], opsetImport: [] };
    const own = { ...body, name: 'Own', valueInfo: [], metadataProps: [] };
    const model = { ...withNode('Own'), functions: [own] };
    assert.throws(
      () => importModel(model),
      (error) => refusal(error, 'culprit', /functions that a model defines/),
    );
  });

  test('weights in another file', () => {
    const model = linearModel();
    const [weight] = model.graph.initializer;
    weight!.externalData = [{ key: 'location', value: 'weights.bin' }];
    assert.throws(
      () => importModel(model),
      (error) => refusal(error, 'weight', /another file/),
    );
  });

  test('operator sets without the broadcasting of today', () => {
    assert.throws(() => importModel(linearModel(6)), /operator set 6 is older than 7/);
  });

  test('sparse weights', () => {
    const model = linearModel();
    model.graph.sparseInitializer.push({ values: model.graph.initializer[0]!, dims: [2, 2] });
    assert.throws(
      () => importModel(model),
      (error) => refusal(error, 'weight', /sparse/),
    );
  });

  test('a node that reads what is computed after it, or never', () => {
    const model = linearModel();
    model.graph.node.reverse();
    assert.throws(
      () => importModel(model),
      (error) => refusal(error, 'y', /nothing before it computes "sum"/),
    );
    model.graph.node = [];
    assert.throws(
      () => importModel(model),
      (error) => refusal(error, 'y', /no node computes it/),
    );
  });

  test('an input that is no tensor', () => {
    const model = linearModel();
    model.graph.input[0] = { name: 'x', type: { sequenceType: {} }, metadataProps: [] };
    assert.throws(
      () => importModel(model),
      (error) => refusal(error, 'x', /no tensor/),
    );
  });
});
