import type { ExecutionProvider } from '../../core/encoders/executionProviders.ts';
import { GraphBuilder } from '../../core/onnx/graphBuilder.ts';
import { withNormalizationsWrittenOut } from '../../core/onnx/writtenOutNormalizations.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import { nextName, resultName, stepScalars, type TrainingProgram } from '../../core/training/trainingProgram.ts';
import { encodeModel } from '../encoders/onnxFile.ts';
import { copyName, type OnDevice, type TensorValue } from '../encoders/onnxMessages.ts';
import type { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { stateTensor, type StepResult, type TrainingSession } from './trainingSession.ts';

/** What steps are taken with. */
export type SteppedProgram = Pick<TrainingProgram, 'model' | 'state' | 'fixed' | 'optimizer'>;

/** The next state, and how it is brought back. */
function onDevice({ state }: SteppedProgram): OnDevice {
  const graph = new GraphBuilder('state');
  for (const { name, shape } of state) {
    const value = graph.input(name, 'float32', shape);
    graph.output(copyName(name), graph.op('Identity', [value]), 'float32', shape);
  }
  return { outputs: state.map(({ name }) => nextName(name)), reader: encodeModel(graph.build()) };
}

/** A training program that ONNX Runtime executes as it is. */
export class OnnxTrainingSession implements TrainingSession {
  readonly #worker: OnnxWorker;
  readonly #program: SteppedProgram;
  readonly #session: number;
  readonly #carry: Readonly<Record<string, string>>;

  private constructor(worker: OnnxWorker, program: SteppedProgram, session: number) {
    this.#worker = worker;
    this.#program = program;
    this.#session = session;
    this.#carry = Object.fromEntries(program.state.map(({ name }) => [nextName(name), name]));
  }

  /**
   * @param state a value for every tensor of `program.state` and `program.fixed`
   * @param provider what computes the steps; on WebGPU what they change stays on the graphics card from step to step
   */
  static async open(
    worker: OnnxWorker,
    program: SteppedProgram,
    state: TensorMap,
    threads: number,
    provider: ExecutionProvider = 'cpu',
  ): Promise<OnnxTrainingSession> {
    const options = { threads, training: true, ...(provider !== 'cpu' && { providers: [provider] }) };
    const model = provider === 'cpu' ? program.model : withNormalizationsWrittenOut(program.model);
    const { session } = await worker.load(
      { bytes: encodeModel(model) },
      { ...options, ...(provider === 'webgpu' && { onDevice: onDevice(program) }) },
    );
    for (const { name, shape } of [...program.state, ...program.fixed]) {
      await worker.setConstant(session, name, { type: 'float32', dims: shape, data: stateTensor(state, name) });
    }
    return new OnnxTrainingSession(worker, program, session);
  }

  async step(
    step: number,
    learningRate: number,
    feeds: Readonly<Record<string, TensorValue>>,
    wanted: readonly string[],
  ): Promise<StepResult> {
    const scalars = Object.entries(stepScalars(this.#program.optimizer, step, learningRate)).map(([name, value]) => {
      return [name, { type: 'float32', dims: [], data: Float32Array.of(value) } satisfies TensorValue] as const;
    });
    const { outputs, feeds: used } = await this.#worker.step(this.#session, {
      feeds: { ...feeds, ...Object.fromEntries(scalars) },
      fetches: wanted.map(resultName),
      carry: this.#carry,
    });
    return {
      results: Object.fromEntries(wanted.map((name) => [name, outputs[resultName(name)]!.data as Float32Array])),
      memory: Object.keys(feeds).map((name) => used[name]!.data.buffer as ArrayBuffer),
    };
  }

  async state(): Promise<Map<string, Float32Array>> {
    const names = this.#program.state.map(({ name }) => name);
    const values = await this.#worker.constants(this.#session, names);
    return new Map(names.map((name) => [name, values[name]!.data as Float32Array]));
  }

  async dispose(): Promise<void> {
    // Where the thread has ended, the session is gone with it.
    await this.#worker.unload(this.#session).catch(() => undefined);
  }
}
