import type { ExecutionProvider } from '../../../core/encoders/executionProviders.ts';
import { RandomStream } from '../../../core/random.ts';
import { sizeOf, type TensorMap } from '../../../core/training/parameters.ts';
import type { StepRun } from '../../../core/training/stepAgreement.ts';
import { stepScalars, type StateTensor, type TrainingProgram } from '../../../core/training/trainingProgram.ts';
import { askProcess, type TrialOptions } from '../../encoders/providers/trial.ts';
import { entryPoint } from '../../entryPoints.ts';
import type { TensorValue } from '../../encoders/onnxMessages.ts';
import type { SteppedProgram } from '../onnxTrainingSession.ts';

export interface StepTrialRequest {
  readonly provider: ExecutionProvider;
  readonly threads: number;
  readonly program: SteppedProgram;
  readonly state: TensorMap;
  /** Values of a batch. */
  readonly feeds: Readonly<Record<string, TensorValue>>;
}

/** A graph of thousands of nodes is compiled node by node. */
const PATIENCE_MS = 300_000;

/** Takes the first steps of a run on a provider, in a process of its own. Never rejects. */
export function trySteps(
  request: StepTrialRequest,
  { entry = entryPoint('stepTrial'), ...options }: TrialOptions = {},
): Promise<StepRun> {
  return askProcess<StepRun>(entry, request, { patience: PATIENCE_MS, ...options });
}

/** The first steps of a run, on a batch of made-up numbers. @param state that it starts with */
export function stepTrialRequest(
  { model, state: kept, fixed, optimizer }: TrainingProgram,
  state: TensorMap,
  threads: number,
): Omit<StepTrialRequest, 'provider'> {
  const known = new Set([...kept, ...fixed].map(({ name }) => name));
  for (const name of Object.keys(stepScalars(optimizer, 1, 0))) known.add(name);
  const random = new RandomStream(0);
  const feeds = model.graph.input.flatMap(({ name, type }) => {
    if (known.has(name)) return [];
    const dims = (type?.tensorType?.shape?.dim ?? []).map(({ dimValue = 1 }) => dimValue);
    const length = dims.reduce((product, size) => product * size, 1);
    // Pictures are normalised; all else tells what is so and what isn't.
    const draw = name === 'images' ? () => random.normal() : () => Number(random.chance(0.5));
    return [
      [name, { type: 'float32', dims, data: Float32Array.from({ length }, draw) } satisfies TensorValue] as const,
    ];
  });
  const program = { model, state: kept, fixed, optimizer };
  return { threads, program, state: withoutMoments(kept, state), feeds: Object.fromEntries(feeds) };
}

/** Those of a run that goes on would hide the gradients that come on top. */
function withoutMoments(kept: readonly StateTensor[], state: TensorMap): TensorMap {
  const moments = kept.filter(({ kind }) => kind === 'moment');
  return new Map([...state, ...moments.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))] as const)]);
}
