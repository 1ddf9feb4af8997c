import { invalidGraph } from '../errors.ts';
import type { GraphValue } from '../onnx/graphBuilder.ts';
import { normalizedRows } from './losses/contrastiveLoss.ts';
import type { NetworkScope } from './scope.ts';

/**
 * `linear` learns from zero and wants some images of each class. `cosine` compares directions, so that it can start with the
 * classes' means and is good from the first step where there are few images.
 */
export type ClassifierKind = 'linear' | 'cosine';

const WEIGHT = 'classifier.weight';
const BIAS = 'classifier.bias';
const LOG_SCALE = 'classifier.logScale';

/** Whether a parameter is one of a classifier. */
export function isOfClassifier(parameter: string): boolean {
  return parameter.startsWith('classifier.');
}

/** The reciprocal of the temperature 0.1, at which cosine similarities tell classes apart. */
const INITIAL_SCALE = 10;

/**
 * Logits of classes, `[N, dim]` → `[N, classes]`. Parameters begin with `classifier.`.
 *
 * @param feature what the classifier sees
 */
export function classifierHead(
  scope: NetworkScope,
  feature: GraphValue,
  kind: ClassifierKind,
  classes: number,
): GraphValue {
  return kind === 'linear' ? linearHead(scope, feature, classes) : cosineHead(scope, feature, classes);
}

/** All zeros at first, so that training starts with equal probabilities and the first gradients leave the network alone. */
function linearHead(scope: NetworkScope, feature: GraphValue, classes: number): GraphValue {
  const initializer = { kind: 'constant', value: 0 } as const;
  const shape = [classes, dimOf(feature)];
  const weight = scope.parameter({ name: WEIGHT, shape, role: 'classifier', initializer });
  const bias = scope.parameter({ name: BIAS, shape: [classes], role: 'bias', initializer });
  return scope.graph.op('Gemm', [feature, weight, bias], { transB: 1 });
}

/**
 * scale · cos(feature, weight of the class): S. Gidaris, N. Komodakis, "Dynamic few-shot visual learning without
 * forgetting", CVPR 2018, https://arxiv.org/abs/1804.09458. The logarithm of the scale is learned, so that it stays positive.
 */
function cosineHead(scope: NetworkScope, feature: GraphValue, classes: number): GraphValue {
  const { graph } = scope;
  const dim = dimOf(feature);
  const weight = scope.parameter({
    name: WEIGHT,
    shape: [classes, dim],
    role: 'classifier',
    initializer: { kind: 'normal', standardDeviation: 1 / Math.sqrt(dim) },
  });
  const logScale = scope.parameter({
    name: LOG_SCALE,
    shape: [1],
    role: 'normalization',
    initializer: { kind: 'constant', value: Math.log(INITIAL_SCALE) },
  });
  const rows = [feature, weight].map((value) => normalizedRows(graph, value));
  return graph.op('Mul', [graph.op('Gemm', rows, { transB: 1 }), graph.op('Exp', [logScale])]);
}

/** First values of a linear classifier. @param weights `classes × dim` */
export function linearClassifierStart(weights: Float32Array, biases: Float32Array): Map<string, Float32Array> {
  return new Map([
    [WEIGHT, weights],
    [BIAS, biases],
  ]);
}

/**
 * First values of a cosine classifier, for `TrainingProgram.initialState`: it then begins as the classifier that takes the
 * class with the nearest mean.
 *
 * @param means of each class, `classes × dim`, as `classMeans` gives them. Throws invalid-graph where one is zero.
 */
export function cosineClassifierStart(
  means: ArrayLike<number>,
  classes: number,
  scale = INITIAL_SCALE,
): Map<string, Float32Array> {
  const weight = Float32Array.from(means);
  const dim = weight.length / classes;
  for (let label = 0; label < classes; label++) {
    if (!normalizeRow(weight.subarray(label * dim, (label + 1) * dim))) {
      throw invalidGraph(WEIGHT, 'parameter', `class ${label} has no mean`);
    }
  }
  return new Map([
    [WEIGHT, weight],
    [LOG_SCALE, Float32Array.of(Math.log(scale))],
  ]);
}

/**
 * Means of the directions of each class's features, `classes × dim`; zeros for a class without any.
 *
 * @param features `labels.length × dim`
 * @param labels negative ones are passed over
 */
export function classMeans(features: Float32Array, labels: ArrayLike<number>, classes: number): Float32Array {
  const dim = features.length / labels.length;
  const sums = new Float32Array(classes * dim);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    if (label < 0) continue;
    const direction = features.slice(row * dim, (row + 1) * dim);
    normalizeRow(direction);
    for (let i = 0; i < dim; i++) sums[label * dim + i]! += direction[i]!;
  }
  for (let label = 0; label < classes; label++) normalizeRow(sums.subarray(label * dim, (label + 1) * dim));
  return sums;
}

/** Divides a row by its length, in place. False where it is zero. */
function normalizeRow(row: Float32Array): boolean {
  const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
  if (length === 0) return false;
  for (let i = 0; i < row.length; i++) row[i]! /= length;
  return true;
}

function dimOf({ name, shape }: GraphValue): number {
  const dim = shape?.[1];
  if (typeof dim !== 'number') throw invalidGraph(name, 'classifier', 'the length of its features is not known');
  return dim;
}
