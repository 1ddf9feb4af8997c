import { RUNTIME_DOMAIN, type GraphBuilder, type GraphValue } from '../../../../src/core/onnx/graphBuilder.ts';
import { between, gradientCase, positive, type GradientCase } from './gradientCase.ts';

/** Mean cross-entropy of logits `[N, classes]`. */
function crossEntropy(graph: GraphBuilder, logits: GraphValue, labels: readonly number[]): GraphValue {
  const logProbabilities = graph.op('LogSoftmax', [logits], { axis: 1 });
  const own = graph.op('GatherElements', [logProbabilities, graph.integers(labels, [labels.length, 1])], { axis: 1 });
  return graph.op('Neg', [graph.op('ReduceMean', [own], { keepdims: 0 })]);
}

const classifier = gradientCase(
  'Network of convolution, batch normalisation, ReLU, pooling and classification',
  [
    between(-1, 1, 3, 2, 6, 6),
    between(-0.5, 0.5, 3, 2, 3, 3),
    positive(3),
    between(0.4, 1.6, 3),
    [3],
    positive(3),
    between(-1, 1, 2, 12),
    [2],
  ],
  (graph, ...inputs) => {
    const [x, filters, scale, shift, mean, variance, weights, bias] = inputs;
    const convolved = graph.op('Conv', [x, filters], { pads: [1, 1, 1, 1], strides: [2, 2] });
    const attributes = { training_mode: 1, momentum: { float: 0 } };
    const normalized = graph.ops('BatchNormalization', [convolved, scale, shift, mean, variance], 3, attributes)[0]!;
    const pooled = graph.op('AveragePool', [graph.op('Relu', [normalized])], { kernel_shape: [2, 2] });
    const logits = graph.op('Gemm', [graph.op('Flatten', [pooled]), weights, bias], { transB: 1 });
    return crossEntropy(graph, logits, [1, 0, 1]);
  },
);

const residual = gradientCase(
  'Residual block with a depthwise convolution and HardSwish',
  [between(-1, 1, 2, 4, 4, 4), between(-1, 1, 4, 1, 3, 3), between(-0.5, 0.5, 4, 4, 1, 1)],
  (graph, x, depthwise, pointwise) => {
    const filtered = graph.op('Conv', [x, depthwise], { group: 4, pads: [1, 1, 1, 1] });
    const mixed = graph.op('Conv', [graph.op('HardSwish', [filtered]), pointwise]);
    const block = graph.op('Add', [mixed, x]);
    const squeezed = graph.op('HardSigmoid', [graph.op('GlobalAveragePool', [block])]);
    return graph.op('GlobalMaxPool', [graph.op('Mul', [block, squeezed])]);
  },
);

const attention = gradientCase(
  'Transformer block: layer normalisation, attention with two heads, GELU',
  [[2, 3, 4], positive(4), [4], between(-1, 1, 4, 12), between(-1, 1, 4, 4)],
  (graph, x, scale, shift, projections, output) => {
    const tokens = graph.op('LayerNormalization', [x, scale, shift]);
    const heads = graph.op('Reshape', [graph.op('MatMul', [tokens, projections]), graph.integers([2, 3, 3, 2, 2])]);
    const stacked = graph.op('Transpose', [heads], { perm: [2, 0, 3, 1, 4] });
    const [query, key, value] = [0, 1, 2].map((i) =>
      graph.op('Gather', [stacked, graph.integers([i], [])], { axis: 0 }),
    );
    const scores = graph.op(
      'FusedMatMul',
      [query, key],
      { transB: 1, alpha: { float: 0.7 } },
      { domain: RUNTIME_DOMAIN },
    );
    const attended = graph.op('MatMul', [graph.op('Softmax', [scores]), value]);
    const merged = graph.op('Reshape', [
      graph.op('Transpose', [attended], { perm: [0, 2, 1, 3] }),
      graph.integers([2, 3, 4]),
    ]);
    const sum = graph.op('Add', [x, graph.op('MatMul', [merged, output])]);
    const erf = graph.op('Erf', [graph.op('Div', [sum, graph.scalar(Math.SQRT2)])]);
    const gelu = graph.op('Mul', [graph.op('Mul', [sum, graph.op('Add', [erf, graph.scalar(1)])]), graph.scalar(0.5)]);
    return graph.op('Gather', [gelu, graph.integers([0], [])], { axis: 1 });
  },
);

const autoencoder = gradientCase(
  'Autoencoder with pooling, upsampling and a transposed convolution',
  [between(-1, 1, 1, 2, 4, 4), between(-1, 1, 3, 2, 3, 3), between(-1, 1, 2, 3, 3, 3), between(-1, 1, 2, 2, 2, 2)],
  (graph, x, encoder, decoder, upscaler) => {
    const encoded = graph.op('Tanh', [graph.op('Conv', [x, encoder], { auto_pad: 'SAME_UPPER' })]);
    const pooled = graph.op('MaxPool', [encoded], { kernel_shape: [2, 2], strides: [2, 2] });
    const bottleneck = graph.op('MaxPool', [pooled], { kernel_shape: [2, 2] });
    const attributes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
    const enlarged = graph.op('Resize', [bottleneck, undefined, graph.floats([1, 1, 2, 2])], attributes);
    const decoded = graph.op('Elu', [graph.op('Conv', [enlarged, decoder], { auto_pad: 'SAME_UPPER' })]);
    const image = graph.op('ConvTranspose', [decoded, upscaler], { strides: [2, 2] });
    const error = graph.op('Sub', [image, x]);
    return graph.op('ReduceMean', [graph.op('Mul', [error, error])], { keepdims: 0 });
  },
);

const contrastive = gradientCase('Contrastive loss of normalised rows', [[6, 3]], (graph, z) => {
  const norms = graph.op('ReduceL2', [z], { axes: [1] });
  const rows = graph.op('Div', [z, graph.op('Max', [norms, graph.scalar(1e-12)])]);
  const similarities = graph.op(
    'FusedMatMul',
    [rows, rows],
    { transB: 1, alpha: { float: 5 } },
    { domain: RUNTIME_DOMAIN },
  );
  const diagonal = Float32Array.from({ length: 36 }, (_, i) => (i % 7 === 0 ? -1e9 : 0));
  const others = graph.op('Add', [similarities, graph.floats(diagonal, [6, 6])]);
  const partners = graph.integers([3, 4, 5, 0, 1, 2], [6, 1]);
  const positives = graph.op('GatherElements', [similarities, partners], { axis: 1 });
  const losses = graph.op('Sub', [graph.op('ReduceLogSumExp', [others], { axes: [1] }), positives]);
  return graph.op('ReduceMean', [losses], { keepdims: 0 });
});

/** Small networks, in which gradients pass through many operators and meet again. */
export const networkCases: readonly GradientCase[] = [classifier, residual, attention, autoencoder, contrastive];
