import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { importedEncoder, importedValues } from '../../../../src/core/training/imported/importedEncoder.ts';
import { pretrainProgram } from '../../../../src/core/training/pretrainProgram.ts';
import { judgeSteps, type StepRun } from '../../../../src/core/training/stepAgreement.ts';
import { stepTrialRequest, trySteps } from '../../../../src/engine/training/providers/stepTrial.ts';
import { chooseTrainingProvider } from '../../../../src/engine/training/providers/trainingProvider.ts';
import { mobileNet, SIZE } from '../../../core/training/imported/exportedModels.ts';

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

describe('the first steps of a run are tried in a process of its own', () => {
  test('whose losses and moves are those of the same steps here, and finite', async () => {
    const run = await trySteps({ ...request, provider: 'cpu' });
    assert.ok('losses' in run, JSON.stringify(run));
    assert.equal(run.losses.length, 3);
    assert.ok(run.losses.every(Number.isFinite) && run.losses[2]! < run.losses[0]!, run.losses.join(', '));
    assert.equal(run.moves.length, program.parameters.length);
    assert.ok(run.moves.filter((length) => length > 0).length > program.parameters.length / 2);
    assert.equal(judgeSteps('webgpu', run, run).unfit, undefined);
  });

  test(
    'on WebGPU, where weights and moments stay on the device, they are those of the CPU',
    { skip: unlessDriver },
    async () => {
      const environment = { ...process.env, VK_DRIVER_FILES: driver, LD_LIBRARY_PATH: chromium };
      const cpu = await trySteps({ ...request, provider: 'cpu' });
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
    moves: Float32Array.of(0.1, 0.2),
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
    chooseTrainingProvider(choice, program, start, 1, tools);

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
    });
  });
});
