import { RUNTIME_DOMAIN } from '../../../../src/core/onnx/graphBuilder.ts';
import { productShapes } from '../../../../src/core/onnx/shapes/products.ts';
import { testShapes, type RefusedCase, type ShapeCase } from './shapeCases.ts';

const fused = { opType: 'FusedMatMul', domain: RUNTIME_DOMAIN };

const cases: readonly ShapeCase[] = [
  {
    opType: 'MatMul',
    inputs: [
      [2, 3],
      [3, 4],
    ],
  },
  { opType: 'MatMul', inputs: [[3], [3, 4]] },
  { opType: 'MatMul', inputs: [[2, 3], [3]] },
  { opType: 'MatMul', inputs: [[3], [3]] },
  {
    opType: 'MatMul',
    inputs: [
      [2, 1, 4, 3],
      [5, 3, 6],
    ],
  },
  { opType: 'Gemm', inputs: [[2, 3], [3, 4], [4]] },
  {
    opType: 'Gemm',
    inputs: [
      [3, 2],
      [4, 3],
      [2, 1],
    ],
    attributes: { transA: 1, transB: 1 },
  },
  {
    opType: 'Gemm',
    inputs: [
      [2, 3],
      [3, 4],
    ],
  },
  {
    ...fused,
    inputs: [
      [2, 3],
      [4, 3],
    ],
    attributes: { transB: 1 },
  },
  {
    ...fused,
    inputs: [
      [5, 3, 2],
      [5, 3, 4],
    ],
    attributes: { transA: 1 },
  },
  {
    opType: 'Einsum',
    inputs: [
      [2, 3, 4, 5],
      [2, 3, 6, 5],
    ],
    attributes: { equation: 'bhid,bhjd->bhij' },
  },
  {
    opType: 'Einsum',
    inputs: [
      [2, 3],
      [3, 4],
    ],
    attributes: { equation: 'ij, jk' },
  },
  { opType: 'Einsum', inputs: [[2, 3]], attributes: { equation: 'ba' } },
  {
    opType: 'Einsum',
    inputs: [
      [2, 3],
      [2, 3],
    ],
    attributes: { equation: 'ij,ij->' },
  },
];

const refused: readonly RefusedCase[] = [
  {
    opType: 'MatMul',
    inputs: [
      [2, 3],
      [4, 5],
    ],
    reason: /the inner sizes 3 and 4 differ/,
  },
  { opType: 'MatMul', inputs: [[], [2]], reason: /a scalar is not a matrix/ },
  {
    opType: 'MatMul',
    inputs: [
      [2, 3, 4],
      [3, 4, 5],
    ],
    reason: /sizes 2 and 3 can't be broadcast/,
  },
  { opType: 'Gemm', inputs: [[2, 3], [3, 4], [3]], reason: /can't be broadcast/ },
  {
    opType: 'Gemm',
    inputs: [
      [2, 1],
      [1, 4],
      [3, 2, 4],
    ],
    reason: /the third input doesn't fit the product/,
  },
  {
    opType: 'Gemm',
    inputs: [
      [2, 3, 4],
      [4, 4],
    ],
    reason: /input 1 needs 2 dimensions/,
  },
  {
    ...fused,
    inputs: [
      [2, 3],
      [4, 3],
    ],
    reason: /the inner sizes 3 and 4 differ/,
  },
  {
    opType: 'Einsum',
    inputs: [
      [2, 3],
      [4, 5],
    ],
    attributes: { equation: 'ij,jk->ik' },
    reason: /j is both 3 and 4/,
  },
  { opType: 'Einsum', inputs: [[2, 3]], attributes: { equation: 'ij,jk->ik' }, reason: /is for 2 inputs/ },
  { opType: 'Einsum', inputs: [[2, 3]], attributes: { equation: 'ij->ik' }, reason: /k is in no input/ },
];

testShapes(productShapes, cases, refused);
