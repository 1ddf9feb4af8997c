import { RUNTIME_DOMAIN, fixedShape, type GraphBuilder, type GraphValue } from '../../onnx/graphBuilder.ts';

/** Added to a logit to take it out of a softmax. */
const EXCLUDED = -1e9;
/** Smallest length that a row is divided by. */
const SMALLEST_NORM = 1e-12;

/** Which pairs of a batch attract each other, and among which they are to stand out. */
export interface PairTargets {
  readonly count: number;
  /** Weight of attraction of row i to row j, `count × count`; rows sum to 1, or to 0 for rows without a partner. */
  readonly positives: Float32Array;
  /** 1 where row j is in the denominator of row i, else 0, `count × count`. */
  readonly candidates: Float32Array;
}

/** Two rows that people decided on: they show the same thing, or they don't. */
export interface DecidedPair {
  readonly first: number;
  readonly second: number;
  readonly kind: 'same' | 'different';
}

/** Rows divided by their Euclidean lengths, `[N, dim]`. */
export function normalizedRows(graph: GraphBuilder, rows: GraphValue): GraphValue {
  const squares = graph.op('ReduceSum', [graph.op('Mul', [rows, rows]), graph.integers([1])], { keepdims: 1 });
  const lengths = graph.op('Sqrt', [graph.op('Max', [squares, graph.scalar(SMALLEST_NORM ** 2)])]);
  return graph.op('Div', [rows, lengths]);
}

/**
 * The contrastive loss of which NT-Xent, SupCon and DCL are special cases: the mean over all rows i that have a partner of
 *
 *     − Σ_j positives_ij · (s_ij − log Σ_k candidates_ik · exp(s_ik)),   s = cosine similarity / temperature
 *
 * @param z `[N, dim]`, not normalised
 * @param positives `[N, N]`, as in `PairTargets`
 * @param candidates `[N, N]`, as in `PairTargets`
 */
export function contrastiveLoss(
  graph: GraphBuilder,
  z: GraphValue,
  temperature: number,
  positives: GraphValue,
  candidates: GraphValue,
): GraphValue {
  const rows = normalizedRows(graph, z);
  const product = { transB: 1, alpha: { float: 1 / temperature } };
  const similarities = graph.op('FusedMatMul', [rows, rows], product, { domain: RUNTIME_DOMAIN });
  // 0 for candidates and EXCLUDED for the others.
  const one = graph.scalar(1);
  const exclusion = graph.op('Mul', [graph.op('Sub', [one, candidates]), graph.scalar(EXCLUDED)]);
  const axes = { axes: [1], keepdims: 0 };
  const denominators = graph.op('ReduceLogSumExp', [graph.op('Add', [similarities, exclusion])], axes);
  const attraction = graph.op('ReduceSum', [graph.op('Mul', [positives, similarities]), graph.integers([1])], {
    keepdims: 0,
  });
  // Rows without a partner have weight 0; the others 1.
  const weights = graph.op('ReduceSum', [positives, graph.integers([1])], { keepdims: 0 });
  const losses = graph.op('Sub', [graph.op('Mul', [weights, denominators]), attraction]);
  const total = graph.op('ReduceSum', [losses], { keepdims: 0 });
  const partnered = graph.op('Max', [graph.op('ReduceSum', [weights], { keepdims: 0 }), one]);
  return graph.op('Div', [total, partnered], {}, { name: 'loss' });
}

/**
 * NT-Xent: T. Chen et al., "A simple framework for contrastive learning of visual representations", ICML 2020,
 * https://arxiv.org/abs/2002.05709. Rows i and i + count / 2 are views of one image.
 */
export function ntXentTargets(count: number): PairTargets {
  const positives = new Float32Array(count * count);
  const candidates = new Float32Array(count * count).fill(1);
  for (let row = 0; row < count; row++) {
    positives[row * count + partnerOf(row, count)] = 1;
    candidates[row * count + row] = 0;
  }
  return { count, positives, candidates };
}

/**
 * Decoupled contrastive learning: C.-H. Yeh et al., ECCV 2022, https://arxiv.org/abs/2110.06848. As NT-Xent, without the
 * positive pair in the denominator.
 */
