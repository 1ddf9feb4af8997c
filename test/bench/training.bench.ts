/**
 * The training step against PyTorch's on the same cores, and training end to end with augmentation.
 *
 *     npm run bench -- training [--images FOLDER] [--rounds 3] [--profile]
 *
 * The step is ResNet-10 (stride-2 stem, 1.33 million weights with its head), 256 views, NT-Xent, SGD with momentum. The
 * budgets are ≤ 1.2 × PyTorch's time at 64 px and ≤ 1.5 × at 32 px, and ≤ 15 % of a step for augmentation and metrics.
 * PyTorch is measured in turns with ours where a `python3` has it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { RandomStream } from '../../src/core/random.ts';
import { pretrainProgram } from '../../src/core/training/pretrainProgram.ts';
import { nextName, type TrainingProgram } from '../../src/core/training/trainingProgram.ts';
import { encodeModel } from '../../src/engine/encoders/onnxFile.ts';
import { EncoderRegistry } from '../../src/engine/encoders/registry.ts';
import { Trainings } from '../../src/engine/training/trainings.ts';
import { shared } from '../shared.ts';
import { median, printTable } from './report.ts';

const SIZES = [32, 64] as const;
const VIEWS = 256;
const STEPS = 9;

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: shared('data/clothing') },
    rounds: { type: 'string', default: '3' },
    profile: { type: 'boolean', default: false },
  },
});
const threads = availableParallelism();

function programOf(size: number): TrainingProgram {
  return pretrainProgram({
    network: 'resnet10',
    size,
    batchImages: VIEWS / 2,
    head: { layers: 2, outputs: 128 },
    loss: 'nt-xent',
    temperature: 0.5,
    optimizer: { kind: 'sgd', momentum: 0.9, weightDecay: 5e-4 },
    stemStride: 2,
  });
}

/** Median seconds of a step whose state goes from output to input. */
async function stepSeconds(size: number, profile?: string): Promise<number> {
  const program = programOf(size);
  const session = await InferenceSession.create(encodeModel(program.model), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableMemPattern: false,
    logSeverityLevel: 3,
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
  });
  const state = program.initialState(1);
  const random = new RandomStream(1);
  const images = Float32Array.from({ length: VIEWS * 3 * size * size }, () => random.uniform(-1, 1));
  const feeds: Record<string, Tensor> = {
    ...Object.fromEntries(program.state.map(({ name, shape }) => [name, new Tensor(state.get(name)!, [...shape])])),
    images: new Tensor(images, [VIEWS, 3, size, size]),
    learningRate: new Tensor(Float32Array.of(0.05), []),
  };
  const fetches = ['result/loss', ...program.state.map(({ name }) => nextName(name))];
  const seconds: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    const start = performance.now();
    const outputs = await session.run(feeds, fetches);
    for (const { name } of program.state) feeds[name] = outputs[nextName(name)] as Tensor;
    seconds.push((performance.now() - start) / 1000);
  }
  if (profile !== undefined) session.endProfiling();
  await session.release();
  return median(seconds);
}

/** PyTorch's seconds by size; undefined where no `python3` has it. */
function pytorchSeconds(): { version: string; seconds: Record<string, number> } | undefined {
  const script = join(import.meta.dirname, 'pytorch_step.py');
  for (const python of ['python3', '/usr/bin/python3']) {
    const { status, stdout } = spawnSync(python, [script, String(threads), ...SIZES.map(String)], { encoding: 'utf8' });
    if (status === 0) return JSON.parse(stdout) as { version: string; seconds: Record<string, number> };
  }
  return undefined;
}

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args: { readonly op_name?: string };
}

/** Milliseconds of a step by operator, the most expensive first. */
async function profileStep(size: number): Promise<[string, string][]> {
  const folder = mkdtempSync(join(tmpdir(), 'likeness-profile-'));
  await stepSeconds(size, join(folder, 'step'));
  const events = readdirSync(folder).flatMap(
    (file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as ProfileEvent[],
  );
  rmSync(folder, { recursive: true });
  const totals = new Map<string, number>();
  for (const { cat, name, dur, args } of events) {
    if (cat !== 'Node' || !name.endsWith('_kernel_time') || args.op_name === undefined) continue;
    totals.set(args.op_name, (totals.get(args.op_name) ?? 0) + dur / 1000 / STEPS);
  }
  return [...totals]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 12)
    .map(([operator, milliseconds]) => [operator, `${milliseconds.toFixed(1)} ms`]);
}

const ours = new Map<number, number[]>(SIZES.map((size) => [size, []]));
const theirs = new Map<number, number[]>(SIZES.map((size) => [size, []]));
let version: string | undefined;
for (let round = 0; round < Number(values.rounds); round++) {
  for (const size of SIZES) ours.get(size)!.push(await stepSeconds(size));
  const pytorch = pytorchSeconds();
  version = pytorch?.version;
  for (const size of SIZES) if (pytorch) theirs.get(size)!.push(pytorch.seconds[size]!);
}
printTable(
  `A training step of ${VIEWS} views, median of ${values.rounds}`,
  SIZES.flatMap((size): [string, string][] => {
    const seconds = median(ours.get(size)!);
    const rows: [string, string][] = [[`${size} px`, `${seconds.toFixed(3)} s`]];
    if (version === undefined) return [...rows, [`${size} px, PyTorch`, 'not installed']];
    const ratios = ours.get(size)!.map((value, i) => value / theirs.get(size)![i]!);
    rows.push([`${size} px, PyTorch ${version}`, `${median(theirs.get(size)!).toFixed(3)} s`]);
    rows.push([`${size} px, ratio`, `${median(ratios).toFixed(2)} (budget ≤ ${size === 32 ? 1.5 : 1.2})`]);
    return rows;
  }),
);

const pretraining = new Trainings({ registry: new EncoderRegistry(), rootOf: (path) => path, threads });
const job = { signal: new AbortController().signal, report: () => undefined };
const plan = await pretraining.planPretraining(
  { folder: values.images, settings: { batchImages: VIEWS / 2, size: 64 } },
  job,
);
const alone = median(ours.get(64)!);
printTable('End to end at 64 px: views, step and metrics', [
  ['step', `${plan.secondsPerStep.toFixed(3)} s, ${(VIEWS / 2 / plan.secondsPerStep).toFixed(0)} images/s`],
  ['beside the step alone', `${(100 * (plan.secondsPerStep / alone - 1)).toFixed(0)} % (budget ≤ 15 %)`],
]);
if (values.profile) printTable('Time by operator at 64 px', await profileStep(64));
