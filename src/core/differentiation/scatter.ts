import type { GraphValue } from '../onnx/graphBuilder.ts';
import { filled } from './emit.ts';
import type { GradientStep } from './gradientStep.ts';

/** The oldest operator set in which `ScatterElements` can add. */
const ADDING_OPSET = 16;

/**
 * Zeros of the given sizes with updates added where the indices say, those for one place together; the indices have the
 * shape of the updates and count along the axis. Throws no-gradient for operator sets that can't.
 */
export function scatterAdd(
  step: GradientStep,
  sizes: readonly number[],
  indices: GraphValue,
  updates: GraphValue,
  axis: number,
): GraphValue {
  if (step.graph.opset < ADDING_OPSET) {
    throw step.refuse(`its gradient needs operator set ${ADDING_OPSET} or newer, not ${step.graph.opset}`);
  }
  const zeros = filled(step.graph, sizes, 0, updates.type);
  return step.op('ScatterElements', [zeros, indices, updates], { axis, reduction: 'add' });
}
