import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { ProviderRun } from '../../../../src/core/encoders/executionProviders.ts';
import { ErrorCode } from '../../../../src/core/errors.ts';
import { builtInEncoder } from '../../../../src/engine/encoders/builtIn.ts';
import {
  chooseProvider,
  leftToProcessor,
  forgetProvider,
  tryAllProviders,
  type ProviderTools,
} from '../../../../src/engine/encoders/providers/chooseProvider.ts';
import { ProviderMemory } from '../../../../src/engine/encoders/providers/providerMemory.ts';
import { processSpace } from '../../../../src/engine/store/processes.ts';
import { endsDuring, ProviderUse } from '../../../../src/engine/encoders/providers/providerUse.ts';
import { temporaryFolder } from '../../../temporaryFolder.ts';

const encoder = builtInEncoder('handcrafted')!;
const { dim } = encoder.card.output;

/** Vectors of length 1; of another picture with another `axis`. */
function vectors(length: number, axis = 0): Float32Array {
  return Float32Array.from({ length: 2 * length }, (_, i) => (i % length === axis ? 1 : 0));
}

/** A machine whose providers do as they are told; what it was asked is written down. */
function machineWith(runs: Readonly<Record<string, (model: string) => ProviderRun>>, supported = Object.keys(runs)) {
  const asked: string[] = [];
  const tools: ProviderTools = {
    describe: () => Promise.resolve({ version: '1', providers: supported }),
    run: ({ provider, card }) => {
      const model = card.output.dim === dim ? 'handcrafted' : 'pixels';
      asked.push(`${provider} ${model}`);
      return Promise.resolve(runs[provider]!(model));
    },
  };
  return { tools, asked };
}

const speed = (imagesPerSecond: number, axis = 0) => {
  return (model: string): ProviderRun => {
    const length = model === 'handcrafted' ? dim : builtInEncoder('pixels')!.card.output.dim;
    return { vectors: vectors(length, axis), imagesPerSecond };
  };
};

