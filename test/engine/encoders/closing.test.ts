import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pooled, smallModel, writeModel } from './smallModels.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';

// In a process of its own, because what must not happen is that the process aborts.
test('closing while the runtime loads, opens or runs a model never takes the process along', (context) => {
  const folder = temporaryFolder(context);
  const model = writeModel(folder, 'tiny.onnx', smallModel(pooled, { batch: 3 }));
  const script = `
    import { OnnxWorker } from ${JSON.stringify(new URL('../../../src/engine/encoders/onnxRuntime.ts', import.meta.url).href)};
    let closed = 0;
    for (let delay = 0; delay < 60; delay += 3) {
      const worker = new OnnxWorker();
      const load = () => worker.load({ file: ${JSON.stringify(model)} }, { threads: 1 });
      const busy = Promise.allSettled([load(), load(), load(), load(), load(), load(), load(), load()]);
      await new Promise((resolve) => setTimeout(resolve, delay));
      await worker.dispose();
      for (const { status, reason } of await busy) {
        if (status === 'rejected' && reason.code !== 'engine-stopped') throw reason;
      }
      closed++;
    }
    process.stdout.write(String(closed));`;
  const file = path.join(folder, 'closing.mjs');
  writeFileSync(file, script);
  const child = spawnSync(process.execPath, [file], { encoding: 'utf8' });
  assert.deepEqual([child.status, child.signal, child.stdout], [0, null, '20'], child.stderr);
});
