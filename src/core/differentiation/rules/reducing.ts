import type { GraphValue } from '../../onnx/graphBuilder.ts';
import { expand, mask, range, reshape, scalarLike, scale, sizeOf, sumOver } from '../emit.ts';
import type { GradientRule, GradientRules, GradientStep } from '../gradientStep.ts';

/** A reduction; output and gradient as if the reduced dimensions were kept. */
interface Reduction {
  readonly input: GraphValue;
  readonly axes: readonly number[];
  readonly output: () => GraphValue;
  readonly gradient: GraphValue;
}

function reductionOf(step: GradientStep): Reduction {
  const sizes = step.sizes(0);
  const listed = step.axes(1, sizes.length);
  if (listed === undefined) throw step.refuse('its axes are not constant');
  const nothing = step.int('noop_with_empty_axes', 0) !== 0;
  const axes = listed !== 'none' && listed.length > 0 ? listed : nothing ? [] : range(sizes.length);
  const kept = sizes.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return {
    input: step.value(0),
    axes,
    output: () => reshape(step.graph, step.output, kept),
    gradient: reshape(step.graph, step.gradient, kept),
  };
}

/** A rule whose result, as far as it was broadcast only, is expanded to the input. */
function reduction(gradientOf: (step: GradientStep, reduction: Reduction) => GraphValue): GradientRule {
  return (step) => [expand(step.graph, gradientOf(step, reductionOf(step)), step.sizes(0))];
}

/** The gradient of a maximum or minimum: elements that are equal to it share it. */
export function sharedAmongEqual(
  step: GradientStep,
  output: GraphValue,
  gradient: GraphValue,
  axes: readonly number[],
): GraphValue {
  const chosen = mask(step.graph, step.op('Equal', [step.value(0), output]), gradient);
  const share = step.op('Div', [gradient, sumOver(step.graph, chosen, axes)]);
  return step.op('Mul', [chosen, share]);
}

/** x / ‖x‖ times the gradient; 0 where the norm is 0, which has no derivative there. */
function euclidean(step: GradientStep, { input, output, gradient }: Reduction): GraphValue {
  const length = output();
  const [zero, one] = [scalarLike(step.graph, length, 0), scalarLike(step.graph, length, 1)];
  const divisor = step.op('Where', [step.op('Equal', [length, zero]), one, length]);
  return step.op('Mul', [input, step.op('Div', [gradient, divisor])]);
}

export const reducingRules: GradientRules = {
  ReduceSum: reduction((_, { gradient }) => gradient),
  ReduceMean: reduction((step, { axes, gradient }) => {
    return scale(step.graph, gradient, 1 / sizeOf(axes.map((axis) => step.sizes(0)[axis]!)));
  }),
  ReduceMax: reduction((step, { output, gradient, axes }) => sharedAmongEqual(step, output(), gradient, axes)),
  ReduceMin: reduction((step, { output, gradient, axes }) => sharedAmongEqual(step, output(), gradient, axes)),
  ReduceLogSumExp: reduction((step, { input, output, gradient }) => {
    return step.op('Mul', [step.op('Exp', [step.op('Sub', [input, output()])]), gradient]);
  }),
  ReduceSumSquare: reduction((step, { input, gradient }) => step.op('Mul', [input, scale(step.graph, gradient, 2)])),
  ReduceL1: reduction((step, { input, gradient }) => step.op('Mul', [step.op('Sign', [input]), gradient])),
  ReduceL2: reduction(euclidean),
};
