import type { GraphValue } from '../../onnx/graphBuilder.ts';
import { product, reduceToShape, reshape, scale, sizeOf } from '../emit.ts';
import type { GradientRules, GradientStep } from '../gradientStep.ts';

/** `alpha` · A · B, where either side may be read transposed. */
interface Factors {
  readonly a: GraphValue;
  readonly b: GraphValue;
  readonly gradient: GraphValue;
  readonly transA: boolean;
  readonly transB: boolean;
  readonly alpha: number;
}

function leftGradient(step: GradientStep, { a, b, gradient, transA, transB, alpha }: Factors): GraphValue {
  const result = transA
    ? product(step.graph, b, gradient, { transA: transB, transB: true, alpha })
    : product(step.graph, gradient, b, { transB: !transB, alpha });
  return reshape(step.graph, reduceToShape(step.graph, result, a.shape as number[]), step.sizes(0));
}

function rightGradient(step: GradientStep, { a, b, gradient, transA, transB, alpha }: Factors): GraphValue {
  const result = transB
    ? product(step.graph, gradient, a, { transA: true, transB: transA, alpha })
    : product(step.graph, a, gradient, { transA: !transA, alpha });
  return reshape(step.graph, reduceToShape(step.graph, result, b.shape as number[]), step.sizes(1));
}

function factorGradients(step: GradientStep, factors: Factors): (GraphValue | undefined)[] {
  return [
    step.needs(0) ? leftGradient(step, factors) : undefined,
    step.needs(1) ? rightGradient(step, factors) : undefined,
  ];
}

/**
 * The factors of a product of stacks of matrices. Vectors become rows and columns, and a stack times one and the same
 * matrix becomes a single product, so that the gradient of that matrix needs no sum over the stack.
 */
function stackedFactors(step: GradientStep): Factors {
  const { graph } = step;
  const transA = step.int('transA', 0) !== 0;
  const transB = step.int('transB', 0) !== 0;
  if (step.int('transBatchA', 0) !== 0 || step.int('transBatchB', 0) !== 0) {
    throw step.refuse('transBatchA and transBatchB are not supported');
  }
  const [sizesA, sizesB] = [step.sizes(0), step.sizes(1)];
  if ((transA && sizesA.length === 1) || (transB && sizesB.length === 1)) {
    throw step.refuse('a vector is to be transposed');
  }
  const left = sizesA.length === 1 ? [1, ...sizesA] : sizesA;
  const right = sizesB.length === 1 ? [...sizesB, 1] : sizesB;
  const [rows, columns] = [left.at(transA ? -1 : -2)!, right.at(transB ? -2 : -1)!];
  const inner = left.at(transA ? -2 : -1)!;
  const stack = (step.output.shape as number[]).slice(0, Math.max(left.length, right.length) - 2);
  const single = sizeOf(right.slice(0, -2)) === 1 && !transA;
  const shapes = single
    ? { a: [sizeOf(stack) * rows, inner], b: right.slice(-2), gradient: [sizeOf(stack) * rows, columns] }
    : { a: left, b: right, gradient: [...stack, rows, columns] };
  return {
    a: reshape(graph, step.value(0), shapes.a),
    b: reshape(graph, step.value(1), shapes.b),
    gradient: reshape(graph, step.gradient, shapes.gradient),
    transA,
    transB,
    alpha: step.float('alpha', 1),
  };
}

function gemm(step: GradientStep): (GraphValue | undefined)[] {
  const { graph, gradient } = step;
  const factors = {
    a: step.value(0),
    b: step.value(1),
    gradient,
    transA: step.int('transA', 0) !== 0,
    transB: step.int('transB', 0) !== 0,
    alpha: step.float('alpha', 1),
  };
  const bias = (): GraphValue => scale(graph, reduceToShape(graph, gradient, step.sizes(2)), step.float('beta', 1));
  return [...factorGradients(step, factors), step.needs(2) ? bias() : undefined];
}

export const productRules: GradientRules = {
  MatMul: (step) => factorGradients(step, stackedFactors(step)),
  'com.microsoft.FusedMatMul': (step) => factorGradients(step, stackedFactors(step)),
  Gemm: gemm,
};
