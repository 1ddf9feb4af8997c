import type { GraphValue } from '../../onnx/graphBuilder.ts';
import { elementCount } from '../../onnx/shapes/nodeView.ts';
import { cast, mask, reduceToShape, scalarLike, scale } from '../emit.ts';
import type { GradientRules, GradientStep } from '../gradientStep.ts';

/** A contribution to an input that was broadcast. */
function reduced(step: GradientStep, index: number, gradient: GraphValue): GraphValue {
  return reduceToShape(step.graph, gradient, step.sizes(index));
}

/** The number in a constant input of one element. */
function constantScalar(step: GradientStep, index: number): number | undefined {
  const { shape } = step.value(index);
  return shape !== undefined && elementCount(shape) === 1 ? step.constants(index)?.[0] : undefined;
}

function quotient(step: GradientStep): (GraphValue | undefined)[] {
  const [needsA, needsB] = [step.needs(0), step.needs(1)];
  const share = step.op('Div', [step.gradient, step.value(1)]);
  return [
    needsA ? reduced(step, 0, share) : undefined,
    needsB ? step.op('Neg', [reduced(step, 1, step.op('Mul', [share, step.output]))]) : undefined,
  ];
}

function power(step: GradientStep): (GraphValue | undefined)[] {
  return [step.needs(0) ? baseGradient(step) : undefined, step.needs(1) ? exponentGradient(step) : undefined];
}

function baseGradient(step: GradientStep): GraphValue | undefined {
  const { graph, gradient } = step;
  const base = step.value(0);
  const constant = constantScalar(step, 1);
  if (constant === 0) return undefined;
  if (constant === 1) return reduced(step, 0, gradient);
  if (constant === 2) return reduced(step, 0, step.op('Mul', [gradient, scale(graph, base, 2)]));
  if (constant === 0.5) return reduced(step, 0, step.op('Div', [scale(graph, gradient, 0.5), step.output]));
  if (constant !== undefined) {
    const slope = scale(graph, step.op('Pow', [base, scalarLike(graph, base, constant - 1)]), constant);
    return reduced(step, 0, step.op('Mul', [gradient, slope]));
  }
  const exponent = cast(graph, step.value(1), base.type);
  const slope = step.op('Mul', [
    exponent,
    step.op('Pow', [base, step.op('Sub', [exponent, scalarLike(graph, base, 1)])]),
  ]);
  // 0 to the power of 0 is 1 whatever the base does, but its formula multiplies 0 by infinity.
  const zero = scalarLike(graph, base, 0);
  const safe = step.op('Where', [step.op('Equal', [exponent, zero]), zero, slope]);
  return reduced(step, 0, step.op('Mul', [gradient, safe]));
}

function exponentGradient(step: GradientStep): GraphValue {
  const base = step.value(0);
  const zero = scalarLike(step.graph, base, 0);
  const slope = step.op('Mul', [step.output, step.op('Log', [base])]);
  // Powers of 0 stay 0, where the formula multiplies 0 by minus infinity.
  const safe = step.op('Where', [step.op('Equal', [base, zero]), zero, slope]);
  return reduced(step, 1, step.op('Mul', [step.gradient, safe]));
}

/** For the largest or smallest of several inputs: where some are equal, the first that needs a gradient takes it. */
function extreme(step: GradientStep): (GraphValue | undefined)[] {
  const last = step.inputs.findLastIndex((_, i) => step.needs(i));
  let left = step.gradient;
  return step.inputs.map((_, i) => {
    if (!step.needs(i)) return undefined;
    if (step.inputs.length === 1) return left;
    const chosen = mask(step.graph, step.op('Equal', [step.value(i), step.output]), left);
    const share = step.op('Mul', [left, chosen]);
    if (i < last) left = step.op('Sub', [left, share]);
    return reduced(step, i, share);
  });
}

function sum(factor: (inputs: number) => number): (step: GradientStep) => (GraphValue | undefined)[] {
  return (step) =>
    step.inputs.map((_, i) => {
      if (!step.needs(i)) return undefined;
      return scale(step.graph, reduced(step, i, step.gradient), factor(step.inputs.length));
    });
}

/** A choice, unlike a product with a mask, keeps what isn't chosen out even where it isn't finite. */
function choice(step: GradientStep): (GraphValue | undefined)[] {
  const condition = step.value(0);
  const zero = scalarLike(step.graph, step.gradient, 0);
  return [
    undefined,
    step.needs(1) ? reduced(step, 1, step.op('Where', [condition, step.gradient, zero])) : undefined,
    step.needs(2) ? reduced(step, 2, step.op('Where', [condition, zero, step.gradient])) : undefined,
  ];
}

/** A rule for one input: its gradient is that of the output times a slope. */
function sloped(slopeOf: (step: GradientStep) => GraphValue): (step: GradientStep) => GraphValue[] {
  return (step) => [step.op('Mul', [step.gradient, slopeOf(step)])];
}

export const elementwiseRules: GradientRules = {
  Identity: (step) => [step.gradient],
  Add: sum(() => 1),
  Sum: sum(() => 1),
  Mean: sum((inputs) => 1 / inputs),
  Sub: (step) => [
    step.needs(0) ? reduced(step, 0, step.gradient) : undefined,
    step.needs(1) ? step.op('Neg', [reduced(step, 1, step.gradient)]) : undefined,
  ],
  Mul: (step) =>
    [0, 1].map((i) =>
      step.needs(i) ? reduced(step, i, step.op('Mul', [step.gradient, step.value(1 - i)])) : undefined,
    ),
  Div: quotient,
  Pow: power,
  Max: extreme,
  Min: extreme,
  Where: choice,
  Neg: (step) => [step.op('Neg', [step.gradient])],
  Exp: sloped(({ output }) => output),
  Sin: sloped((step) => step.op('Cos', [step.value(0)])),
  Cos: sloped((step) => step.op('Neg', [step.op('Sin', [step.value(0)])])),
  /** 0 at 0. */
  Abs: sloped((step) => step.op('Sign', [step.value(0)])),
  Log: (step) => [step.op('Div', [step.gradient, step.value(0)])],
  Sqrt: (step) => [step.op('Div', [scale(step.graph, step.gradient, 0.5), step.output])],
  Reciprocal: (step) => [step.op('Neg', [step.op('Mul', [step.gradient, step.op('Mul', [step.output, step.output])])])],
  Erf: sloped((step) => {
    const square = step.op('Mul', [step.value(0), step.value(0)]);
    return scale(step.graph, step.op('Exp', [step.op('Neg', [square])]), 2 / Math.sqrt(Math.PI));
  }),
  /** Passes the gradient on at the bounds too. */
  Clip: (step) => {
    step.onlyFirst(1);
    const inside = mask(step.graph, step.op('Equal', [step.value(0), step.output]), step.gradient);
    return [step.op('Mul', [step.gradient, inside])];
  },
  Cast: (step) => [cast(step.graph, step.gradient, step.value(0).type)],
  Dropout: (step) => {
    if (step.has(2) && step.constants(2)?.[0] !== 0) throw step.refuse('its random choices are not known');
    return [step.gradient];
  },
};
