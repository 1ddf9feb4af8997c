import { RUNTIME_DOMAIN, type GraphBuilder, type GraphValue } from '../../../../src/core/onnx/graphBuilder.ts';
import type { Attributes } from '../../../../src/core/onnx/attributes.ts';
import { Exporter, inputExample, SIZE, type ExportedModel } from './exportedModels.ts';

/** A convolution with its normalisation merged into it, as exporters for inference write one. */
function convolution(
  exporter: Exporter,
  input: GraphValue,
  name: string,
  dims: readonly [number, number, number, number],
  attributes: Attributes = {},
): GraphValue {
  const weight = exporter.weight(`${name}.weight`, dims, 0, 0.5 / Math.sqrt(dims[1] * dims[2]));
  return exporter.graph.op('Conv', [input, weight, exporter.weight(`${name}.bias`, [dims[0]])], {
    kernel_shape: dims.slice(2),
    ...attributes,
  });
}

const padded = { pads: [1, 1, 1, 1] };

/** A stem with maximum pooling, a bottleneck, and one that halves with a convolution on its shortcut; ReLU behind the sums. */
function resNet(): ExportedModel {
  const exporter = new Exporter('main_graph', 20, 13);
  const { graph } = exporter;
  const relu = (value: GraphValue) => graph.op('Relu', [value]);
  const bottleneck = (input: GraphValue, name: string, width: number, stride: number) => {
    const strides = [stride, stride];
    const narrow = relu(convolution(exporter, input, `${name}.conv1`, [4, width, 1, 1]));
    const middle = relu(convolution(exporter, narrow, `${name}.conv2`, [4, 4, 3, 3], { ...padded, strides }));
    const wide = convolution(exporter, middle, `${name}.conv3`, [8, 4, 1, 1]);
    const shortcut =
      stride === 1 && width === 8
        ? input
        : convolution(exporter, input, `${name}.downsample`, [8, width, 1, 1], { strides });
    return relu(graph.op('Add', [wide, shortcut]));
  };
  const images = graph.input('pixel_values', 'float32', ['batch_size', 3, SIZE, SIZE]);
  const stem = relu(convolution(exporter, images, 'conv1', [6, 3, 7, 7], { pads: [3, 3, 3, 3], strides: [2, 2] }));
  const pooled = graph.op('MaxPool', [stem], {
    kernel_shape: [3, 3],
    pads: [1, 1, 1, 1],
    strides: [2, 2],
    ceil_mode: 0,
  });
  const last = bottleneck(bottleneck(bottleneck(pooled, 'layer1.0', 6, 1), 'layer1.1', 8, 1), 'layer2.0', 8, 2);
  const vector = graph.op('Flatten', [graph.op('GlobalAveragePool', [last])], { axis: 1 });
  graph.output('embedding', vector, 'float32', ['batch_size', 8]);
  const output = { name: 'embedding', pooling: 'none', dim: 8 } as const;
  return { id: 'resnet', model: graph.build(), input: inputExample, output };
}

/** Swish as a sigmoid and a product, squeeze and excitation, and paddings of their own as TensorFlow has them. */
function efficientNet(): ExportedModel {
  const exporter = new Exporter('main_graph', 13);
  const { graph } = exporter;
  const swish = (value: GraphValue) => graph.op('Mul', [value, graph.op('Sigmoid', [value])]);
  const images = graph.input('pixel_values', 'float32', ['batch_size', 3, SIZE, SIZE]);
  const unevenly = graph.op('Pad', [images, graph.integers([0, 0, 0, 0, 0, 0, 1, 1])]);
  const stem = swish(convolution(exporter, unevenly, 'stem', [4, 3, 3, 3], { strides: [2, 2] }));
  const expanded = swish(convolution(exporter, stem, 'block.expand', [8, 4, 1, 1]));
  const filters = { ...padded, pads: [2, 2, 2, 2], group: 8 };
  const depthwise = swish(convolution(exporter, expanded, 'block.depthwise', [8, 1, 5, 5], filters));
  const squeezed = graph.op('ReduceMean', [depthwise], { axes: [2, 3], keepdims: 1 });
  const reduced = swish(convolution(exporter, squeezed, 'block.se.reduce', [2, 8, 1, 1]));
  const gate = graph.op('Sigmoid', [convolution(exporter, reduced, 'block.se.expand', [8, 2, 1, 1])]);
  const projected = convolution(exporter, graph.op('Mul', [depthwise, gate]), 'block.project', [4, 8, 1, 1]);
  const head = swish(convolution(exporter, graph.op('Add', [projected, stem]), 'head', [10, 4, 1, 1]));
  const vector = graph.op('Squeeze', [graph.op('GlobalAveragePool', [head]), graph.integers([2, 3])]);
  graph.output('pooler_output', vector, 'float32', ['batch_size', 10]);
  const output = { name: 'pooler_output', pooling: 'none', dim: 10 } as const;
  return { id: 'efficientnet', model: graph.build(), input: inputExample, output };
}

