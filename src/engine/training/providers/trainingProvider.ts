import {
  candidateProviders,
  type ExecutionProvider,
  type ProviderChoice,
} from '../../../core/encoders/executionProviders.ts';
import { cancelled } from '../../../core/errors.ts';
import type { JobContext } from '../../../core/progress.ts';
import { fastestTrainer, judgeSteps, type StepRun, type StepTrial } from '../../../core/training/stepAgreement.ts';
import type { TensorMap } from '../../../core/training/parameters.ts';
import type { TrainingProgram } from '../../../core/training/trainingProgram.ts';
import { OnnxWorker } from '../../encoders/onnxRuntime.ts';
import { leftToProcessor, trying, type Computing } from '../../encoders/providers/chooseProvider.ts';
import { stepTrialRequest, trySteps, type StepTrialRequest } from './stepTrial.ts';

const PURPOSE = 'computes this training';

/** What takes the place of the machine in tests. */
export interface TrainingProviderTools {
  /** Names of the providers that ONNX Runtime has here. */
  readonly supported: () => Promise<readonly string[]>;
  readonly run: (request: StepTrialRequest, signal: AbortSignal) => Promise<StepRun>;
}

/** Of this machine. */
export const machineTrainers: TrainingProviderTools = {
  supported: async () => {
    const worker = new OnnxWorker();
    try {
      return (await worker.describe()).providers;
    } finally {
      await worker.dispose();
    }
  },
  run: (request, signal) => trySteps(request, { signal }),
};

/**
 * Finds what a run is to compute on. A provider is trusted with it only after its first steps there, in a process of its own, had
 * the losses and gradients of the processor's, and led where they did. What fails leaves the processor; rejects only with
 * `cancelled`, when the process has been told to end.
 *
 * @param state that the run starts with
 */
export async function chooseTrainingProvider(
  choice: ProviderChoice,
  program: TrainingProgram,
  state: TensorMap,
  threads: number,
  { signal, report }: JobContext,
  tools: TrainingProviderTools = machineTrainers,
): Promise<Computing> {
  if (choice === 'cpu') return { provider: 'cpu' };
  const supported = await tools.supported().catch((): readonly string[] => []);
  if (choice !== 'auto' && !supported.includes(choice)) {
    return leftToProcessor(PURPOSE, choice, 'is not part of ONNX Runtime on this platform');
  }
  const candidates: readonly ExecutionProvider[] = choice === 'auto' ? candidateProviders(supported) : [choice];
  const request = stepTrialRequest(program, state, threads);
  const run = async (provider: ExecutionProvider) => {
    report(trying(provider));
    const taken = await tools.run({ ...request, provider }, signal);
    if (signal.aborted) throw cancelled();
    return taken;
  };
  const trials: StepTrial[] = [];
  let onProcessor: StepRun | undefined;
  // One after another: they would slow each other down.
  for (const provider of candidates) {
    const taken = await run(provider);
    if ('reason' in taken) {
      trials.push(unfitFor(provider, taken.reason));
    } else {
      onProcessor ??= await run('cpu');
      trials.push(judged(provider, taken, onProcessor));
    }
  }
  const [first] = trials;
  const isUnfit = first !== undefined && trials.every(({ unfit }) => unfit !== undefined);
  if (isUnfit) return leftToProcessor(PURPOSE, first.provider, first.unfit!);
  return { provider: choice === 'auto' ? fastestTrainer(trials) : choice };
}

function judged(provider: ExecutionProvider, run: StepRun, cpu: StepRun): StepTrial {
  if ('reason' in cpu) return unfitFor(provider, `has nothing to be compared with: the CPU ${cpu.reason}`);
  return judgeSteps(provider, run, cpu);
}

function unfitFor(provider: ExecutionProvider, unfit: string): StepTrial {
  return { provider, secondsPerStep: Infinity, cpuSecondsPerStep: Infinity, unfit };
}
