import { broadcastShapes } from './elementwise.ts';
import { sameDimension, type Dimension, type NodeView, type Shape, type ValueType } from './nodeView.ts';
import type { ShapeRules } from './rules.ts';

export function matrixProduct(node: NodeView, a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a.length === 0 || b.length === 0) throw node.fail('a scalar is not a matrix');
  // A vector stands for a row on the left and for a column on the right; that dimension is dropped in the result.
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  if (!sameDimension(left.at(-1)!, right.at(-2)!)) {
    throw node.fail(`the inner sizes ${left.at(-1)!} and ${right.at(-2)!} differ`);
  }
  const batch = broadcastShapes(node, [left.slice(0, -2), right.slice(0, -2)])!;
  return [...batch, ...(a.length === 1 ? [] : [left.at(-2)!]), ...(b.length === 1 ? [] : [right.at(-1)!])];
}

function transposed(shape: Shape | undefined, transpose: boolean): Shape | undefined {
  return shape === undefined || !transpose ? shape : [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];
}

function gemm(node: NodeView): ValueType[] {
  const a = transposed(node.shapeOfRank(0, 2), node.int('transA', 0) !== 0);
  const b = transposed(node.shapeOfRank(1, 2), node.int('transB', 0) !== 0);
  const shape = matrixProduct(node, a, b);
  const bias = node.has(2) ? node.shape(2) : undefined;
  if (shape !== undefined && bias !== undefined) {
    const sum = broadcastShapes(node, [shape, bias])!;
    if (sum.length > 2 || sum[0] !== shape[0] || sum[1] !== shape[1]) {
      throw node.fail("the third input doesn't fit the product");
    }
  }
  return [{ type: node.commonType(), shape }];
}

/** Sizes by the letters of an equation such as `bhid,bhjd->bhij`; undefined for equations with an ellipsis. */
function einsum(node: NodeView): Shape | undefined {
  const equation = node.text('equation', '').replaceAll(' ', '');
  if (equation.includes('.')) return undefined;
  const [left = '', right] = equation.split('->');
  const terms = left.split(',');
  if (terms.length !== node.inputs.length) throw node.fail(`${equation} is for ${terms.length} inputs`);
  const sizes = new Map<string, Dimension>();
  for (const [i, term] of terms.entries()) {
    const shape = node.shapeOfRank(i, term.length);
    if (shape === undefined) return undefined;
    Array.from(term).forEach((letter, axis) => {
      const known = sizes.get(letter) ?? shape[axis]!;
      if (!sameDimension(known, shape[axis]!)) throw node.fail(`${letter} is both ${known} and ${shape[axis]!}`);
      sizes.set(letter, typeof known === 'number' ? known : shape[axis]!);
    });
  }
  // Without a right side: the letters that occur once, in alphabetical order.
  const once = [...sizes.keys()].filter((letter) => left.split(letter).length === 2).sort();
  return Array.from(right ?? once).map((letter) => {
    const size = sizes.get(letter);
    if (size === undefined) throw node.fail(`${letter} is in no input`);
    return size;
  });
}

export const productShapes: ShapeRules = {
  Einsum: (node) => [{ type: node.commonType(), shape: einsum(node) }],
  Gemm: gemm,
  MatMul: (node) => [{ type: node.commonType([0, 1]), shape: matrixProduct(node, node.shape(0), node.shape(1)) }],
  // ONNX Runtime's own: a matrix product that reads either side transposed.
  FusedMatMul: (node) => [
    {
      type: node.commonType([0, 1]),
      shape: matrixProduct(
        node,
        transposed(node.shape(0), node.int('transA', 0) !== 0),
        transposed(node.shape(1), node.int('transB', 0) !== 0),
      ),
    },
  ],
};