describe('what an encoder runs on', () => {
  test('automatically, the fastest provider that agrees, which is remembered', async (context) => {
    const memoryFolder = temporaryFolder(context);
    const { tools, asked } = machineWith({ cpu: speed(100), webgpu: speed(900), cuda: speed(2000, 1) });
    const execution = { choice: 'auto', memoryFolder } as const;
    assert.deepEqual(await chooseProvider(encoder, execution, 1, tools), { provider: 'webgpu' });
    // CUDA's vectors were wrong already for the smallest of models.
    assert.deepEqual(asked, ['cuda pixels', 'cpu pixels', 'webgpu pixels', 'webgpu handcrafted', 'cpu handcrafted']);
    asked.length = 0;
    assert.deepEqual(await chooseProvider(encoder, execution, 1, tools), { provider: 'webgpu' });
    assert.deepEqual(asked, []);
    // Who asks how things are wants to know how they are now.
    const trials = await tryAllProviders(encoder, memoryFolder, 1, tools);
    assert.deepEqual(
      trials.map(({ provider, unfit }) => [provider, unfit === undefined]),
      [
        ['cuda', false],
        ['webgpu', true],
      ],
    );
    assert.equal(asked.length, 5);
  });

  test('one that was asked for and fails leaves the processor, and the reason is told', async (context) => {
    const fails = (model: string): ProviderRun =>
      model === 'pixels' ? speed(9)(model) : { reason: 'can’t run it: no Gelu' };
    const { tools } = machineWith({ cpu: speed(100), webgpu: fails });
    const computing = await chooseProvider(
      encoder,
      { choice: 'webgpu', memoryFolder: temporaryFolder(context) },
      1,
      tools,
    );
    assert.equal(computing.provider, 'cpu');
    assert.equal(computing.note, `The CPU runs ${encoder.card.name}, as webgpu can’t run it: no Gelu.`);
  });

  test('one that was asked for is taken even where it is slow', async (context) => {
    const { tools } = machineWith({ cpu: speed(100), webgpu: speed(1) });
    const execution = { choice: 'webgpu', memoryFolder: temporaryFolder(context) } as const;
    assert.deepEqual(await chooseProvider(encoder, execution, 1, tools), { provider: 'webgpu' });
  });

  test('one that gave numbers that are none is not tried again and again', async (context) => {
    const nothing = (model: string): ProviderRun => {
      const run = speed(900)(model);
      return 'vectors' in run ? { ...run, vectors: run.vectors.map(() => Number.NaN) } : run;
    };
    const { tools, asked } = machineWith({ cpu: speed(100), webgpu: nothing });
    const execution = { choice: 'webgpu', memoryFolder: temporaryFolder(context) } as const;
    const first = await chooseProvider(encoder, execution, 1, tools);
    assert.match(first.note!, /as webgpu gives other vectors than the CPU: not all are numbers\.$/);
    asked.length = 0;
    assert.deepEqual(await chooseProvider(encoder, execution, 1, tools), first);
    assert.deepEqual(asked, []);
  });

  test('that the processor could not be asked is not held against a provider', async (context) => {
    const execution = { choice: 'webgpu', memoryFolder: temporaryFolder(context) } as const;
    const busy = machineWith({ cpu: () => ({ reason: 'did not answer within 60 s' }), webgpu: speed(900) });
    const { note } = await chooseProvider(encoder, execution, 1, busy.tools);
    assert.match(note!, /as webgpu has nothing to be compared with: the CPU did not answer within 60 s\.$/);
    const { tools } = machineWith({ cpu: speed(100), webgpu: speed(900) });
    assert.deepEqual(await chooseProvider(encoder, execution, 1, tools), { provider: 'webgpu' });
  });

  test('nothing is remembered of what was stopped', async (context) => {
    const execution = { choice: 'auto', memoryFolder: temporaryFolder(context) } as const;
    const { tools } = machineWith({ cpu: speed(100), webgpu: speed(900) });
    const stopping = new AbortController();
    const stopped = chooseProvider(
      encoder,
      execution,
      1,
      {
        ...tools,
        run: (_, signal) => {
          assert.equal(signal, stopping.signal);
          stopping.abort();
          return Promise.resolve({ reason: 'was not tried to the end' });
        },
      },
      { signal: stopping.signal },
    );
    await assert.rejects(stopped, { code: ErrorCode.Cancelled });
    assert.deepEqual(await chooseProvider(encoder, execution, 1, tools), { provider: 'webgpu' });
  });

  test('nothing is remembered of what is no doing of the provider’s', async (context) => {
    const execution = { choice: 'webgpu', memoryFolder: temporaryFolder(context) } as const;
    const reason = 'could not be tried: spawn EAGAIN';
    const busy = machineWith({ cpu: speed(100), webgpu: () => ({ reason, isPassing: true }) });
    const { note } = await chooseProvider(encoder, execution, 1, busy.tools);
    assert.equal(note, `The CPU runs ${encoder.card.name}, as webgpu ${reason}.`);
    const { tools } = machineWith({ cpu: speed(100), webgpu: speed(900) });
    assert.deepEqual(await chooseProvider(encoder, execution, 1, tools), { provider: 'webgpu' });
  });

  test('a runtime’s words become part of a sentence', () => {
    const { note, reason } = leftToProcessor('runs it', 'webgpu', "can't run it: Error 3.\n  No adapter  found.\n");
    assert.equal(reason, "webgpu can't run it: Error 3. No adapter found");
    assert.equal(note, `The CPU runs it, as ${reason}.`);
  });

  test('one that was trusted and has failed since is tried again', async (context) => {
    const memoryFolder = temporaryFolder(context);
    const execution = { choice: 'webgpu', memoryFolder } as const;
    const { tools } = machineWith({ cpu: speed(100), webgpu: speed(900) });
    assert.deepEqual(await chooseProvider(encoder, execution, 1, tools), { provider: 'webgpu' });
    await forgetProvider(encoder, 'webgpu', memoryFolder, tools);
    const gone = { reason: "can't run it: the driver is gone" };
    const now = machineWith({ cpu: speed(100), webgpu: () => gone });
    const { note } = await chooseProvider(encoder, execution, 1, now.tools);
    assert.equal(note, `The CPU runs ${encoder.card.name}, as webgpu ${gone.reason}.`);
    assert.deepEqual(now.asked, ['webgpu handcrafted'], 'what is known of the smallest of models stays so');
  });

  test('one that this build doesn’t have is told as such', async (context) => {
    const { tools, asked } = machineWith({ cpu: speed(100) });
    const execution = { choice: 'coreml', memoryFolder: temporaryFolder(context) } as const;
    const { note } = await chooseProvider(encoder, execution, 1, tools);
    assert.match(note!, /as coreml is not part of ONNX Runtime on this platform\.$/);
    assert.deepEqual(asked, []);
  });

  test('nothing is tried where the processor is wanted', async (context) => {
    const { tools, asked } = machineWith({ cpu: speed(100), webgpu: speed(900) });
    const execution = { choice: 'cpu', memoryFolder: temporaryFolder(context) } as const;
    assert.deepEqual(await chooseProvider(encoder, execution, 1, tools), { provider: 'cpu' });
    assert.deepEqual(asked, []);
  });
});

