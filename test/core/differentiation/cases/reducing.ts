import type { Attributes } from '../../../../src/core/onnx/attributes.ts';
import { gradientCase, operatorCase, positive, type GradientCase } from './gradientCase.ts';

const FORMS: readonly (readonly [string, Attributes])[] = [
  ['over everything', {}],
  ['over everything, without dimensions', { keepdims: 0 }],
  ['over the last axis', { axes: [-1] }],
  ['over the first axis, dropped', { axes: [0], keepdims: 0 }],
  ['over two axes', { axes: [0, 2] }],
  ['over two axes, dropped', { axes: [2, 1], keepdims: 0 }],
  ['over two axes counted from behind', { axes: [-3, -1] }],
  ['over two axes counted from behind, dropped', { axes: [-1, -2], keepdims: 0 }],
];

/** In operator set 17 the axes are an attribute, except for ReduceSum. */
const reductions = (opType: string): GradientCase[] => {
  return FORMS.map(([detail, attributes]) => operatorCase(opType, detail, [positive(2, 3, 2)], attributes));
};

const withAxesInput = (
  opType: string,
  detail: string,
  axes: readonly number[],
  attributes: Attributes,
  opset?: number,
) =>
  gradientCase(
    `${opType} ${detail}`,
    [[2, 3, 2]],
    (graph, x) => graph.op(opType, [x, graph.integers(axes)], attributes),
    opset,
  );

export const reducingCases: readonly GradientCase[] = [
  ...['ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceLogSumExp', 'ReduceL1', 'ReduceL2', 'ReduceSumSquare'].flatMap(
    reductions,
  ),
  operatorCase('ReduceL2', 'of any sign', [[3, 4]], { axes: [1] }),
  operatorCase('ReduceL1', 'of any sign', [[3, 4]], { axes: [1] }),
  operatorCase('ReduceSum', 'over everything', [[2, 3]]),
  withAxesInput('ReduceSum', 'over the last axis', [-1], {}),
  withAxesInput('ReduceSum', 'over two axes, dropped', [0, 1], { keepdims: 0 }),
  withAxesInput('ReduceSum', 'over two axes that are apart', [2, 0], {}),
  withAxesInput('ReduceSum', 'over the first axis', [-3], { keepdims: 0 }),
  withAxesInput('ReduceSum', 'over an empty list of axes', [], {}),
  withAxesInput('ReduceSum', 'that does nothing', [], { noop_with_empty_axes: 1 }),
  withAxesInput('ReduceMean', 'with axes as an input', [0, 2], { keepdims: 0 }, 18),
  withAxesInput('ReduceMax', 'with axes as an input', [1], {}, 18),
];
