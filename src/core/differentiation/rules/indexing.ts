import type { GraphValue } from '../../onnx/graphBuilder.ts';
import { expand, reshape, sizeOf } from '../emit.ts';
import type { GradientRules, GradientStep } from '../gradientStep.ts';
import { scatterAdd } from '../scatter.ts';
import { placed } from './arranging.ts';

/** An element taken several times gets the sum of the gradients. */
function gathered(step: GradientStep): GraphValue[] {
  const { graph, gradient } = step;
  const sizes = step.sizes(0);
  const axis = step.axis(step.int('axis', 0), sizes.length);
  const count = sizeOf(step.sizes(1));
  const [outer, size, inner] = [sizes.slice(0, axis), sizes[axis]!, sizes.slice(axis + 1)];
  const single = count === 1 ? step.constants(1)?.[0] : undefined;
  if (single !== undefined) {
    const slice = reshape(graph, gradient, [...outer, 1, ...inner]);
    return [placed(step, slice, axis, single < 0 ? single + size : single, size)];
  }
  const flat = [sizeOf(outer), count, sizeOf(inner)];
  const indices = expand(graph, reshape(graph, step.value(1), [1, count, 1]), flat);
  const scattered = scatterAdd(step, flat.with(1, size), indices, reshape(graph, gradient, flat), 1);
  return [reshape(graph, scattered, sizes)];
}

function gatheredElements(step: GradientStep): GraphValue[] {
  const sizes = step.sizes(0);
  const axis = step.axis(step.int('axis', 0), sizes.length);
  return [scatterAdd(step, sizes, step.value(1), step.gradient, axis)];
}

export const indexingRules: GradientRules = {
  Gather: gathered,
  GatherElements: gatheredElements,
  OneHot: (step) => {
    if (step.needs(2)) throw step.refuse('the gradient of its two values is not known');
    return [];
  },
};
