import type { GraphValue } from '../../onnx/graphBuilder.ts';
import { range, reduceToShape, reshape, scalarLike, scale, sizeOf, sumOver } from '../emit.ts';
import type { GradientRules, GradientStep } from '../gradientStep.ts';

const EPSILON = 1e-5;

/** Inputs of `BatchNormalization`. */
const [X, SCALE, SHIFT, MEAN, VARIANCE] = [0, 1, 2, 3, 4];

/** All axes but that of the channels. */
function batchAxes(step: GradientStep): number[] {
  return range(step.sizes(X).length).filter((axis) => axis !== 1);
}

/** One number for each channel, to be broadcast. */
function perChannel(step: GradientStep, vector: GraphValue): GraphValue {
  return reshape(step.graph, vector, [step.sizes(X)[1]!, ...step.sizes(X).slice(2).fill(1)]);
}

function channelSums(step: GradientStep, value: GraphValue): GraphValue {
  return perChannel(step, sumOver(step.graph, value, batchAxes(step)));
}

/** x − mean */
function centeredBy(step: GradientStep, mean: GraphValue): GraphValue {
  return step.op('Sub', [step.value(X), mean]);
}

/** 1 / √(variance + ε) */
function inverseDeviationOf(step: GradientStep, variance: GraphValue): GraphValue {
  const epsilon = scalarLike(step.graph, variance, step.float('epsilon', EPSILON));
  return step.op('Reciprocal', [step.op('Sqrt', [step.op('Add', [variance, epsilon])])]);
}

/** The statistics of the batch: with a momentum of 0 they are outputs of the node, else they are computed again. */
function normalizedBatch(step: GradientStep): { centered: GraphValue; inverseDeviation: GraphValue } {
  const { graph } = step;
  const [mean, variance] = [step.keptOutput(1), step.keptOutput(2)];
  if (step.float('momentum', 0.9) === 0 && mean !== undefined && variance !== undefined) {
    const centered = centeredBy(step, perChannel(step, mean));
    return { centered, inverseDeviation: inverseDeviationOf(step, perChannel(step, variance)) };
  }
  const average = (value: GraphValue): GraphValue => {
    return scale(graph, channelSums(step, value), 1 / elementsPerChannel(step));
  };
  const centered = centeredBy(step, average(step.value(X)));
  const squares = step.op('Mul', [centered, centered]);
  return { centered, inverseDeviation: inverseDeviationOf(step, average(squares)) };
}

function elementsPerChannel(step: GradientStep): number {
  return sizeOf(batchAxes(step).map((axis) => step.sizes(X)[axis]!));
}

/** A sum per channel as the gradient of one of the node's vectors. */
function vector(step: GradientStep, index: number, value: GraphValue): GraphValue {
  return reshape(step.graph, value, step.sizes(index));
}

/**
 * With the statistics of the batch, which depend on the input. For m elements per channel, x̂ = (x − mean) · r and
 * r = 1 / √(variance + ε) (S. Ioffe, C. Szegedy, "Batch normalization", https://arxiv.org/abs/1502.03167, section 3):
 *
 *     dx = scale · r · (dy − Σ dy / m − x̂ · Σ (dy · x̂) / m)
 */
function trainedNormalization(step: GradientStep): (GraphValue | undefined)[] {
  const { graph, gradient } = step;
  const gradientSum = channelSums(step, gradient);
  const shift = step.needs(SHIFT) ? vector(step, SHIFT, gradientSum) : undefined;
  if (!step.needs(X) && !step.needs(SCALE)) return [undefined, undefined, shift];

  const { centered, inverseDeviation } = normalizedBatch(step);
  const correlation = step.op('Mul', [channelSums(step, step.op('Mul', [gradient, centered])), inverseDeviation]);
  const scaleGradient = step.needs(SCALE) ? vector(step, SCALE, correlation) : undefined;
  if (!step.needs(X)) return [undefined, scaleGradient, shift];

  const factor = step.op('Mul', [perChannel(step, step.value(SCALE)), inverseDeviation]);
  const share = scale(graph, factor, -1 / elementsPerChannel(step));
  const centeredFactor = step.op('Mul', [step.op('Mul', [share, inverseDeviation]), correlation]);
  const direct = step.op('Mul', [gradient, factor]);
  const throughDeviation = step.op('Mul', [centered, centeredFactor]);
  const throughMean = step.op('Mul', [share, gradientSum]);
  const input = step.op('Add', [step.op('Add', [direct, throughDeviation]), throughMean]);
  return [input, scaleGradient, shift];
}

