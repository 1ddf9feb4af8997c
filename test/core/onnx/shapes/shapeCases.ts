import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode, LikenessError } from '../../../../src/core/errors.ts';
import type { Attributes } from '../../../../src/core/onnx/attributes.ts';
import { GraphBuilder, type Dimension, type GraphValue } from '../../../../src/core/onnx/graphBuilder.ts';
import { DataType, type DataTypeName, type OnnxTensor } from '../../../../src/core/onnx/model.ts';
import type { ShapeRules } from '../../../../src/core/onnx/shapes/rules.ts';
import { GraphRunner } from '../../../graphRunner.ts';

/** Dimensions of a float32 input, or of an input converted to another type, or a constant; undefined leaves it out. */
export type CaseInput =
  | readonly number[]
  | { readonly dims: readonly number[]; readonly type: DataTypeName }
  | { readonly constant: OnnxTensor }
  | undefined;

export interface ShapeCase {
  readonly opType: string;
  readonly inputs: readonly CaseInput[];
  readonly attributes?: Attributes;
  readonly outputs?: number;
  readonly domain?: string;
  /** Operator set; 17 by default. */
  readonly opset?: number;
  /** False where the operator can't take a size that isn't fixed. */
  readonly symbolic?: boolean;
}

export interface RefusedCase extends ShapeCase {
  readonly reason: RegExp;
}

interface Built {
  readonly graph: GraphBuilder;
  readonly feeds: Record<string, { dims: readonly number[]; data: Float32Array }>;
  readonly values: readonly GraphValue[];
}

/** @param first the first dimension of every input of several dimensions; absent: as the case says */
function build({ opType, inputs, attributes, outputs = 1, domain = '', opset = 17 }: ShapeCase, first?: string): Built {
  const graph = new GraphBuilder('shapes', opset);
  const feeds: Built['feeds'] = {};
  const operands = inputs.map((input, i) => {
    if (input === undefined) return undefined;
    if ('constant' in input) return graph.constant(input.constant);
    const dims = 'dims' in input ? input.dims : input;
    const declared: Dimension[] = [...dims];
    if (first !== undefined && dims.length > 1 && dims[0] === SYMBOLIC_SIZE) declared[0] = first;
    const value = graph.input(`x${i}`, 'float32', declared);
    const count = dims.reduce((product, size) => product * size, 1);
    feeds[`x${i}`] = { dims, data: Float32Array.from({ length: count }, (_, at) => (at % 2) + 1) };
    return 'dims' in input ? graph.op('Cast', [value], { to: DataType[input.type] }) : value;
  });
  const values = graph.ops(opType, operands, outputs, attributes, { name: 'tested', domain });
  // Not all types of element can be read from here, and the type itself is compared.
  values.forEach((value, i) => {
    graph.output(`y${i}`, value);
  });
  return { graph, feeds, values };
}

/** Dimensions of this size, where they come first, are also tested as ones that aren't known. */
export const SYMBOLIC_SIZE = 2;

/** Declares the tests of one table of rules; call it once in a file. */
export function testShapes(rules: ShapeRules, cases: readonly ShapeCase[], refused: readonly RefusedCase[]): void {
  const runner = new GraphRunner();

  describe('types and shapes are those that ONNX Runtime gives', () => {
    for (const [index, shapeCase] of cases.entries()) {
      test(`${shapeCase.opType}, case ${index}`, async () => {
        const { graph, feeds, values } = build(shapeCase);
        const actual = await runner.run(graph, feeds);
        for (const [i, { type, shape }] of values.entries()) {
          assert.equal(type, actual[`y${i}`]!.type, `type of output ${i}`);
          assert.deepEqual(shape, actual[`y${i}`]!.dims, `shape of output ${i}`);
        }
        if (shapeCase.symbolic === false) return;
        const open = build(shapeCase, 'N');
        for (const [i, { shape }] of open.values.entries()) {
          const { dims } = actual[`y${i}`]!;
          assert.equal(shape?.length, dims.length, `dimensions of output ${i} with an open size`);
          shape.forEach((size, axis) => {
            if (typeof size === 'number')
              assert.equal(size, dims[axis], `size ${axis} of output ${i} with an open size`);
          });
        }
      });
    }
  });

  test('the table has every operator that has a rule', () => {
    const covered = new Set(cases.map(({ opType }) => opType));
    assert.deepEqual(
      Object.keys(rules).filter((opType) => !covered.has(opType)),
      [],
    );
  });

  describe('inputs that do not fit are refused with the name of the node and the reason', () => {
    for (const { reason, ...refusedCase } of refused) {
      test(`${refusedCase.opType}: ${reason.source}`, () => {
        assert.throws(
          () => build(refusedCase),
          (error) => {
            assert.ok(error instanceof LikenessError && error.code === ErrorCode.InvalidGraph, String(error));
            assert.ok(
              error.message.startsWith(`Node "tested" (${refusedCase.opType}) can't be built: `),
              error.message,
            );
            assert.match(error.message, reason);
            return true;
          },
        );
      });
    }
  });
}
