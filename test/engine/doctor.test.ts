import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ProviderRun } from '../../src/core/encoders/executionProviders.ts';
import { isCancellation } from '../../src/core/errors.ts';
import type { Progress } from '../../src/core/progress.ts';
import { runDoctor } from '../../src/engine/doctor.ts';
import type { ProviderTools } from '../../src/engine/encoders/providers/chooseProvider.ts';
import { DEFAULT_ENCODER_ID, EncoderRegistry } from '../../src/engine/encoders/registry.ts';
import { engineOptions } from '../../src/engine/machine.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { pooled, smallModel, writeModel } from './encoders/smallModels.ts';

/** Providers that agree with the CPU, at the speeds of the encoder with six numbers. */
function providersWith(speeds: Readonly<Record<string, number>>) {
  const tried: string[] = [];
  const run: ProviderTools['run'] = ({ provider, card: { output } }) => {
    tried.push(`${provider} ${output.dim}`);
    const vectors = Float32Array.from({ length: output.dim }, (_, i) => (i === 0 ? 1 : 0));
    return Promise.resolve({ vectors, imagesPerSecond: speeds[provider] ?? 1 } satisfies ProviderRun);
  };
  return { run, tried };
}

test('providers are tried with the encoder in use, which is named, and a faster one than is set is advised', async (context) => {
  const folder = temporaryFolder(context);
  const file = writeModel(folder, 'mine.onnx', smallModel(pooled));
  const options = engineOptions('cpu');
  const registry = new EncoderRegistry();
  const phases: string[] = [];
  const { run, tried } = providersWith({ webgpu: 5_000, cpu: 50 });
  const waiting = { report: ({ phase }: Progress) => phases.push(phase) };
  const report = await runDoctor(
    registry,
    { ...options, cacheFolder: folder },
    {},
    { reference: file, root: undefined },
    waiting,
    run,
  );
  assert.deepEqual([report.encoder?.name, report.measuredWith, phases[0]], ['mine', 'mine', 'Measuring mine']);
  const [cpu, ...others] = report.providers;
  assert.deepEqual([cpu!.name, cpu!.imagesPerSecond], ['cpu', report.encoder!.imagesPerSecond]);
  assert.ok(cpu!.imagesPerSecond > 0);
  // ONNX Runtime has no such provider on some platforms.
  if (others.length === 0) return;
  assert.ok(tried.includes('webgpu 6') && tried.includes('cpu 6'), tried.join());
  assert.equal(others.find(({ name }) => name === 'webgpu')!.imagesPerSecond, 5_000);
  assert.ok(phases.includes('Trying webgpu'), phases.join());
  const advice = report.slow.find(({ code }) => code === 'other-provider');
  assert.match(
    advice!.message,
    /^mine manages 5,000 images\/s on webgpu, and 50 images\/s on the CPU, which computes it; set/,
  );
});

test('where the encoder in use does not run, the default one shows whether any does', async (context) => {
  const folder = temporaryFolder(context);
  const file = writeModel(folder, 'mine.onnx', smallModel(pooled));
  const registry = new EncoderRegistry();
  const { card } = await registry.resolve(file);
  // Complete and of just this model, so that it is believed.
  writeFileSync(`${folder}/mine.card.json`, JSON.stringify({ ...card, output: { ...card.output, name: 'nothing' } }));
  const options = { ...engineOptions('cpu'), cacheFolder: folder };
  const { run } = providersWith({});
  const used = { reference: file, root: undefined };
  const report = await runDoctor(new EncoderRegistry(), options, {}, used, {}, run);
  assert.deepEqual([report.encoder?.imagesPerSecond, report.encoder?.stronger], [0, 'tuned']);
  const byDefault = await registry.resolve(DEFAULT_ENCODER_ID);
  assert.deepEqual([report.measuredWith, report.providers[0]!.works], [byDefault.card.name, true]);
  assert.match(report.problems.map(({ message }) => message).join(), /The encoder mine doesn't run: /);
});

test('it can be stopped while it measures', async (context) => {
  const stop = new AbortController();
  const waiting = {
    signal: stop.signal,
    report: () => {
      stop.abort();
    },
  };
  const options = { ...engineOptions('cpu'), cacheFolder: temporaryFolder(context) };
  const { run, tried } = providersWith({});
  const stopped = runDoctor(new EncoderRegistry(), options, {}, undefined, waiting, run);
  await assert.rejects(stopped, (error) => isCancellation(error));
  assert.deepEqual(tried, []);
});
