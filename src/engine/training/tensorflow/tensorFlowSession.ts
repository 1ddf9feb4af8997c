import { setImmediate } from 'node:timers/promises';
import type { GraphValue } from '../../../core/onnx/graphBuilder.ts';
import type { TensorMap } from '../../../core/training/parameters.ts';
import {
  nextName,
  resultName,
  stepScalars,
  type DifferentiatedGraph,
  type TrainingProgram,
} from '../../../core/training/trainingProgram.ts';
import type { TensorValue } from '../../encoders/onnxMessages.ts';
import { stateTensor, type StepResult, type TrainingSession } from '../trainingSession.ts';
import { differentiate } from './gradients.ts';
import { GraphInterpreter } from './interpreter.ts';
import { elementType, tensorOf, type Tensor, type TensorFlow } from './tensors.ts';

/**
 * A training program that TensorFlow.js interprets. The gradients are TensorFlow's own, of the loss of the forward pass;
 * fed to the same graph in the place of ours, they leave it the optimiser's update to compute.
 */
export class TensorFlowSession implements TrainingSession {
  readonly #tf: TensorFlow;
  readonly #program: TrainingProgram;
  readonly #interpreter: GraphInterpreter;
  readonly #outputs: ReadonlyMap<string, GraphValue>;
  /** Values of the graph that follow from a gradient, or are one. */
  readonly #fromGradients: ReadonlySet<GraphValue>;
  readonly #state = new Map<string, Tensor>();
  /** What a step reads and leaves as it is. */
  readonly #fixed = new Map<string, Tensor>();

  /** @param state a value for every tensor of `program.state` and `program.fixed` */
  constructor(tf: TensorFlow, program: TrainingProgram, state: TensorMap) {
    const { graph } = program.step;
    this.#tf = tf;
    this.#program = program;
    this.#interpreter = new GraphInterpreter(tf, graph);
    this.#outputs = new Map(graph.outputs.map(({ name, value }) => [name, value]));
    this.#fromGradients = followingGradients(program.step);
    for (const [tensors, specs] of [
      [this.#state, program.state],
      [this.#fixed, program.fixed],
    ] as const) {
      for (const { name, shape } of specs) {
        tensors.set(name, tensorOf(tf, 'float32', shape, stateTensor(state, name)));
      }
    }
  }

  async step(
    step: number,
    learningRate: number,
    feeds: Readonly<Record<string, TensorValue>>,
    wanted: readonly string[],
  ): Promise<StepResult> {
    // Computing blocks the thread; between steps others get their turn, such as whoever wants to stop the run.
    await setImmediate();
    const scalars = stepScalars(this.#program.optimizer, step, learningRate);
    const names = this.#program.state.map(({ name }) => name);
    const fetches = [...names.map(nextName), ...wanted.map(resultName)].map((name) => this.#outputs.get(name)!);
    const tensors = this.#compute(feeds, scalars, fetches);
    const results = tensors.slice(names.length);
    try {
      const numbers = await Promise.all(results.map((tensor) => tensor.data<'float32'>()));
      return {
        results: Object.fromEntries(wanted.map((name, i) => [name, numbers[i]!])),
        memory: Object.values(feeds).map(({ data }) => data.buffer as ArrayBuffer),
      };
    } finally {
      this.#tf.dispose(results);
      names.forEach((name, i) => {
        this.#state.get(name)?.dispose();
        this.#state.set(name, tensors[i]!);
      });
    }
  }

  async state(): Promise<Map<string, Float32Array>> {
    const entries = [...this.#state].map(async ([name, tensor]) => {
      // Some backends hand out their own memory.
      return [name, Float32Array.from(await tensor.data<'float32'>())] as const;
    });
    return new Map(await Promise.all(entries));
  }

  dispose(): Promise<void> {
    this.#interpreter.dispose();
    for (const tensors of [this.#state, this.#fixed]) {
      for (const tensor of tensors.values()) tensor.dispose();
      tensors.clear();
    }
    return Promise.resolve();
  }

  /** Values of the graph after one step, each a tensor of its own that the caller disposes of. */
  #compute(
    feeds: Readonly<Record<string, TensorValue>>,
    scalars: Readonly<Record<string, number>>,
    fetches: readonly GraphValue[],
  ): Tensor[] {
    const tf = this.#tf;
    const { graph, loss, trained } = this.#program.step;
    return tf.tidy(() => {
      const given = new Map<GraphValue, Tensor>();
      for (const input of graph.inputs) {
        const { name } = input;
        const tensor = this.#state.get(name) ?? this.#fixed.get(name) ?? fedTensor(tf, name, feeds, scalars);
        if (tensor !== undefined) given.set(input, tensor);
      }
      const forward = [...new Set(fetches.filter((value) => !this.#fromGradients.has(value)))];
      const parameters = trained.map(({ parameter }) => parameter);
      const { gradients, values } = differentiate(this.#interpreter, loss, parameters, given, {}, forward);
      forward.forEach((value, i) => given.set(value, values[i]!));
      trained.forEach(({ gradient }, i) => given.set(gradient, gradients[i]!));
      const computed = this.#interpreter.run(given, fetches).map((tensor) => tf.clone(tensor));
      tf.dispose(values);
      return computed;
    });
  }
}

function fedTensor(
  tf: TensorFlow,
  name: string,
  feeds: Readonly<Record<string, TensorValue>>,
  scalars: Readonly<Record<string, number>>,
): Tensor | undefined {
  const scalar = scalars[name];
  if (scalar !== undefined) return tf.scalar(scalar);
  const feed = feeds[name];
  return feed && tensorOf(tf, elementType(feed.type), feed.dims, feed.data as ArrayLike<number>);
}

function followingGradients({ graph, trained }: DifferentiatedGraph): Set<GraphValue> {
  const following = new Set(trained.map(({ gradient }) => gradient));
  for (const { inputs, outputs } of graph.nodes) {
    if (!inputs.some((input) => input !== undefined && following.has(input))) continue;
    for (const output of outputs) following.add(output);
  }
  return following;
}
