import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { ErrorCode } from '../../../../src/core/errors.ts';
import type { OnnxModel, OnnxNode } from '../../../../src/core/onnx/model.ts';
import { importedEncoder, importedValues } from '../../../../src/core/training/imported/importedEncoder.ts';
import { pretrainProgram } from '../../../../src/core/training/pretrainProgram.ts';
import { judgeSteps, type StepRun } from '../../../../src/core/training/stepAgreement.ts';
import { nextName } from '../../../../src/core/training/trainingProgram.ts';
import { stepTrialRequest, trySteps } from '../../../../src/engine/training/providers/stepTrial.ts';
import { chooseTrainingProvider } from '../../../../src/engine/training/providers/trainingProvider.ts';
import { mobileNet, SIZE } from '../../../core/training/imported/exportedModels.ts';
import { temporaryFolder } from '../../../temporaryFolder.ts';
import { job } from '../job.ts';

/** A Vulkan driver that computes on the processor, which comes with Chromium, beside the library that loads drivers. */
const chromium = '/usr/lib/chromium';
const driver = path.join(chromium, 'vk_swiftshader_icd.json');
const unlessDriver = existsSync(driver) ? false : `there is no ${driver}`;

const imported = importedEncoder(mobileNet().model, mobileNet());
/** Its head takes the statistics of the batch, and its optimiser keeps two moments. */
const program = pretrainProgram(
  {
    ...{ network: 'mobilenet', size: SIZE, imported, batchImages: 4, loss: 'nt-xent', temperature: 0.5 },
    head: { layers: 2, outputs: 8 },
    optimizer: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-4 },
  },
  true,
);
const start = program.initialState(3, importedValues(imported));
const request = stepTrialRequest(program, start, 1);
let processors: Promise<StepRun> | undefined;
/** What the CPU makes of it. */
const onProcessor = () => (processors ??= trySteps({ ...request, provider: 'cpu' }));
const FLIPPED = 'encoder/block.dw.weight';

/** The program, with the gradient of one layer the other way round. */
function flipped(): OnnxModel {
  const { graph } = program.model;
  const maker = (value: string) => graph.node.find(({ output }) => output.includes(value))!;
  const sum = maker(maker(nextName(`firstMoment/${FLIPPED}`)).input[0]!);
  assert.equal(sum.opType, 'Add');
  const [moment, gradient] = sum.input as [string, string];
  const turned = `${gradient}/flipped`;
  const node = graph.node.flatMap((entry): OnnxNode[] => {
    if (entry !== sum) return [entry];
    const negation = { opType: 'Neg', input: [gradient], output: [turned], attribute: [], metadataProps: [] };
    return [negation, { ...sum, input: [moment, turned] }];
  });
  return { ...program.model, graph: { ...graph, node } };
}

