import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { PROBE_IMAGES } from '../../../../src/core/encoders/probeImages.ts';
import { builtInEncoder } from '../../../../src/engine/encoders/builtIn.ts';
import { judgeProvider } from '../../../../src/core/encoders/executionProviders.ts';
import { tryProvider } from '../../../../src/engine/encoders/providers/trial.ts';
import { entryPoint } from '../../../../src/engine/entryPoints.ts';
import { temporaryFolder } from '../../../temporaryFolder.ts';

const { model, card } = builtInEncoder('pixels')!;
const request = { model, card, threads: 1, provider: 'cpu' } as const;

/** A Vulkan driver that computes on the processor, which comes with Chromium, beside the library that loads drivers. */
const chromium = '/usr/lib/chromium';
const driver = path.join(chromium, 'vk_swiftshader_icd.json');
const unlessDriver = existsSync(driver) ? false : `there is no ${driver}`;

/** The address of a module of that text. */
async function moduleOf(context: TestContext, text: string): Promise<URL> {
  const file = path.join(temporaryFolder(context), 'entry.mjs');
  await writeFile(file, text);
  return pathToFileURL(file);
}

describe('a provider is tried in a process of its own', () => {
  test('which gives vectors of length 1 and a speed', async () => {
    const run = await tryProvider(request);
    assert.ok('vectors' in run, JSON.stringify(run));
    const { dim } = card.output;
    assert.equal(run.vectors.length, PROBE_IMAGES * dim);
    assert.ok(Math.abs(Math.hypot(...run.vectors.subarray(0, dim)) - 1) < 1e-5);
    assert.ok(run.imagesPerSecond > 0);
  });

  test('which says why it can’t', async () => {
    const run = await tryProvider({ ...request, provider: 'coreml' });
    assert.ok('reason' in run || process.platform === 'darwin');
    if ('reason' in run) assert.match(run.reason, /^can't run it: \S/);
    const broken = await tryProvider({ ...request, model: { bytes: Uint8Array.of(1, 2, 3) } });
    assert.ok('reason' in broken && broken.reason.startsWith("can't run it: "), JSON.stringify(broken));
  });

  test('which may crash', async (context) => {
    const entry = await moduleOf(context, 'process.once("message", () => process.kill(process.pid, "SIGKILL"));');
    assert.deepEqual(await tryProvider(request, { entry }), {
      reason: process.platform === 'win32' ? 'took its process down (exit code 1)' : 'took its process down (SIGKILL)',
    });
  });

  test('which may be ended from outside, and nothing is to be remembered of that', async (context) => {
    const entry = await moduleOf(context, 'process.once("message", () => process.kill(process.pid, "SIGHUP"));');
    const run = await tryProvider(request, { entry });
    if (process.platform === 'win32') return;
    assert.deepEqual(run, { reason: 'took its process down (SIGHUP)', isPassing: true });
  });

  test('which a terminal’s interruption doesn’t end', { skip: process.platform === 'win32' }, async (context) => {
    // As a terminal does, it interrupts before anything is answered.
    const entry = await moduleOf(
      context,
      `import ${JSON.stringify(entryPoint('providerTrial').href)};
       process.once('message', () => process.kill(process.pid, 'SIGINT'));`,
    );
    const run = await tryProvider(request, { entry });
    assert.ok('vectors' in run, JSON.stringify(run));
  });

  test('which may hang', async (context) => {
    const entry = await moduleOf(context, 'process.once("message", () => setInterval(() => undefined, 1000));');
    assert.deepEqual(await tryProvider(request, { entry, patience: 1500 }), { reason: 'did not answer within 2 s' });
  });

  test('which may not even start', async () => {
    const run = await tryProvider(request, { environment: { ...process.env, BROKEN: 'a\0b' } });
    assert.ok('reason' in run && /^could not be tried: \S/.test(run.reason), JSON.stringify(run));
    assert.equal(run.isPassing, true);
  });

  test('which ends where nobody wants its answer any more', async (context) => {
    const entry = await moduleOf(context, 'process.once("message", () => setInterval(() => undefined, 1000));');
    const stopping = new AbortController();
    const run = tryProvider(request, { entry, signal: stopping.signal });
    stopping.abort();
    assert.deepEqual(await run, { reason: 'was not tried to the end' });
  });

  test('WebGPU gives the vectors of the processor', { skip: unlessDriver }, async () => {
    const environment = { ...process.env, VK_DRIVER_FILES: driver, LD_LIBRARY_PATH: chromium };
    const cpu = await tryProvider(request);
    assert.ok('vectors' in cpu);
    const run = await tryProvider({ ...request, provider: 'webgpu' }, { environment });
    const { agreement, unfit } = judgeProvider('webgpu', run, cpu, card.output.dim);
    assert.equal(unfit, undefined);
    assert.ok(agreement > 0.9999, `${agreement}`);
  });
});
