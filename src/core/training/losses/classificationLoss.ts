import { fixedShape, type GraphBuilder, type GraphValue } from '../../onnx/graphBuilder.ts';
import { DataType } from '../../onnx/model.ts';

export interface ClassificationOptions {
  /**
   * Share of each target that is spread evenly over all classes, from 0 (the default) to below 1: C. Szegedy et al.,
   * "Rethinking the Inception architecture", CVPR 2016, https://arxiv.org/abs/1512.00567, section 7.
   */
  readonly labelSmoothing?: number;
  /** What an image of each class counts, one number per class; all count the same by default. */
  readonly classWeights?: ArrayLike<number>;
}

export interface ClassificationLoss {
  readonly loss: GraphValue;
  /** Share of the labelled rows whose largest logit is that of their class, the first of equal ones; 0 without any. */
  readonly accuracy: GraphValue;
  /** Number of rows that have a label. */
  readonly labelled: GraphValue;
}

/** Keeps batches without a label from dividing by zero; far below the weight of a single row. */
const SMALLEST_WEIGHT = 1e-12;

/**
 * Softmax cross-entropy over the rows that have a label, each weighted by its class w: for targets t of C classes
 *
 *     Σ_n r_n · (−Σ_c t′_nc · log softmax(logits)_nc) / Σ_n r_n,   r_n = Σ_c w_c · t_nc,   t′ = (1 − smoothing) · t + smoothing / C
 *
 * 0 where no row has a label.
 *
 * @param logits `[N, C]`
 * @param targets `[N, C]`, as `classTargets` gives them or soft ones that sum to 1; rows of zeros have no label
 */
export function classificationLoss(
  graph: GraphBuilder,
  logits: GraphValue,
  targets: GraphValue,
  { labelSmoothing = 0, classWeights }: ClassificationOptions = {},
): ClassificationLoss {
  const classes = fixedShape(logits)[1]!;
  const sums = graph.op('ReduceSum', [targets, graph.integers([1])], { keepdims: 1 });
  const weights =
    classWeights === undefined ? sums : graph.op('MatMul', [targets, graph.floats(classWeights, [classes, 1])]);
  const logarithms = graph.op('LogSoftmax', [logits], { axis: 1 });
  const smoothed = labelSmoothing === 0 ? targets : smoothedTargets(graph, targets, sums, labelSmoothing / classes);
  const terms = graph.op('Mul', [graph.op('Mul', [smoothed, weights]), logarithms]);
  const total = graph.op('Neg', [graph.op('ReduceSum', [terms], { keepdims: 0 })]);
  const weight = graph.op('ReduceSum', [weights], { keepdims: 0 });
  const loss = graph.op('Div', [total, graph.op('Max', [weight, graph.scalar(SMALLEST_WEIGHT)])]);

  const hasLabel = graph.op('Greater', [graph.op('Squeeze', [sums, graph.integers([1])]), graph.scalar(0)]);
  const labelledRows = graph.op('Cast', [hasLabel], { to: DataType.float32 });
  const labelled = graph.op('ReduceSum', [labelledRows], { keepdims: 0 });
  const correct = graph.op('Mul', [sameLargest(graph, logits, targets), labelledRows]);
  const count = graph.op('ReduceSum', [correct], { keepdims: 0 });
  const accuracy = graph.op('Div', [count, graph.op('Max', [labelled, graph.scalar(1)])]);
  return { loss, accuracy, labelled };
}

/** 1 for rows of two matrices that are largest in the same column, the first of equal ones, else 0; `[N]`. */
export function sameLargest(graph: GraphBuilder, a: GraphValue, b: GraphValue): GraphValue {
  const [first, second] = [a, b].map((rows) => graph.op('ArgMax', [rows], { axis: 1, keepdims: 0 }));
  return graph.op('Cast', [graph.op('Equal', [first, second])], { to: DataType.float32 });
}

/** (1 − smoothing) · t + share for rows that have a label. */
function smoothedTargets(graph: GraphBuilder, targets: GraphValue, sums: GraphValue, share: number): GraphValue {
  const classes = fixedShape(targets)[1]!;
  const kept = graph.op('Mul', [targets, graph.scalar(1 - share * classes)]);
  return graph.op('Add', [kept, graph.op('Mul', [sums, graph.scalar(share)])]);
}

/** A 1 for each row's class, `labels.length × classes`. @param labels negative ones stand for no label: a row of zeros */
export function classTargets(labels: ArrayLike<number>, classes: number): Float32Array<ArrayBuffer> {
  const targets = new Float32Array(labels.length * classes);
  for (let row = 0; row < labels.length; row++) {
    if (labels[row]! >= 0) targets[row * classes + labels[row]!] = 1;
  }
  return targets;
}

/**
 * Weights by which all classes count the same together, whatever their sizes: labelled images / (classes with images · images
 * of the class). They average 1 over the labelled images.
 *
 * @param labels of the training images; negative ones stand for no label
 * @returns one number per class; 0 for classes without images
 */
export function balancedClassWeights(labels: ArrayLike<number>, classes: number): Float32Array {
  const counts = new Uint32Array(classes);
  for (let i = 0; i < labels.length; i++) if (labels[i]! >= 0) counts[labels[i]!]!++;
  const present = counts.filter((count) => count > 0);
  const images = present.reduce((sum, count) => sum + count, 0);
  return Float32Array.from(counts, (count) => (count === 0 ? 0 : images / (present.length * count)));
}