describe('the first steps of a run are tried in a process of its own', () => {
  test('whose losses, gradients and moves are finite, and those of a run that begins where this one goes on', async () => {
    const run = await onProcessor();
    assert.ok('losses' in run, JSON.stringify(run));
    assert.equal(run.losses.length, 3);
    assert.ok(run.losses.every(Number.isFinite) && run.losses[2]! < run.losses[0]!, run.losses.join(', '));
    assert.deepEqual(
      run.parameters.map(({ name }) => name),
      program.parameters.map(({ name }) => name),
    );
    for (const { name, gradient, move } of run.parameters) {
      assert.ok(gradient.every(Number.isFinite) && move.every(Number.isFinite), name);
      assert.ok(gradient.length === move.length && Math.hypot(...gradient) > 0 && Math.hypot(...move) > 0, name);
    }
    assert.equal(judgeSteps('webgpu', run, run).unfit, undefined);
    const moments = program.state.filter(({ kind }) => kind === 'moment').map(({ name }) => name);
    const later = new Map(
      [...start].map(([name, values]) => [name, moments.includes(name) ? values.map(() => 9) : values]),
    );
    const other = await trySteps({ ...stepTrialRequest(program, later, 1), provider: 'cpu' });
    assert.ok('losses' in other);
    assert.deepEqual(other.parameters, run.parameters);
  });

  test('and a provider that feels one layer the other way round is told apart from the CPU', async () => {
    const cpu = await onProcessor();
    const wrong = await trySteps({ ...request, program: { ...request.program, model: flipped() }, provider: 'cpu' });
    assert.ok('losses' in cpu && 'losses' in wrong, JSON.stringify(wrong));
    assert.match(judgeSteps('webgpu', wrong, cpu).unfit!, new RegExp(`, ${FLIPPED} by \\d+\\.\\d %\\)$`));
  });

  test('and it ends with the run that it is for', async (context) => {
    const folder = temporaryFolder(context);
    const [entry, mark] = [path.join(folder, 'entry.mjs'), path.join(folder, 'pid')];
    await writeFile(
      entry,
      `import { writeFileSync } from 'node:fs';
       process.once('message', () => { writeFileSync(${JSON.stringify(mark)}, String(process.pid)); setInterval(() => {}, 1000); });`,
    );
    const { signal, abort } = job();
    const trial = trySteps({ ...request, provider: 'cpu' }, { entry: pathToFileURL(entry), signal });
    while (!existsSync(mark) || readFileSync(mark, 'utf8') === '') await setTimeout(10);
    abort();
    assert.deepEqual(await trial, { reason: 'was not tried to the end' });
    assert.throws(() => process.kill(Number(readFileSync(mark, 'utf8')), 0), { code: 'ESRCH' });
    assert.deepEqual(await trySteps({ ...request, provider: 'cpu' }, { signal }), {
      reason: 'was not tried to the end',
    });
  });

  test(
    'on WebGPU, where weights and moments stay on the device, they are those of the CPU',
    { skip: unlessDriver },
    async () => {
      const environment = { ...process.env, VK_DRIVER_FILES: driver, LD_LIBRARY_PATH: chromium };
      const cpu = await onProcessor();
      const run = await trySteps({ ...request, provider: 'webgpu' }, { environment });
      assert.ok('losses' in cpu && 'losses' in run, JSON.stringify(run));
      assert.equal(judgeSteps('webgpu', run, cpu).unfit, undefined);
      run.losses.forEach((loss, i) => {
        assert.ok(Math.abs(loss - cpu.losses[i]!) < 1e-3, `step ${i + 1}: ${loss}, on the CPU ${cpu.losses[i]}`);
      });
    },
  );

  test('which says why it can’t', async () => {
    const run = await trySteps({ ...request, provider: 'coreml' });
    assert.ok('reason' in run || process.platform === 'darwin');
    if ('reason' in run) assert.match(run.reason, /^can't run it: \S/);
  });
});

describe('what computes a training', () => {
  const steps = (secondsPerStep: number, losses = [2, 1.5, 1.2]): StepRun => ({
    losses,
    parameters: [
      { name: 'weight', isMatrix: true, gradient: Float32Array.of(1, 2), move: Float32Array.of(0.1, 0.1), length: 1 },
    ],
    secondsPerStep,
  });
  const toolsWith = (runs: Readonly<Record<string, StepRun>>, supported = ['cpu', 'webgpu', 'cuda']) => {
    const asked: string[] = [];
    return {
      asked,
      supported: () => Promise.resolve(supported),
      run: ({ provider }: { readonly provider: string }) => {
        asked.push(provider);
        return Promise.resolve(runs[provider]!);
      },
    };
  };
  const chosen = (choice: 'cpu' | 'auto' | 'webgpu' | 'dml', tools: ReturnType<typeof toolsWith>) =>
    chooseTrainingProvider(choice, program, start, 1, job(), tools);

  test('the processor, without asking for more', async () => {
    const tools = toolsWith({});
    assert.deepEqual(await chosen('cpu', tools), { provider: 'cpu' });
    assert.deepEqual(tools.asked, []);
  });

  test('what was asked for, if it takes the same steps', async () => {
    assert.deepEqual(await chosen('webgpu', toolsWith({ cpu: steps(1), webgpu: steps(5) })), { provider: 'webgpu' });
    const wrong = await chosen('webgpu', toolsWith({ cpu: steps(1), webgpu: steps(0.1, [2, 1.7, 1.6]) }));
    assert.equal(wrong.provider, 'cpu');
    assert.match(
      wrong.note!,
      /^The CPU computes this training, as webgpu takes other steps than the CPU \(loss off by 1\d\.\d %/,
    );
    const broken = await chosen('webgpu', toolsWith({ webgpu: { reason: "can't run it: no adapter" } }));
    assert.equal(broken.note, "The CPU computes this training, as webgpu can't run it: no adapter.");
    const absent = await chosen('dml', toolsWith({}));
    assert.equal(absent.note, 'The CPU computes this training, as dml is not part of ONNX Runtime on this platform.');
    const unanswered = await chosen(
      'webgpu',
      toolsWith({ cpu: { reason: 'did not answer within 300 s' }, webgpu: steps(1) }),
    );
    assert.equal(
      unanswered.reason,
      'webgpu has nothing to be compared with: the CPU did not answer within 300 s',
      'which may be no fault of the model',
    );
    const notANumber = await chosen('webgpu', toolsWith({ cpu: steps(1), webgpu: steps(1, [NaN, 1, 1]) }));
    assert.equal(notANumber.provider, 'cpu');
  });

  test('of its own accord the fastest that takes the same steps, if it is worth it', async () => {
    const tools = toolsWith({ cpu: steps(1), webgpu: steps(0.5), cuda: steps(0.1, [9, 9, 9]) });
    assert.deepEqual(await chosen('auto', tools), { provider: 'webgpu' });
    assert.deepEqual(tools.asked, ['cuda', 'cpu', 'webgpu']);
    assert.deepEqual(await chosen('auto', toolsWith({ cpu: steps(1), webgpu: steps(0.9), cuda: steps(2) })), {
      provider: 'cpu',
    });
    const none = { reason: "can't run it: no driver" };
    assert.deepEqual(await chosen('auto', toolsWith({ webgpu: none, cuda: none })), {
      provider: 'cpu',
      note: "The CPU computes this training, as cuda can't run it: no driver.",
      reason: "cuda can't run it: no driver",
    });
  });

  test('nothing more, once the run has been told to stop', async () => {
    const stopping = job();
    const phases: string[] = [];
    const tools = {
      ...toolsWith({}),
      run: (_: unknown, signal: AbortSignal) => {
        assert.equal(signal, stopping.signal);
        stopping.abort();
        return Promise.resolve({ reason: 'was not tried to the end' });
      },
    };
    const context = { ...stopping, report: ({ phase }: { readonly phase: string }) => phases.push(phase) };
    const choosing = chooseTrainingProvider('auto', program, start, 1, context, tools);
    await assert.rejects(choosing, { code: ErrorCode.Cancelled });
    assert.deepEqual(phases, ['Trying cuda']);
  });
});
