import { RUNTIME_DOMAIN, type GraphBuilder, type GraphValue } from '../../onnx/graphBuilder.ts';
import { normalizedRows } from './contrastiveLoss.ts';

/** ln of what cosines are multiplied by at the start, 1 / 0.07, and at most, 100, as in CLIP. */
export const INITIAL_LOG_SCALE = Math.log(1 / 0.07);
const LARGEST_LOG_SCALE = Math.log(100);

/** What cosines are multiplied by, as `imageTextLoss` takes its `logScale`. */
export function scaleOf(logScale: number): number {
  return Math.exp(Math.min(logScale, LARGEST_LOG_SCALE));
}

/**
 * The symmetric loss of CLIP: A. Radford et al., "Learning transferable visual models from natural language supervision",
 * ICML 2021, https://arxiv.org/abs/2103.00020. With s_ij = e^a · cos(image_i, text_j), the mean of
 *
 *     − 1/N Σ_i Σ_j m_ij · log softmax_j(s_ij)   and   − 1/N Σ_j Σ_i m_ji · log softmax_i(s_ij)
 *
 * so that each image has to find its text among those of the batch, and each text its image.
 *
 * @param images `[N, dim]`, not normalised
 * @param texts `[N, dim]`, not normalised
 * @param logScale a, a scalar, which may be learned; it counts up to ln 100
 * @param matches m, `[N, N]`, from `textMatches`
 */
export function imageTextLoss(
  graph: GraphBuilder,
  images: GraphValue,
  texts: GraphValue,
  logScale: GraphValue,
  matches: GraphValue,
): GraphValue {
  const [i, t] = [normalizedRows(graph, images), normalizedRows(graph, texts)];
  const cosines = graph.op('FusedMatMul', [i, t], { transB: 1 }, { domain: RUNTIME_DOMAIN });
  const scale = graph.op('Exp', [graph.op('Min', [logScale, graph.scalar(LARGEST_LOG_SCALE)])]);
  const similarities = graph.op('Mul', [cosines, scale]);
  const ofTexts = graph.op('Transpose', [matches], { perm: [1, 0] });
  const [amongTexts, amongImages] = [1, 0].map((axis) => {
    const weights = axis === 1 ? matches : ofTexts;
    const all = graph.op('ReduceLogSumExp', [similarities], { axes: [axis], keepdims: 0 });
    const matching = graph.op('ReduceSum', [graph.op('Mul', [weights, similarities]), graph.integers([axis])], {
      keepdims: 0,
    });
    return graph.op('ReduceMean', [graph.op('Sub', [all, matching])], { keepdims: 0 });
  }) as [GraphValue, GraphValue];
  const sum = graph.op('Add', [amongTexts, amongImages]);
  return graph.op('Mul', [sum, graph.scalar(0.5)], {}, { name: 'loss' });
}

/**
 * Which texts fit which images of a batch, `count × count` row by row: its own text, and others that say the same, to which an
 * image must not be pushed away from; together 1 for each image.
 *
 * @param texts of each image, equal numbers for equal texts
 */
export function textMatches(texts: ArrayLike<number>): Float32Array {
  const count = texts.length;
  const counts = new Map<number, number>();
  for (let i = 0; i < count; i++) counts.set(texts[i]!, (counts.get(texts[i]!) ?? 0) + 1);
  const matches = new Float32Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) if (texts[i] === texts[j]) matches[i * count + j] = 1 / counts.get(texts[i]!)!;
  }
  return matches;
}
