import type { GraphBuilder, GraphValue } from '../onnx/graphBuilder.ts';
import type { ParameterRole, ParameterSpec } from './parameters.ts';

export type OptimizerConfig =
  | {
      /** Stochastic gradient descent with momentum, PyTorch's convention: v ← m·v + g + λw, w ← w − lr·v. */
      readonly kind: 'sgd';
      readonly momentum: number;
      readonly weightDecay: number;
      readonly nesterov?: boolean;
      /** True keeps weight decay from biases and normalisations, which matters where little is to change. */
      readonly weightsOnly?: boolean;
    }
  | {
      /** I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", https://arxiv.org/abs/1711.05101. */
      readonly kind: 'adamw';
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      readonly weightDecay: number;
    }
  | {
      /** Y. You et al., https://arxiv.org/abs/1708.03888, with the learning rate inside the momentum (as in SimCLR). */
      readonly kind: 'lars';
      readonly momentum: number;
      readonly weightDecay: number;
      /** Trust coefficient, η. */
      readonly trust: number;
    };

/** What the graph takes with every step besides the state. */
export interface StepInputs {
  readonly learningRate: GraphValue;
  /** 1 / (1 − βᵗ) of AdamW's two moments at step t ≥ 1, as scalars; the other optimisers have none. */
  readonly corrections: readonly GraphValue[];
}

/** Names of the moments that an optimiser keeps of each parameter, in order. */
export function momentNames({ kind }: OptimizerConfig): readonly string[] {
  return kind === 'adamw' ? ['firstMoment', 'secondMoment'] : ['velocity'];
}

/** Values of `StepInputs.corrections`. @param step counted from 1 */
export function biasCorrections(config: OptimizerConfig, step: number): readonly number[] {
  if (config.kind !== 'adamw') return [];
  return [config.beta1, config.beta2].map((beta) => 1 / (1 - beta ** step));
}

export interface ParameterUpdate {
  readonly next: GraphValue;
  readonly moments: readonly GraphValue[];
}

/**
 * Writes one parameter's step.
 *
 * Biases and normalisation parameters are left out of LARS's weight decay and trust ratio and of AdamW's weight decay, as
 * the recipes have it; the SGD recipes for pretraining let all parameters decay. LARS takes classifiers as they are too, as
 * in SimCLR's published code: a trust ratio would keep one that starts at zero there.
 */
export function parameterUpdate(
  graph: GraphBuilder,
  config: OptimizerConfig,
  spec: ParameterSpec,
  values: { readonly parameter: GraphValue; readonly gradient: GraphValue; readonly moments: readonly GraphValue[] },
  inputs: StepInputs,
): ParameterUpdate {
  const math = new Arithmetic(graph);
  switch (config.kind) {
    case 'sgd':
      return sgd(math, config, spec, values, inputs);
    case 'adamw':
      return adamW(math, config, spec, values, inputs);
    case 'lars':
      return lars(math, config, spec, values, inputs);
  }
}

type Config<K extends OptimizerConfig['kind']> = Extract<OptimizerConfig, { kind: K }>;
type Values = Parameters<typeof parameterUpdate>[3];

function sgd(
  math: Arithmetic,
  { momentum, weightDecay, nesterov = false, weightsOnly = false }: Config<'sgd'>,
  { role }: ParameterSpec,
  { parameter, gradient, moments: [velocity] }: Values,
  { learningRate }: StepInputs,
): ParameterUpdate {
  const decayed = weightsOnly && !isWeight(role) ? gradient : math.addScaled(gradient, parameter, weightDecay);
  const next = math.addScaled(decayed, velocity!, momentum);
  const direction = nesterov ? math.addScaled(decayed, next, momentum) : next;
  return { next: math.subtract(parameter, math.multiply(direction, learningRate)), moments: [next] };
}

function adamW(
  math: Arithmetic,
  { beta1, beta2, epsilon, weightDecay }: Config<'adamw'>,
  { role }: ParameterSpec,
  { parameter, gradient, moments }: Values,
  { learningRate, corrections }: StepInputs,
): ParameterUpdate {
  const first = math.addScaled(math.scale(moments[0]!, beta1), gradient, 1 - beta1);
  const second = math.addScaled(math.scale(moments[1]!, beta2), math.multiply(gradient, gradient), 1 - beta2);
  const root = math.squareRoot(math.multiply(second, corrections[1]!));
  const ratio = math.divide(math.multiply(first, corrections[0]!), math.addConstant(root, epsilon));
  const direction = isWeight(role) ? math.addScaled(ratio, parameter, weightDecay) : ratio;
  return { next: math.subtract(parameter, math.multiply(direction, learningRate)), moments: [first, second] };
}

function lars(
  math: Arithmetic,
  { momentum, weightDecay, trust }: Config<'lars'>,
  { role }: ParameterSpec,
  { parameter, gradient, moments: [velocity] }: Values,
  { learningRate }: StepInputs,
): ParameterUpdate {
  const adapted = role === 'weight';
  const decayed = adapted ? math.addScaled(gradient, parameter, weightDecay) : gradient;
  const rate = adapted ? math.multiply(learningRate, math.trustRatio(parameter, decayed, trust)) : learningRate;
  const next = math.addScaled(math.multiply(decayed, rate), velocity!, momentum);
  return { next: math.subtract(parameter, next), moments: [next] };
}

function isWeight(role: ParameterRole): boolean {
  return role === 'weight' || role === 'classifier';
}

/** The few formulas above in nodes. */
class Arithmetic {
  readonly #graph: GraphBuilder;

  constructor(graph: GraphBuilder) {
    this.#graph = graph;
  }

  multiply(a: GraphValue, b: GraphValue): GraphValue {
    return this.#graph.op('Mul', [a, b]);
  }

  divide(a: GraphValue, b: GraphValue): GraphValue {
    return this.#graph.op('Div', [a, b]);
  }

  subtract(a: GraphValue, b: GraphValue): GraphValue {
    return this.#graph.op('Sub', [a, b]);
  }

  squareRoot(a: GraphValue): GraphValue {
    return this.#graph.op('Sqrt', [a]);
  }

  addConstant(a: GraphValue, constant: number): GraphValue {
    return this.#graph.op('Add', [a, this.#graph.scalar(constant)]);
  }

  scale(a: GraphValue, factor: number): GraphValue {
    return this.#graph.op('Mul', [a, this.#graph.scalar(factor)]);
  }

  /** a + factor · b */
  addScaled(a: GraphValue, b: GraphValue, factor: number): GraphValue {
    return factor === 0 ? a : this.#graph.op('Add', [a, this.scale(b, factor)]);
  }

  /** trust · ‖parameter‖ / ‖gradient‖ where both are positive, else 1. */
  trustRatio(parameter: GraphValue, gradient: GraphValue, trust: number): GraphValue {
    const graph = this.#graph;
    const [weights, gradients] = [parameter, gradient].map((value) => {
      return this.squareRoot(graph.op('ReduceSumSquare', [value], { keepdims: 0 }));
    }) as [GraphValue, GraphValue];
    const zero = graph.scalar(0);
    const both = graph.op('And', [graph.op('Greater', [weights, zero]), graph.op('Greater', [gradients, zero])]);
    const one = graph.scalar(1);
    const divisor = graph.op('Where', [both, gradients, one]);
    return graph.op('Where', [both, this.scale(this.divide(weights, divisor), trust), one]);
  }
}
