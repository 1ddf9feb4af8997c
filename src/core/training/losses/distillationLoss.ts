import { fixedShape, type GraphBuilder, type GraphValue } from '../../onnx/graphBuilder.ts';
import { normalizedRows } from './contrastiveLoss.ts';

/** Taken from the similarity to what isn't there, to take it out of a softmax. */
const EXCLUDED = 1e9;
/** Smallest probability whose logarithm is taken. */
const SMALLEST_PROBABILITY = 1e-30;

/** How a teacher gives its opinion on classes. */
export type TeacherOpinion = 'logits' | 'probabilities';

export interface DistillationOptions {
  /** T: above 1, the teacher's less likely classes count more; below, its first choice does. */
  readonly temperature: number;
  readonly opinion: TeacherOpinion;
}

/**
 * Soft cross-entropy between a teacher's classes and a student's, both at a temperature T: the mean over rows of
 *
 *     −T² · Σ_c softmax(teacher / T)_c · log softmax(student / T)_c
 *
 * With the factor T² (G. Hinton et al., https://arxiv.org/abs/1503.02531), as in SimCLRv2's published code, gradients keep
 * their size whatever T above 1 is; the loss itself doesn't: T = 0.1 makes it a hundred times as small as the formula (2) of
 * the paper, T. Chen et al., https://arxiv.org/abs/2006.10029, which lacks the factor.
 *
 * @param student logits, `[N, C]`
 * @param teacher logits or probabilities, `[N, C]`; of the latter, the logarithms are as good as logits
 */
export function distillationLoss(
  graph: GraphBuilder,
  student: GraphValue,
  teacher: GraphValue,
  { temperature, opinion }: DistillationOptions,
): GraphValue {
  const logits =
    opinion === 'logits' ? teacher : graph.op('Log', [graph.op('Max', [teacher, graph.scalar(SMALLEST_PROBABILITY)])]);
  const [teacherScores, studentScores] = [logits, student].map((scores) => {
    return graph.op('Mul', [scores, graph.scalar(1 / temperature)]);
  }) as [GraphValue, GraphValue];
  const loss = softCrossEntropy(graph, teacherScores, studentScores);
  return graph.op('Mul', [loss, graph.scalar(temperature ** 2)]);
}

/** Both losses, (1 − α) · hard + α · soft: formula (3) of the same paper. @param alpha from 0 to 1 */
export function combinedLoss(graph: GraphBuilder, hard: GraphValue, soft: GraphValue, alpha: number): GraphValue {
  const shares = [
    [hard, 1 - alpha],
    [soft, alpha],
  ] as const;
  const [first, second] = shares.map(([loss, share]) => graph.op('Mul', [loss, graph.scalar(share)]));
  return graph.op('Add', [first, second]);
}

export interface SimilarityDistillationOptions {
  readonly teacherTemperature: number;
  readonly studentTemperature: number;
}

/**
 * Distillation without classes: the student is to find each picture as similar to a number of others as the teacher does.
 * SEED: Z. Fang et al., "Self-supervised distillation for visual representation", ICLR 2021,
 * https://arxiv.org/abs/2101.04731. With D_i the teacher's embedding of picture i and those of the others, and all rows
 * normalised, the mean over i of
 *
 *     −softmax(D_i · t_i / τ_T) · log softmax(D_i · s_i / τ_S)
 *
 * @param student `[N, dim]`
 * @param teacher of the same pictures, `[N, dim]`
 * @param others the teacher's embeddings of other pictures, `[Q, dim]`; rows of zeros are passed over, so that a queue needs
 *   not be full
 */
export function similarityDistillationLoss(
  graph: GraphBuilder,
  student: GraphValue,
  teacher: GraphValue,
  others: GraphValue,
  { teacherTemperature, studentTemperature }: SimilarityDistillationOptions,
): GraphValue {
  const [studentRows, teacherRows, otherRows] = [student, teacher, others].map((rows) =>
    normalizedRows(graph, rows),
  ) as [GraphValue, GraphValue, GraphValue];
  const squares = graph.op('ReduceSum', [graph.op('Mul', [others, others]), graph.integers([1])], { keepdims: 0 });
  const missing = graph.op('Equal', [squares, graph.scalar(0)]);
  const exclusion = graph.op('Where', [missing, graph.scalar(-EXCLUDED), graph.scalar(0)]);
  const similarities = (rows: GraphValue, temperature: number): GraphValue => {
    const own = graph.op('ReduceSum', [graph.op('Mul', [rows, teacherRows]), graph.integers([1])], { keepdims: 1 });
    const product = graph.op('Gemm', [rows, otherRows], { transB: 1, alpha: { float: 1 / temperature } });
    const ownScaled = graph.op('Mul', [own, graph.scalar(1 / temperature)]);
    return graph.op('Concat', [ownScaled, graph.op('Add', [product, exclusion])], { axis: 1 });
  };
  return softCrossEntropy(
    graph,
    similarities(teacherRows, teacherTemperature),
    similarities(studentRows, studentTemperature),
  );
}

/**
 * The mean over rows of 1 − cosine similarity: the student is to give the teacher's embeddings, up to their lengths.
 *
 * @param student `[N, dim]`, through an adaptor where its dimension is another
 * @param teacher `[N, dim]`
 */
export function embeddingRegressionLoss(graph: GraphBuilder, student: GraphValue, teacher: GraphValue): GraphValue {
  const product = graph.op('Mul', [normalizedRows(graph, student), normalizedRows(graph, teacher)]);
  const total = graph.op('ReduceSum', [product], { keepdims: 0 });
  const mean = graph.op('Mul', [total, graph.scalar(1 / fixedShape(student)[0]!)]);
  return graph.op('Sub', [graph.scalar(1), mean]);
}

/** The mean over rows of −softmax(teacher) · log softmax(student). */
function softCrossEntropy(graph: GraphBuilder, teacher: GraphValue, student: GraphValue): GraphValue {
  const wanted = graph.op('Softmax', [teacher], { axis: 1 });
  const given = graph.op('LogSoftmax', [student], { axis: 1 });
  const total = graph.op('ReduceSum', [graph.op('Mul', [wanted, given])], { keepdims: 0 });
  return graph.op('Mul', [total, graph.scalar(-1 / fixedShape(student)[0]!)]);
}