describe('a provider that ends the process it computes in', () => {
  /** Marks as processes leave them that end while webgpu computes. */
  function endedProcesses(memoryFolder: string, count: number): void {
    for (let i = 0; i < count; i++) {
      const script = `
        import { ProviderUse } from ${JSON.stringify(new URL('../../../../src/engine/encoders/providers/providerUse.ts', import.meta.url).href)};
        const use = new ProviderUse(${JSON.stringify(memoryFolder)}, ${JSON.stringify(`${encoder.identity} webgpu 1 ${process.platform}-${process.arch}`)});
        void use.during(() => new Promise(() => process.kill(process.pid, 'SIGKILL')));`;
      spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script]);
    }
  }

  test('is tried anew after one end, and left after a second one until somebody has it tried', async (context) => {
    const memoryFolder = temporaryFolder(context);
    const execution = { choice: 'webgpu', memoryFolder } as const;
    const { tools, asked } = machineWith({ cpu: speed(100), webgpu: speed(900) });
    await chooseProvider(encoder, execution, 1, tools);
    asked.length = 0;
    endedProcesses(memoryFolder, 1);
    assert.deepEqual(await chooseProvider(encoder, execution, 1, tools), { provider: 'webgpu' });
    assert.deepEqual(asked, ['webgpu handcrafted', 'cpu handcrafted'], 'whatever is remembered');
    endedProcesses(memoryFolder, 1);
    const { provider, note } = await chooseProvider(encoder, execution, 1, tools);
    assert.equal(provider, 'cpu');
    const reason = 'as webgpu has ended its process more than once while it computed; Doctor tries it again';
    assert.equal(note, `The CPU runs ${encoder.card.name}, ${reason}.`);
    await tryAllProviders(encoder, memoryFolder, 1, tools);
    assert.deepEqual(await chooseProvider(encoder, execution, 1, tools), { provider: 'webgpu' });
  });

  test('is trusted again after a use that ended well; nothing stands after one that failed with an error', async (context) => {
    const memoryFolder = temporaryFolder(context);
    const key = `${encoder.identity} webgpu 1 ${process.platform}-${process.arch}`;
    endedProcesses(memoryFolder, 2);
    assert.equal(endsDuring(memoryFolder, key), 2);
    assert.equal(endsDuring(memoryFolder, 'another'), 0);
    const use = new ProviderUse(memoryFolder, key);
    await assert.rejects(
      use.during(() => Promise.reject(new Error('out of memory'))),
      /out of memory/,
    );
    use.end();
    assert.equal(endsDuring(memoryFolder, key), 2, 'it has computed nothing');
    await use.during(async () => {
      assert.equal(endsDuring(memoryFolder, key), 2, 'this process is alive');
      return Promise.resolve();
    });
    use.end();
    assert.deepEqual(await readdir(path.join(memoryFolder, 'providers-in-use')), []);
  });

  test('is told from another machine’s that shares the folder, and from a process of our number that was before us', async (context) => {
    const memoryFolder = temporaryFolder(context);
    const folder = path.join(memoryFolder, 'providers-in-use');
    await mkdir(folder);
    const leave = (name: string, host: string, pid: number, space = processSpace()) =>
      writeFile(path.join(folder, name), JSON.stringify({ key: 'k', host, processSpace: space, pid, at: Date.now() }));
    const nobody = 2 ** 30;
    await leave('elsewhere.json', `not-${hostname()}`, nobody);
    await leave('another container.json', hostname(), nobody, 'linux pid:[1]');
    await leave('parent.json', hostname(), process.ppid);
    await writeFile(path.join(folder, 'half.json'), '{"key":');
    assert.equal(endsDuring(memoryFolder, 'k'), 0);
    await leave('before-us.json', hostname(), process.pid);
    await leave('gone.json', hostname(), nobody);
    assert.equal(endsDuring(memoryFolder, 'k'), 2);
  });

  test('is held responsible for a week', (context) => {
    const memoryFolder = temporaryFolder(context);
    const key = `${encoder.identity} webgpu 1 ${process.platform}-${process.arch}`;
    endedProcesses(memoryFolder, 1);
    const day = 24 * 60 * 60 * 1000;
    assert.equal(endsDuring(memoryFolder, key, Date.now() + 6 * day), 1);
    assert.equal(endsDuring(memoryFolder, key, Date.now() + 8 * day), 0);
  });
});

describe('what is remembered of providers', () => {
  const day = 24 * 60 * 60 * 1000;
  const fit = { provider: 'webgpu', imagesPerSecond: 9, cpuImagesPerSecond: 1, agreement: 1 } as const;

  test('lasts a month, what failed a week', async (context) => {
    const folder = temporaryFolder(context);
    let now = 1000 * day;
    const memory = new ProviderMemory(folder, () => now);
    await memory.keep('a', fit);
    await memory.keep('b', { ...fit, unfit: 'fails' });
    assert.deepEqual(await memory.find('a'), fit);
    now += 8 * day;
    assert.deepEqual(await memory.find('a'), fit);
    assert.equal(await memory.find('b'), undefined);
    now += 30 * day;
    assert.equal(await memory.find('a'), undefined);
  });

  test('is passed over where the file is broken, and written anew', async (context) => {
    const folder = temporaryFolder(context);
    const file = path.join(folder, 'providers.json');
    for (const content of ['{"a":', '[]', 'null', '{"a":{"trial":{"provider":1},"at":"now"}}']) {
      await writeFile(file, content);
      const memory = new ProviderMemory(folder);
      assert.equal(await memory.find('a'), undefined);
      await memory.keep('a', fit);
      assert.deepEqual(await memory.find('a'), fit);
      assert.ok((await readFile(file, 'utf8')).startsWith('{'));
    }
  });

  test('costs nothing but time where the folder can’t be written', async (context) => {
    const file = path.join(temporaryFolder(context), 'file');
    await writeFile(file, '');
    const memory = new ProviderMemory(path.join(file, 'folder'));
    await memory.keep('a', fit);
    assert.equal(await memory.find('a'), undefined);
  });
});
