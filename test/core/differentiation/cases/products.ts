import { gradientCase, operatorCase, type GradientCase } from './gradientCase.ts';

const SHAPES: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ['of matrices', [3, 4], [4, 2]],
  ['of stacks', [2, 3, 4], [2, 4, 2]],
  ['of a stack and one matrix', [2, 3, 4], [4, 2]],
  ['of a stack and a stack of one', [2, 3, 4], [1, 4, 2]],
  ['of one matrix and a stack', [3, 4], [2, 4, 2]],
  ['of stacks that are broadcast', [2, 1, 3, 2], [3, 2, 2]],
  ['of a matrix and a vector', [3, 4], [4]],
  ['of a vector and a matrix', [3], [3, 4]],
  ['of vectors', [5], [5]],
  ['of a stack and a vector', [2, 3, 4], [4]],
  ['of a vector and a stack', [3], [2, 3, 4]],
];

const flip = (shape: readonly number[], turned: number): readonly number[] => {
  return turned === 0 ? shape : [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];
};

const TRANSPOSITIONS: readonly (readonly [number, number])[] = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

const transposedCases = (
  opType: string,
  shapes: readonly (readonly [string, readonly number[], readonly number[]])[],
): GradientCase[] =>
  TRANSPOSITIONS.flatMap(([transA, transB]) =>
    shapes.map(([detail, a, b]) => {
      const name = `${detail}, transA ${transA}, transB ${transB}`;
      return operatorCase(opType, name, [flip(a, transA), flip(b, transB)], { transA, transB, alpha: { float: 0.7 } });
    }),
  );

export const productCases: readonly GradientCase[] = [
  ...SHAPES.map(([detail, a, b]) => operatorCase('MatMul', detail, [a, b])),
  ...transposedCases('FusedMatMul', SHAPES.slice(0, 6)),
  ...transposedCases('Gemm', SHAPES.slice(0, 1)),
  operatorCase('Gemm', 'with a bias', [[3, 4], [4, 2], [2]], { beta: { float: 0.4 } }),
  operatorCase('Gemm', 'with a bias per row', [
    [3, 4],
    [4, 2],
    [3, 1],
  ]),
  operatorCase(
    'Gemm',
    'with a matrix added',
    [
      [3, 4],
      [4, 2],
      [3, 2],
    ],
    { alpha: { float: 2 } },
  ),
  operatorCase('Gemm', 'with a number added', [[3, 4], [4, 2], []], { beta: { float: -1 } }),
  gradientCase('FusedMatMul of a value with itself', [[3, 4]], (graph, x) => {
    return graph.op('FusedMatMul', [x, x], { transB: 1, alpha: { float: 2 } }, { domain: 'com.microsoft' });
  }),
];