/** An operator of ONNX Runtime's own. */
function fused(
  graph: GraphBuilder,
  opType: string,
  inputs: readonly GraphValue[],
  attributes: Attributes,
  outputs: readonly GraphValue['shape'][],
): GraphValue[] {
  const types = outputs.map((shape) => ({ type: 'float32', shape }) as const);
  return graph.ops(opType, inputs, outputs.length, attributes, { domain: RUNTIME_DOMAIN, types });
}

/** A transformer after ONNX Runtime's optimiser: patches, and a block of which every part is one operator. */
function optimizedTransformer(): ExportedModel {
  const exporter = new Exporter('main_graph', 17);
  const { graph } = exporter;
  const width = 8;
  const tokensShape = ['batch_size', 4, width] as const;
  const images = graph.input('pixel_values', 'float32', ['batch_size', 3, SIZE, SIZE]);
  const patches = convolution(exporter, images, 'patch', [width, 3, 8, 8], { strides: [8, 8] });
  const tokens = graph.op('Transpose', [exporter.reshaped(patches, width, 4)], { perm: [0, 2, 1] });
  const placed = graph.op('Add', [tokens, exporter.weight('position', [1, 4, width])]);
  const norm = (name: string) => [
    exporter.weight(`${name}.weight`, [width], 1, 0.2),
    exporter.weight(`${name}.bias`, [width]),
  ];
  const normalized = exporter.layerNormalization(placed, 'norm1', width);
  const projections = [exporter.weight('qkv.weight', [width, 3 * width]), exporter.weight('qkv.bias', [3 * width])];
  const [attended] = fused(graph, 'Attention', [normalized, ...projections], { num_heads: 2 }, [tokensShape]);
  const mixed = graph.op('MatMul', [attended!, exporter.weight('proj.weight', [width, width])]);
  const skipped = [mixed, placed, ...norm('norm2'), exporter.weight('proj.bias', [width])];
  const epsilon = { epsilon: { float: 1e-6 } };
  // The second and third output, which a backward pass would need, are computed and not read.
  const [again, , , sum] = fused(graph, 'SkipLayerNormalization', skipped, epsilon, [
    tokensShape,
    ...[undefined, undefined],
    tokensShape,
  ]);
  const hidden = graph.op('MatMul', [again!, exporter.weight('fc1.weight', [width, 12])]);
  const [active] = fused(graph, 'BiasGelu', [hidden, exporter.weight('fc1.bias', [12])], {}, [['batch_size', 4, 12]]);
  const block = graph.op('Add', [sum!, exporter.linear(active!, 'fc2', 12, width)]);
  const [last] = fused(graph, 'QuickGelu', [block], { alpha: { float: 1.702 } }, [tokensShape]);
  graph.output('last_hidden_state', last!, 'float32', tokensShape);
  const model = graph.build();
  const node = model.graph.node.map((entry) =>
    entry.opType === 'SkipLayerNormalization'
      ? { ...entry, output: entry.output.map((name, i) => (i === 1 || i === 2 ? '' : name)) }
      : entry,
  );
  const output = { name: 'last_hidden_state', pooling: 'cls', dim: width } as const;
  return {
    id: 'optimised transformer',
    model: { ...model, graph: { ...model.graph, node } },
    input: inputExample,
    output,
  };
}

/** A residual network after ONNX Runtime's optimiser: activations and sums are parts of the convolutions. */
function optimizedConvNet(): ExportedModel {
  const exporter = new Exporter('main_graph', 19);
  const { graph } = exporter;
  const images = graph.input('pixel_values', 'float32', ['batch_size', 3, SIZE, SIZE]);
  const map = ['batch_size', 6, SIZE / 2, SIZE / 2] as const;
  const filtered = (input: GraphValue, name: string, channels: number, attributes: Attributes, sum?: GraphValue) => {
    const weight = exporter.weight(`${name}.weight`, [6, channels, 3, 3], 0, 0.2);
    const inputs = [input, weight, exporter.weight(`${name}.bias`, [6]), ...(sum === undefined ? [] : [sum])];
    return fused(graph, 'FusedConv', inputs, { ...padded, ...attributes }, [map])[0]!;
  };
  const leaky = { activation: 'LeakyRelu', activation_params: { floats: [0.1] } };
  const stem = filtered(images, 'stem', 3, { strides: [2, 2], ...leaky });
  const block = filtered(stem, 'block', 6, { activation: 'Relu' }, stem);
  const vector = graph.op('ReduceMean', [block], { axes: [2, 3], keepdims: 0 });
  graph.output('features', vector, 'float32', ['batch_size', 6]);
  const output = { name: 'features', pooling: 'none', dim: 6 } as const;
  return { id: 'optimised convnet', model: graph.build(), input: inputExample, output };
}

/** More kinds of networks, two of them as ONNX Runtime's optimiser leaves them. */
export const furtherModels = (): ExportedModel[] => [
  resNet(),
  efficientNet(),
  optimizedTransformer(),
  optimizedConvNet(),
];
