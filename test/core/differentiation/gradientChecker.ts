import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { gradients } from '../../../src/core/differentiation/gradients.ts';
import { GraphBuilder, fixedShape } from '../../../src/core/onnx/graphBuilder.ts';
import { RandomStream } from '../../../src/core/random.ts';
import type { TensorValue } from '../../../src/engine/encoders/onnxMessages.ts';
import { encodeModel } from '../../../src/engine/encoders/onnxFile.ts';
import { OnnxWorker } from '../../../src/engine/encoders/onnxRuntime.ts';
import { drawElements, type BuiltCase, type GradientCase } from './cases/gradientCase.ts';

/** Half the distance between the two points of a central difference. */
const STEP = 2 ** -7;
/** Largest deviation from finite differences, as a share of the largest element: rounding and curvature. */
const TOLERANCE = 2e-3;
/** Largest deviation between two ways to compute the same in float32. */
const ROUNDING = 1e-5;

type Feeds = Readonly<Record<string, TensorValue>>;

/** Compares gradients with finite differences on ONNX Runtime; create it at the top of a test file. */
export class GradientChecker {
  readonly #worker = new OnnxWorker();

  constructor() {
    after(() => this.#worker.dispose());
  }

  /** One test for each case. */
  testAll(cases: readonly GradientCase[]): void {
    for (const gradientCase of cases) test(gradientCase.name, () => this.check(gradientCase));
  }

  /**
   * Checks the gradients of a random linear function of the output, for all elements of all inputs; and that they are the
   * same when they are asked for one by one.
   */
  async check(gradientCase: GradientCase): Promise<void> {
    const forward = newGraph(gradientCase);
    const { inputs, output } = gradientCase.build(forward);
    forward.output('y', output);
    const weights = new RandomStream(3);
    const functional = Float64Array.from({ length: sizeOf(fixedShape(output)) }, () =>
      Math.fround(weights.uniform(-1, 1)),
    );
    const feeds = feedsOf(inputs);
    const expected = await this.#differences(forward, feeds, functional);
    const all = await this.#gradients(gradientCase, feeds, functional);
    inputs.forEach(({ value }, i) => {
      assert.deepEqual(all[i]!.dims, value.shape);
      assertNear(all[i]!.data as Float32Array, expected[i]!, TOLERANCE, value.name);
    });
    if (inputs.length === 1) return;
    for (let i = 0; i < inputs.length; i++) {
      const [alone] = await this.#gradients(gradientCase, feeds, functional, i);
      assertNear(alone!.data as Float32Array, all[i]!.data as Float32Array, ROUNDING, `x${i} alone`);
    }
  }

  /** @param only position of the one input whose gradient is wanted; absent: all */
  async #gradients(
    gradientCase: GradientCase,
    feeds: Feeds,
    functional: Float64Array,
    only?: number,
  ): Promise<readonly TensorValue[]> {
    const graph = newGraph(gradientCase);
    const { inputs, output } = gradientCase.build(graph);
    const weighted = graph.op('Mul', [output, graph.floats(functional, fixedShape(output))]);
    const loss = graph.op('ReduceSum', [weighted], { keepdims: 0 });
    const wrt = inputs.map(({ value }) => value).filter((_, i) => only === undefined || i === only);
    gradients(graph, loss, wrt).forEach((gradient, i) => {
      graph.output(`gradient${i}`, gradient, 'float32', wrt[i]!.shape);
    });
    return this.#withSession(graph, async (run) => {
      const results = await run(feeds);
      return wrt.map((_, i) => results[`gradient${i}`]!);
    });
  }

  #differences(forward: GraphBuilder, feeds: Feeds, functional: Float64Array): Promise<readonly Float64Array[]> {
    return this.#withSession(forward, async (run) => {
      const evaluate = async (): Promise<number> => {
        const { data } = (await run(feeds))['y']!;
        return functional.reduce((sum, weight, i) => sum + weight * (data as Float32Array)[i]!, 0);
      };
      const results: Float64Array[] = [];
      for (const { data } of Object.values(feeds)) {
        const result = new Float64Array(data.length);
        for (let i = 0; i < data.length; i++) {
          const middle = Number(data[i]);
          const [high, low] = [Math.fround(middle + STEP), Math.fround(middle - STEP)];
          data[i] = high;
          const above = await evaluate();
          data[i] = low;
          result[i] = (above - (await evaluate())) / (high - low);
          data[i] = middle;
        }
        results.push(result);
      }
      return results;
    });
  }

  async #withSession<T>(
    graph: GraphBuilder,
    use: (run: (feeds: Feeds) => Promise<Record<string, TensorValue>>) => Promise<T>,
  ): Promise<T> {
    const { session, inputs } = await this.#worker.load({ bytes: encodeModel(graph.build()) }, { threads: 1 });
    try {
      assert.ok(inputs.length > 0);
      return await use((feeds) => this.#worker.run(session, feeds));
    } finally {
      await this.#worker.unload(session);
    }
  }
}

function newGraph({ name, opset }: GradientCase): GraphBuilder {
  return new GraphBuilder(name, opset);
}

function feedsOf(inputs: BuiltCase['inputs']): Feeds {
  const entries = inputs.map(({ value, low, high }, i) => {
    const dims = fixedShape(value);
    return [value.name, { type: 'float32', dims, data: drawElements(dims, low, high, i) }] as const;
  });
  return Object.fromEntries(entries);
}

function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** Asserts that no element is further off than a share of the largest, or of 1 if that is larger. */
function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  let largest = 1;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]!));
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs(actual[i]! - expected[i]!);
    assert.ok(off <= tolerance * largest, `${what}[${i}] is ${actual[i]}, not ${expected[i]}`);
  }
}
