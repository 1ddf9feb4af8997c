/**
 * A process that works on a run; started by runProcesses.test.ts. `write` saves checkpoints of five megabytes, each filled
 * with its number, until it is killed. `fight` tries to get the run at every line of its input.
 */
import { createInterface } from 'node:readline';
import { asLikenessError } from '../../../src/core/errors.ts';
import { RunStore } from '../../../src/engine/training/runStore.ts';
import { tensors } from './runFixtures.ts';

const CHECKPOINT_ELEMENTS = 1_300_000;
const [root = '', id = '', task = ''] = process.argv.slice(2);
const store = new RunStore(root);

async function write(): Promise<void> {
  const run = await store.open(id);
  const checkpoint = await run.loadCheckpoint();
  let step = Number(checkpoint?.metadata['step'] ?? 0);
  await run.truncateMetrics(step);
  for (;;) {
    step++;
    run.appendMetrics(step, 0, step, { loss: 1 / step });
    await run.saveCheckpoint(tensors(step, CHECKPOINT_ELEMENTS), { step: `${step}` });
    await run.update({ step });
    process.stdout.write(`${step}\n`);
  }
}

async function fight(): Promise<void> {
  process.stdout.write('ready\n');
  for await (const _ of createInterface({ input: process.stdin })) {
    try {
      await store.open(id);
      process.stdout.write('held\n');
    } catch (error) {
      process.stdout.write(`${asLikenessError(error).code}\n`);
    }
  }
}

await (task === 'write' ? write() : fight());