export function decoupledTargets(count: number): PairTargets {
  const targets = ntXentTargets(count);
  for (let row = 0; row < count; row++) targets.candidates[row * count + partnerOf(row, count)] = 0;
  return targets;
}

/**
 * Supervised contrastive learning, the loss with the sum outside the logarithm: P. Khosla et al., NeurIPS 2020,
 * https://arxiv.org/abs/2004.11362. Rows of one label attract each other; rows without a label only their partner.
 *
 * @param labels of each row; negative ones stand for no label
 */
export function supervisedTargets(labels: Int32Array): PairTargets {
  const count = labels.length;
  const targets = ntXentTargets(count);
  for (let row = 0; row < count; row++) {
    for (let other = 0; other < count; other++) {
      if (other !== row && labels[row]! >= 0 && labels[row] === labels[other])
        targets.positives[row * count + other] = 1;
    }
  }
  normalizeRows(targets);
  return targets;
}

/**
 * Applies what people decided: pairs that are the same attract each other, pairs that differ don't, whatever their labels
 * say. With `mask`, the same ones only stop repelling each other. A row that is left without anything to stand out among
 * counts no more.
 */
export function applyDecisions(targets: PairTargets, pairs: readonly DecidedPair[], same: 'attract' | 'mask'): void {
  const { count, positives, candidates } = targets;
  for (const { first, second, kind } of pairs) {
    for (const [row, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const at = row * count + other;
      if (other === partnerOf(row, count) || other === row) continue;
      const attracts = kind === 'same' && same === 'attract';
      positives[at] = attracts ? 1 : 0;
      // What attracts is in the denominator where the partner is: not in DCL's.
      const candidate = attracts ? candidates[row * count + partnerOf(row, count)]! : 1;
      candidates[at] = kind === 'same' && same === 'mask' ? 0 : candidate;
    }
  }
  for (let row = 0; row < count; row++) {
    const [start, end] = [row * count, (row + 1) * count];
    if (!candidates.subarray(start, end).includes(1)) positives.fill(0, start, end);
  }
  normalizeRows(targets);
}

function normalizeRows({ count, positives }: PairTargets): void {
  for (let row = 0; row < count; row++) {
    const weights = positives.subarray(row * count, (row + 1) * count);
    let partners = 0;
    for (const weight of weights) if (weight > 0) partners++;
    for (let i = 0; i < count; i++) if (weights[i]! > 0) weights[i] = 1 / partners;
  }
}

function partnerOf(row: number, count: number): number {
  return (row + count / 2) % count;
}

/**
 * InfoNCE with negatives given apart (A. van den Oord et al., https://arxiv.org/abs/1807.03748), the same ones for all
 * anchors: the mean over i of −log(e^{a_i·p_i/τ} / (e^{a_i·p_i/τ} + Σ_m e^{a_i·n_m/τ})), all rows normalised.
 *
 * @param anchors `[N, dim]`
 * @param positives `[N, dim]`
 * @param negatives `[M, dim]`
 */
export function infoNceLoss(
  graph: GraphBuilder,
  anchors: GraphValue,
  positives: GraphValue,
  negatives: GraphValue,
  temperature: number,
): GraphValue {
  const [a, p, n] = [anchors, positives, negatives].map((rows) => normalizedRows(graph, rows)) as [
    GraphValue,
    GraphValue,
    GraphValue,
  ];
  const scale = graph.scalar(1 / temperature);
  const matching = graph.op('ReduceSum', [graph.op('Mul', [a, p]), graph.integers([1])], { keepdims: 1 });
  const positive = graph.op('Mul', [matching, scale]);
  const product = { transB: 1, alpha: { float: 1 / temperature } };
  const others = graph.op('FusedMatMul', [a, n], product, { domain: RUNTIME_DOMAIN });
  const logits = graph.op('Concat', [positive, others], { axis: 1 });
  const denominators = graph.op('ReduceLogSumExp', [logits], { axes: [1], keepdims: 1 });
  const losses = graph.op('Sub', [denominators, positive]);
  const total = graph.op('ReduceSum', [losses], { keepdims: 0 });
  return graph.op('Mul', [total, graph.scalar(1 / fixedShape(anchors)[0]!)], {}, { name: 'loss' });
}
