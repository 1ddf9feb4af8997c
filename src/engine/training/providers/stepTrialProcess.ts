/** A process that takes the first steps of a run on one provider, tells what came of them, and ends. See `trySteps`. */
import { messageOf } from '../../../core/errors.ts';
import { momentNames } from '../../../core/training/optimizers.ts';
import { sampled, type ParameterSteps, type StepRun } from '../../../core/training/stepAgreement.ts';
import { withoutSource } from '../../encoders/providers/runtimeMessage.ts';
import { OnnxWorker } from '../../encoders/onnxRuntime.ts';
import { OnnxTrainingSession } from '../onnxTrainingSession.ts';
import type { StepTrialRequest } from './stepTrial.ts';

const STEPS = 3;
const LEARNING_RATE = 1e-3;

// Whoever asked is gone, or has been answered: a driver that hangs must not keep the process.
process.once('disconnect', () => {
  process.kill(process.pid, 'SIGKILL');
});

// A terminal interrupts all that it has started. Whoever asked decides what that means, and this process ends with it.
process.on('SIGINT', () => undefined);

process.once('message', (request: StepTrialRequest) => {
  void run(request).then((answer) => {
    process.send!(answer, () => {
      process.disconnect();
    });
  });
});

async function run({ provider, threads, program, state, feeds }: StepTrialRequest): Promise<StepRun> {
  const worker = new OnnxWorker();
  try {
    const session = await OnnxTrainingSession.open(worker, program, state, threads, provider);
    const losses: number[] = [];
    let started = 0;
    for (let step = 1; step <= STEPS; step++) {
      if (step === 2) started = performance.now();
      // What is fed moves to the thread.
      const copies = Object.entries(feeds).map(
        ([name, value]) => [name, { ...value, data: value.data.slice() }] as const,
      );
      const { results } = await session.step(step, LEARNING_RATE, Object.fromEntries(copies), ['loss']);
      losses.push(results['loss']![0]!);
    }
    const secondsPerStep = (performance.now() - started) / 1000 / (STEPS - 1);
    const moved = await session.state();
    await session.dispose();
    const [moment] = momentNames(program.optimizer);
    const parameters = program.state.flatMap(({ kind, name, shape }): ParameterSteps[] => {
      if (kind !== 'parameter') return [];
      const before = sampled(state.get(name)!);
      const move = sampled(moved.get(name)!).map((value, i) => value - before[i]!);
      const gradient = sampled(moved.get(`${moment!}/${name}`)!);
      return [{ name, isMatrix: shape.length > 1, gradient, move, length: Math.hypot(...before) }];
    });
    return { losses, parameters, secondsPerStep };
  } catch (error) {
    return { reason: `can't run it: ${withoutSource(messageOf(error))}` };
  } finally {
    await worker.dispose();
  }
}
