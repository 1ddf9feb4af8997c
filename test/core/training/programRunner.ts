import assert from 'node:assert/strict';
import { after } from 'node:test';
import type { OnnxModel } from '../../../src/core/onnx/model.ts';
import { RandomStream } from '../../../src/core/random.ts';
import type { TensorMap } from '../../../src/core/training/parameters.ts';
import { nextName, resultName, stepScalars, type TrainingProgram } from '../../../src/core/training/trainingProgram.ts';
import { encodeModel } from '../../../src/engine/encoders/onnxFile.ts';
import type { TensorValue } from '../../../src/engine/encoders/onnxMessages.ts';
import { OnnxWorker } from '../../../src/engine/encoders/onnxRuntime.ts';
import { assertClose } from '../../close.ts';
import type { Numbers } from '../../graphRunner.ts';

export type Feeds = Readonly<Record<string, Numbers>>;
export type Results = Readonly<Record<string, Float32Array>>;

/** A training program that is loaded. */
export interface LoadedProgram {
  /** One step from a state, which stays as it is. @param step counted from 1 */
  step(state: TensorMap, feeds: Feeds, learningRate: number, step?: number): Promise<StepOutcome>;
}

export interface StepOutcome {
  readonly results: Results;
  /** The state after the step, and what is fixed. */
  readonly next: Map<string, Float32Array>;
}

/** Runs training programs and models on ONNX Runtime for the tests of a file; create it at the top of the file. */
export class ProgramRunner {
  readonly #worker = new OnnxWorker();

  constructor() {
    after(() => this.#worker.dispose());
  }

  async load(program: TrainingProgram): Promise<LoadedProgram> {
    const { session } = await this.#worker.load({ bytes: encodeModel(program.model) }, { threads: 1, training: true });
    const tensors = [...program.state, ...program.fixed];
    return {
      step: async (state, feeds, learningRate, step = 1) => {
        const scalars = Object.entries(stepScalars(program.optimizer, step, learningRate));
        const outputs = await this.#worker.run(session, {
          ...tensorsOf(feeds),
          ...tensorsOf(Object.fromEntries(scalars.map(([name, value]) => [name, { dims: [], data: [value] }]))),
          ...tensorsOf(
            Object.fromEntries(tensors.map(({ name, shape }) => [name, { dims: shape, data: state.get(name)! }])),
          ),
        });
        const numbers = (name: string) => outputs[name]?.data as Float32Array | undefined;
        return {
          results: Object.fromEntries(program.outputs.map((name) => [name, numbers(resultName(name))!])),
          next: new Map(tensors.map(({ name }) => [name, numbers(nextName(name)) ?? state.get(name)!])),
        };
      },
    };
  }

  /** Outputs of a model. @param state for its inputs that are parameters and statistics, where it has some */
  async run(model: OnnxModel, feeds: Feeds, state: TensorMap = new Map()): Promise<Results> {
    const { session, inputs } = await this.#worker.load({ bytes: encodeModel(model) }, { threads: 1 });
    try {
      const parameters = inputs.flatMap(({ name, shape }) => {
        const data = state.get(name);
        return data === undefined ? [] : [[name, { dims: shape.map(Number), data }] as const];
      });
      const outputs = await this.#worker.run(session, {
        ...tensorsOf(Object.fromEntries(parameters)),
        ...tensorsOf(feeds),
      });
      return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]));
    } finally {
      await this.#worker.unload(session);
    }
  }
}

function tensorsOf(feeds: Feeds): Record<string, TensorValue> {
  const entries = Object.entries(feeds).map(([name, { dims, data }]) => {
    return [name, { type: 'float32', dims, data: Float32Array.from(data) }] as const;
  });
  return Object.fromEntries(entries);
}

/** Pictures of two kinds, alternately: bright on top or bright below, each with its own noise; `[count, 3, size, size]`. */
export function twoKinds(count: number, size: number, seed = 1): Numbers {
  const random = new RandomStream(seed);
  const data = Float32Array.from({ length: count * 3 * size * size }, (_, i) => {
    const onTop = Math.floor(i / size) % size < size / 2;
    const kind = Math.floor(i / (3 * size * size)) % 2 === 0;
    return (onTop === kind ? 0.7 : 0.3) + 0.1 * random.normal();
  });
  return { dims: [count, 3, size, size], data };
}

/** Values as a network has after training: of its own initial ones, none is left at zero or one. */
export function trainedValues(program: TrainingProgram, seed: number): Map<string, Float32Array> {
  const values = program.initialState(seed);
  const random = new RandomStream(seed, 99);
  for (const { name, kind } of [...program.state, ...program.fixed]) {
    if (kind === 'moment') continue;
    const spread = kind === 'statistic' || name.includes('normalization') || name.includes('classifier') ? 0.1 : 0;
    const start = name.endsWith('.scale') ? 1 : undefined;
    values.set(
      name,
      values.get(name)!.map((value) => (start ?? value) + spread * random.uniform(-1, 1)),
    );
  }
  return values;
}

/**
 * Asserts that the gradients of all that is trained are those of finite differences, along their own direction: there the
 * loss rises by their length. The program's optimiser has to be plain gradient descent.
 */
export async function assertSlope(
  loaded: LoadedProgram,
  program: TrainingProgram,
  state: TensorMap,
  feeds: Feeds,
): Promise<void> {
  const { results, next } = await loaded.step(state, feeds, 1);
  const gradients = program.parameters.map(({ name }) => {
    return [name, state.get(name)!.map((value, i) => value - next.get(name)![i]!)] as const;
  });
  const length = Math.sqrt(
    gradients.flatMap(([, values]) => [...values]).reduce((sum, value) => sum + value * value, 0),
  );
  assertClose(results['gradientNorm']!, [length], 1e-3, 'length of the gradient');
  const lossAt = async (distance: number): Promise<number> => {
    const moved = new Map(state);
    for (const [name, gradient] of gradients) {
      moved.set(
        name,
        state.get(name)!.map((value, i) => value + (distance / length) * gradient[i]!),
      );
    }
    return (await loaded.step(moved, feeds, 0)).results['loss']![0]!;
  };
  // Larger steps meet the kinks of ReLU, smaller ones rounding.
  const distance = 0.001 / Math.max(1, length);
  const slope = ((await lossAt(distance)) - (await lossAt(-distance))) / (2 * distance);
  assert.ok(length > 1e-3, `the gradient is ${length} long`);
  assertClose([slope], [length], 0.005, 'slope');
}
