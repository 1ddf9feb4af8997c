import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { BEGINNING, readNewLines } from '../../../src/engine/training/newLines.ts';
import { readRunMetrics } from '../../../src/engine/training/runMetrics.ts';
import { RunStore } from '../../../src/engine/training/runStore.ts';
import { Trainings } from '../../../src/engine/training/trainings.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { writeStripes } from './colourDataset.ts';
import { job } from './job.ts';

const line = (step: number, metrics: Record<string, unknown> = { loss: 1 / step }) =>
  `${JSON.stringify({ step, epoch: Math.ceil(step / 3), seconds: step / 10, ...metrics })}\n`;

function runFolder(context: TestContext, text = '') {
  const folder = temporaryFolder(context);
  const file = join(folder, 'metrics.jsonl');
  writeFileSync(file, text);
  return { folder, file };
}

describe('reading what a run has measured', () => {
  test('a line that is half written comes when it is whole', async (context) => {
    const whole = line(3, { loss: 0.25, knn: 0.5 });
    const { folder, file } = runFolder(context, line(1) + line(2) + whole.slice(0, 20));
    const first = await readRunMetrics(folder);
    assert.deepEqual([...first.metrics.steps], [1, 2]);
    assert.deepEqual([first.continues, first.more], [false, false]);
    const nothing = await readRunMetrics(folder, first.ends);
    assert.deepEqual([nothing.continues, nothing.metrics.steps.length], [true, 0]);
    appendFileSync(file, whole.slice(20));
    const second = await readRunMetrics(folder, nothing.ends);
    assert.deepEqual([second.continues, ...second.metrics.steps], [true, 3]);
    assert.deepEqual([...second.metrics.metrics['knn']!], [0.5]);
  });

  test('a file that a resumed run has cut and written anew is read from its beginning', async (context) => {
    const { folder, file } = runFolder(context, [1, 2, 3, 4].map((step) => line(step)).join(''));
    const { ends } = await readRunMetrics(folder);
    // Shorter, as long with other numbers, longer.
    for (const text of [line(1), line(1) + line(2) + line(3) + line(4, { loss: 0.26 }), line(1).repeat(9)]) {
      writeFileSync(file, text);
      const again = await readRunMetrics(folder, ends);
      assert.equal(again.continues, false);
      assert.equal(again.metrics.steps.length, text.split('\n').length - 1);
    }
  });

  test('lines that make no sense are passed over, and missing metrics are no numbers', async (context) => {
    const { folder } = runFolder(
      context,
      `${line(1, { a: 1 })}{"st\n[1]\nnull\n{"step":"2"}\n\n${line(2, { b: 2, c: 'x' })}`,
    );
    const { steps, metrics } = (await readRunMetrics(folder)).metrics;
    assert.deepEqual([...steps], [1, 2]);
    assert.deepEqual(metrics, { a: Float64Array.of(1, NaN), b: Float64Array.of(NaN, 2) });
  });

  test('a run that has written nothing has nothing', async (context) => {
    const folder = temporaryFolder(context);
    const { metrics, histograms, ends } = await readRunMetrics(folder);
    assert.deepEqual([metrics.steps.length, histograms.epochs.length, ends.metrics.bytes], [0, 0, 0]);
  });

  test('a large file comes in parts, none of them lost', async (context) => {
    const { file } = runFolder(context, Array.from({ length: 100 }, (_, i) => line(i + 1)).join(''));
    let [end, more] = [BEGINNING, true];
    const lines: string[] = [];
    while (more) {
      const part = await readNewLines(file, end, 500);
      assert.ok(part.continues);
      lines.push(...part.lines);
      ({ end, more } = part);
    }
    assert.equal(lines.map((text) => `${text}\n`).join(''), readFileSync(file, 'utf8'));
    truncateSync(file, 10);
    assert.equal((await readNewLines(file, end)).continues, false);
  });

  test('histograms whose bins differ from the first are passed over', async (context) => {
    const { folder } = runFolder(context, line(1));
    const row = (epoch: number, positives: number[]) =>
      `${JSON.stringify({ step: epoch, epoch, seconds: 1, low: -1, high: 1, positives, negatives: [3, 4] })}\n`;
    writeFileSync(join(folder, 'histograms.jsonl'), row(1, [1, 2]) + row(2, [1]) + row(3, [5, 6]));
    const { histograms } = await readRunMetrics(folder);
    assert.deepEqual([...histograms.epochs], [1, 3]);
    assert.deepEqual([...histograms.positives], [1, 2, 5, 6]);
  });

  test('a run that is none is not found', async (context) => {
    const root = temporaryFolder(context);
    mkdirSync(join(root, '.likeness', 'runs'), { recursive: true });
    await assert.rejects(new RunStore(root).folder('../..'), { code: ErrorCode.RunNotFound });
  });
});

test('a run keeps histograms of its pairs by epoch, and one that was stopped ends with the same ones', async (context) => {
  const settings = { network: 'resnet10-light', size: 32, batchImages: 8, epochs: 3, seed: 7, threads: 1 } as const;
  const trainings = () => new Trainings({ registry: new EncoderRegistry(), rootOf: (path) => path, threads: 1 });
  const histogramsOf = async (root: string, run: string) => {
    return (await readRunMetrics(await new RunStore(root).folder(run))).histograms;
  };
  const [root, undisturbed] = [temporaryFolder(context), temporaryFolder(context)];
  for (const folder of [root, undisturbed]) await writeStripes(folder, 8);
  const { run } = await trainings().train('pretrain', { folder: undisturbed, settings }, job());
  const expected = await histogramsOf(undisturbed, run.id);
  assert.deepEqual([...expected.epochs], [1, 2, 3]);
  // Eight images in a batch: a positive each, and every view with fourteen others.
  const rowSums = (counts: Uint32Array) =>
    [0, 1, 2].map((row) => counts.subarray(row * expected.bins, (row + 1) * expected.bins).reduce((a, b) => a + b));
  assert.deepEqual(
    [rowSums(expected.positives), rowSums(expected.negatives)],
    [
      [8, 8, 8],
      [112, 112, 112],
    ],
  );
  const stopping = job(({ phase, done }) => {
    if (phase === 'Training' && done >= 40) stopping.abort();
  });
  await assert.rejects(trainings().train('pretrain', { folder: root, settings }, stopping), {
    code: ErrorCode.Cancelled,
  });
  const [stopped] = await new RunStore(root).list();
  // What a killed process would have left.
  appendFileSync(
    join(await new RunStore(root).folder(stopped!.id), 'histograms.jsonl'),
    line(9, { low: -1 }) + '{"step":1',
  );
  await trainings().resume({ folder: root, run: stopped!.id }, job());
  assert.deepEqual(await histogramsOf(root, stopped!.id), expected);
});
