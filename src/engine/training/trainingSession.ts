import type { TensorMap } from '../../core/training/parameters.ts';
import type { TensorValue } from '../encoders/onnxMessages.ts';

export interface StepResult {
  /** Results of the program by name, for example `loss`. */
  readonly results: Readonly<Record<string, Float32Array>>;
  /** Memory of the values that were fed, to be used again. */
  readonly memory: readonly ArrayBuffer[];
}

/**
 * A training program on an engine, together with its state, which stays there from step to step. The state of one engine
 * continues on another; the numbers then differ by rounding.
 */
export interface TrainingSession {
  /**
   * @param step counted from 1
   * @param feeds what varies from step to step, besides the learning rate; its memory is moved away
   * @param wanted results to hand out
   */
  step(
    step: number,
    learningRate: number,
    feeds: Readonly<Record<string, TensorValue>>,
    wanted: readonly string[],
  ): Promise<StepResult>;
  /** A copy of the whole state, in the program's order. */
  state(): Promise<Map<string, Float32Array>>;
  /** Frees the state and what steps hold. */
  dispose(): Promise<void>;
}

/** A copy of a tensor of a state, which an engine can keep. */
export function stateTensor(state: TensorMap, name: string): Float32Array<ArrayBuffer> {
  const data = state.get(name);
  if (data === undefined) throw new Error(`the state of the run lacks ${name}`);
  return Float32Array.from(data);
}
