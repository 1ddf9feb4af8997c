import type { ExecutionProvider } from '../../core/encoders/executionProviders.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import type { TrainingProgram } from '../../core/training/trainingProgram.ts';
import type { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { OnnxTrainingSession } from './onnxTrainingSession.ts';
import { TensorFlowSession } from './tensorflow/tensorFlowSession.ts';
import type { TensorFlow } from './tensorflow/tensors.ts';
import type { TrainingSession } from './trainingSession.ts';

export interface SessionEngine {
  /** For ONNX Runtime. */
  readonly worker: OnnxWorker;
  readonly threads: number;
  /** What ONNX Runtime computes on. */
  readonly provider: ExecutionProvider;
  /** Set where it computes instead. */
  readonly tensorFlow: TensorFlow | undefined;
}

/** @param state a value for every tensor of `program.state` and `program.fixed` */
export async function openTrainingSession(
  { worker, threads, provider, tensorFlow }: SessionEngine,
  program: TrainingProgram,
  state: TensorMap,
): Promise<TrainingSession> {
  if (tensorFlow !== undefined) return new TensorFlowSession(tensorFlow, program, state);
  return OnnxTrainingSession.open(worker, program, state, threads, provider);
}