/** With given statistics: an affine function of the input. */
function frozenNormalization(step: GradientStep): (GraphValue | undefined)[] {
  const { gradient } = step;
  const result: (GraphValue | undefined)[] = [];
  const inverseDeviation = inverseDeviationOf(step, perChannel(step, step.value(VARIANCE)));
  const factor = step.op('Mul', [perChannel(step, step.value(SCALE)), inverseDeviation]);
  if (step.needs(X)) result[X] = step.op('Mul', [gradient, factor]);
  if (step.needs(SHIFT) || step.needs(MEAN)) {
    const gradientSum = channelSums(step, gradient);
    if (step.needs(SHIFT)) result[SHIFT] = vector(step, SHIFT, gradientSum);
    if (step.needs(MEAN)) result[MEAN] = vector(step, MEAN, step.op('Neg', [step.op('Mul', [gradientSum, factor])]));
  }
  if (step.needs(SCALE) || step.needs(VARIANCE)) {
    const centered = centeredBy(step, perChannel(step, step.value(MEAN)));
    const correlation = step.op('Mul', [channelSums(step, step.op('Mul', [gradient, centered])), inverseDeviation]);
    if (step.needs(SCALE)) result[SCALE] = vector(step, SCALE, correlation);
    if (step.needs(VARIANCE)) {
      const slope = step.op('Mul', [step.op('Mul', [factor, inverseDeviation]), correlation]);
      result[VARIANCE] = vector(step, VARIANCE, scale(step.graph, slope, -0.5));
    }
  }
  return result;
}

/**
 * Instance normalisation (D. Ulyanov et al., https://arxiv.org/abs/1607.08022), of which group normalisation is made: as for
 * batch normalisation, with the statistics of each channel of each picture.
 */
function instanceNormalization(step: GradientStep): (GraphValue | undefined)[] {
  const { graph, gradient } = step;
  const sizes = step.sizes(X);
  const axes = range(sizes.length, 2);
  const share = 1 / sizeOf(sizes.slice(2));
  const mean = (value: GraphValue): GraphValue => scale(graph, sumOver(graph, value, axes), share);
  const shift = step.needs(SHIFT) ? vector(step, SHIFT, channelSums(step, gradient)) : undefined;
  if (!step.needs(X) && !step.needs(SCALE)) return [undefined, undefined, shift];

  const centered = centeredBy(step, mean(step.value(X)));
  const inverseDeviation = inverseDeviationOf(step, mean(step.op('Mul', [centered, centered])));
  const normalizedInput = step.op('Mul', [centered, inverseDeviation]);
  const correlation = step.op('Mul', [gradient, normalizedInput]);
  const scaleGradient = step.needs(SCALE) ? vector(step, SCALE, channelSums(step, correlation)) : undefined;
  if (!step.needs(X)) return [undefined, scaleGradient, shift];

  const throughDeviation = step.op('Mul', [normalizedInput, mean(correlation)]);
  const inner = step.op('Sub', [step.op('Sub', [gradient, mean(gradient)]), throughDeviation]);
  const factor = step.op('Mul', [perChannel(step, step.value(SCALE)), inverseDeviation]);
  return [step.op('Mul', [inner, factor]), scaleGradient, shift];
}

/**
 * Layer normalisation (J. L. Ba et al., https://arxiv.org/abs/1607.06450): as for batch normalisation, with sums over the
 * normalised dimensions of each element instead of the batch.
 */
function layerNormalization(step: GradientStep): (GraphValue | undefined)[] {
  const { graph, gradient } = step;
  const sizes = step.sizes(0);
  const axes = range(sizes.length, step.axis(step.int('axis', -1), sizes.length));
  const shift = step.needs(2) ? reduceToShape(graph, gradient, step.sizes(2)) : undefined;
  if (!step.needs(0) && !step.needs(1)) return [undefined, undefined, shift];

  const { normalizedInput, inverseDeviation } = layerStatistics(step, axes);
  const scaleGradient = step.needs(1)
    ? reduceToShape(graph, step.op('Mul', [gradient, normalizedInput]), step.sizes(1))
    : undefined;
  if (!step.needs(0)) return [undefined, scaleGradient, shift];

  const scaled = step.op('Mul', [gradient, step.value(1)]);
  const share = 1 / sizeOf(axes.map((axis) => sizes[axis]!));
  const mean = (value: GraphValue): GraphValue => scale(graph, sumOver(graph, value, axes), share);
  const throughDeviation = step.op('Mul', [normalizedInput, mean(step.op('Mul', [scaled, normalizedInput]))]);
  const inner = step.op('Sub', [step.op('Sub', [scaled, mean(scaled)]), throughDeviation]);
  return [step.op('Mul', [inner, inverseDeviation]), scaleGradient, shift];
}

/** The normalisation once more, without scale and shift: its further outputs are the statistics. */
function layerStatistics(step: GradientStep, axes: readonly number[]) {
  const { graph } = step;
  const x = step.value(0);
  const sizes = step.sizes(0);
  const { type } = x;
  const statistics = { type, shape: sizes.map((size, axis) => (axes.includes(axis) ? 1 : size)) };
  const ones = graph.floats(
    Array<number>(sizeOf(axes.map((axis) => sizes[axis]!))).fill(1),
    axes.map((axis) => sizes[axis]!),
  );
  const attributes = { axis: axes[0]!, epsilon: { float: step.float('epsilon', EPSILON) } };
  const types = [{ type, shape: sizes }, statistics, statistics];
  const [normalizedInput, , inverseDeviation] = graph.ops('LayerNormalization', [x, ones], 3, attributes, { types });
  return { normalizedInput: normalizedInput!, inverseDeviation: inverseDeviation! };
}

export const normalizationRules: GradientRules = {
  BatchNormalization: (step) => {
    return step.int('training_mode', 0) === 0 ? frozenNormalization(step) : trainedNormalization(step);
  },
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
};
