import { scalarLike, type AddNode } from './rewrite.ts';
import type { Operand, SourceNode } from './sourceNode.ts';

/**
 * x · Φ(x) as two factors: the half of x, and one more than the error function of x / √2 or, approximately, than a hyperbolic
 * tangent.
 *
 * @param node of whose element type the constants are
 */
export function geluFactors(node: SourceNode, add: AddNode, x: Operand, approximate: boolean): [Operand, Operand] {
  const constant = (value: number) => scalarLike(node, value);
  let curve;
  if (approximate) {
    const cubic = add('Mul', [add('Mul', [x, x]), add('Mul', [x, constant(0.044715)])]);
    curve = add('Tanh', [add('Mul', [add('Add', [x, cubic]), constant(Math.sqrt(2 / Math.PI))])]);
  } else {
    curve = add('Erf', [add('Mul', [x, constant(Math.SQRT1_2)])]);
  }
  return [add('Mul', [x, constant(0.5)]), add('Add', [curve, constant(1)])];
}
