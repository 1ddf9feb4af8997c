import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode, LikenessError } from '../../../src/core/errors.ts';
import type { Progress } from '../../../src/core/progress.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { encodeImage } from '../../../src/engine/images/codec.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { generateSample } from '../../../src/engine/sample/generate.ts';
import { openStore } from '../../../src/engine/store/openStore.ts';
import { meta } from '../../../src/engine/indexing/meta.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { picture, write } from '../indexing/dataset.ts';
import { writeStripes } from '../training/colourDataset.ts';

function start(context: TestContext) {
  const cacheFolder = temporaryFolder(context);
  const engine = new Engine({ ...engineOptions(), cacheFolder });
  context.after(() => engine.dispose());
  const phases: string[] = [];
  const abort = new AbortController();
  const report = ({ phase }: Progress) => {
    if (phases.at(-1) !== phase) phases.push(phase);
  };
  return { engine, cacheFolder, phases, abort, job: { signal: abort.signal, report } };
}

const notEnough = (pattern: RegExp) => (error: unknown) =>
  error instanceof LikenessError && error.code === ErrorCode.NotEnoughLabels && pattern.test(error.message);

describe('comparing encoders', () => {
  it('measures the encoder and all baselines on the test split, and embeds once', async (context) => {
    const root = temporaryFolder(context);
    await writeStripes(root, 8);
    await writeStripes(root, 4, 'test');
    const { engine, cacheFolder, phases, job } = start(context);
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job);
    const { protocol, encoders } = await engine.evaluate({ folder: root, encoders: ['handcrafted'] }, job);
    assert.deepEqual(
      encoders.map(({ id, baseline }) => [id, baseline]),
      [
        ['handcrafted', 'handcrafted'],
        ['pixels', 'pixels'],
        ['untrained-resnet10-64px', 'untrained'],
      ],
    );
    assert.deepEqual([protocol.images, protocol.split], [36, { kind: 'test', bank: 24, queries: 12 }]);
    assert.deepEqual(
      protocol.classes.map(({ name, count }) => `${name} ${count}`),
      ['middle 12', 'narrow 12', 'wide 12'],
    );
    assert.deepEqual(protocol.fewLabels.labels, [1, 5]);
    for (const encoder of encoders) {
      for (const share of [encoder.knn, encoder.knnMacro, encoder.probe, encoder.map, encoder.recallAt1]) {
        assert.ok(share >= 0 && share <= 1, encoder.id);
      }
      assert.ok(encoder.knnMacroInterval.low <= encoder.knnMacro && encoder.knnMacro <= encoder.knnMacroInterval.high);
      assert.ok(encoder.alignment > 0 && encoder.alignment < 4 && encoder.uniformity < 0);
      assert.ok(encoder.effectiveRank > 1 && encoder.effectiveRank <= encoder.dim);
      assert.ok(encoder.collapse > 0 && encoder.imagesPerSecond > 0 && encoder.probeError >= 0);
      assert.deepEqual(
        encoder.fewLabels.map(({ labels }) => labels),
        [1, 5],
      );
    }
    // Stripes of random colours in one orientation a class: gradients tell them apart.
    assert.ok(encoders[0]!.probeMacro > 0.8, String(encoders[0]!.probeMacro));
    assert.ok(phases.some((phase) => phase.startsWith('Embedding with untrained')));

    const before = phases.length;
    const again = await engine.evaluate({ folder: root, encoders: ['handcrafted'] }, job);
    assert.ok(!phases.slice(before).some((phase) => phase.startsWith('Embedding')), 'vectors are in the index');
    const steady = (report: typeof again) =>
      report.encoders.map(({ id, knn, probe, probeError, map, fewLabels }) => ({
        id,
        knn,
        probe,
        probeError,
        map,
        fewLabels,
      }));
    assert.deepEqual(steady(again), steady({ ...again, encoders }));
    const store = openStore(root, { cacheFolder, mode: 'read' })!;
    assert.equal(store.readMeta(meta.encoderReference), 'pixels', "the dataset's own encoder stays what it was");
    store.close();
  });

  it('takes no copy for a hit', async (context) => {
    const root = temporaryFolder(context);
    // Every picture is unlike all others, and has a copy in its class: only copies could be found.
    for (let i = 0; i < 12; i++) {
      write(root, `c${i % 2}/${i}.png`, await noise(i));
      copyFileSync(join(root, `c${i % 2}/${i}.png`), join(root, `c${i % 2}/copy of ${i}.png`));
    }
    const { engine, job } = start(context);
    const { protocol, encoders } = await engine.evaluate({ folder: root, encoders: ['pixels'] }, job);
    assert.deepEqual([protocol.split.kind, protocol.duplicates.images], ['leave-one-out', 24]);
    const [pixels] = encoders;
    assert.ok(pixels!.recallAt1 < 0.9 && pixels!.knn < 0.9, `hit@1 ${pixels!.recallAt1}, kNN ${pixels!.knn}`);
    assert.ok(pixels!.probe < 0.9, `probe ${pixels!.probe}`);
  });

  it('finds the copies that are planted in the sample, and hardly anything else', async (context) => {
    const root = join(temporaryFolder(context), 'sample');
    const { planted } = await generateSample(root, { encodeImage, imagesPerClass: 12 });
    const { engine, job } = start(context);
    const { protocol } = await engine.evaluate({ folder: root, encoders: ['pixels'] }, job);
    const pairs = planted.filter(({ kind }) => kind === 'exact-duplicate' || kind === 'near-duplicate');
    const copies = new Set(pairs.flatMap(({ paths }) => paths)).size;
    const exact = new Set(pairs.filter(({ kind }) => kind === 'exact-duplicate').flatMap(({ paths }) => paths)).size;
    assert.ok(
      protocol.duplicates.images >= exact && protocol.duplicates.images <= copies + 4,
      JSON.stringify(protocol.duplicates),
    );
    assert.ok(protocol.leftOut.unreadable > 0);
  });

  it('leaves out what it can not measure, and says so', async (context) => {
    const root = temporaryFolder(context);
    await writeStripes(root, 4);
    write(root, 'train/lonely/1.png', await noise(1));
    write(root, 'no label.png', await noise(2));
    write(root, 'train/wide/broken.png', 'broken');
    const { engine, job } = start(context);
    const { protocol } = await engine.evaluate({ folder: root, encoders: ['pixels'] }, job);
    assert.deepEqual(protocol.leftOut, {
      unlabelled: 1,
      unreadable: 1,
      aboveLimit: 0,
      withoutVector: 0,
      classes: [{ name: 'lonely', count: 1 }],
    });
    const part = await engine.evaluate({ folder: join(root, 'train'), encoders: ['pixels'] }, job);
    assert.deepEqual([part.protocol.folder, part.protocol.leftOut.unlabelled], ['train', 0]);
  });

  it('goes by a table of labels and by what people decided, as labelling does', async (context) => {
    const root = temporaryFolder(context);
    const rows: string[] = [];
    for (let i = 0; i < 16; i++) {
      write(root, `pictures/${i}.png`, await noise(i));
      // The last two are not in the table, and one of them a person has labelled.
      if (i < 14) rows.push(`${i}.png,${i % 2 === 0 ? 'warm' : 'cold'}`);
    }
    write(root, 'labels.csv', `file,label\n${rows.join('\n')}\ngone.png,warm\n`);
    write(root, '.likeness/config.json', '{"labels":{"source":"csv","file":"labels.csv"}}');
    write(root, '.likeness/decisions.jsonl', '{"path":"pictures/15.png","action":"relabel","value":"cold"}\n');
    const { engine, job } = start(context);
    const { protocol, notices } = await engine.evaluate({ folder: root, encoders: ['pixels'] }, job);
    assert.deepEqual(
      protocol.classes.map(({ name, count }) => `${name} ${count}`),
      ['cold 8', 'warm 7'],
    );
    assert.equal(protocol.leftOut.unlabelled, 1);
    assert.match(notices.map(({ message }) => message).join(), /1 row of .*"gone\.png"/);
  });

  it('refuses images without labels, of one class, or with one picture a class', async (context) => {
    const root = temporaryFolder(context);
    const { engine, job } = start(context);
    write(root, 'a.png', await noise(1));
    await assert.rejects(engine.evaluate({ folder: root }, job), notEnough(/No image of .* has a label/));
    write(root, 'cats/1.png', await noise(2));
    write(root, 'cats/2.png', await noise(3));
    await engine.indexFolder({ folder: root }, job);
    await assert.rejects(engine.evaluate({ folder: root }, job), notEnough(/of one class \(cats\)/));
    write(root, 'dogs/1.png', await noise(4));
    copyFileSync(join(root, 'dogs/1.png'), join(root, 'dogs/copy.png'));
    await engine.indexFolder({ folder: root }, job);
    await assert.rejects(engine.evaluate({ folder: root }, job), notEnough(/too small: dogs\); add images/));
    const missing = { folder: root, encoders: ['no-such'] };
    await assert.rejects(engine.evaluate(missing, job), { code: ErrorCode.EncoderNotFound });
  });

  it('stops when it is told to, and goes on from there', async (context) => {
    const root = temporaryFolder(context);
    for (let i = 0; i < 40; i++) write(root, `c${i % 2}/${i}.png`, await picture([i * 6, 120, 250 - i * 6], i));
    const { engine, job, abort } = start(context);
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job);
    for (const phase of ['Embedding', 'Comparing']) {
      const stop = new AbortController();
      const report = (progress: Progress) => {
        if (progress.phase.startsWith(phase)) stop.abort();
      };
      const stopped = engine.evaluate({ folder: root }, { signal: stop.signal, report });
      await assert.rejects(stopped, { code: ErrorCode.Cancelled }, phase);
    }
    assert.equal((await engine.evaluate({ folder: root }, job)).encoders.length, 3);
    assert.ok(!abort.signal.aborted);
  });

  it('compares a trained encoder with its own network before training', async (context) => {
    const root = temporaryFolder(context);
    await writeStripes(root, 6);
    const { engine, job } = start(context);
    const settings = { network: 'resnet10-light', size: 32, batchImages: 8, epochs: 1, threads: 1, seed: 5 };
    const { run } = await engine.train('pretrain', { folder: root, settings }, job);
    const { encoders } = await engine.evaluate({ folder: root, encoders: [run.encoder!] }, job);
    assert.deepEqual(
      encoders.map(({ id }) => id),
      [run.encoder!, 'pixels', 'handcrafted', 'untrained-resnet10-light-32px-seed5'],
    );
    // Without its run, nothing tells what it was: the usual network stands in.
    await engine.deleteRun({ folder: root, run: run.id, encoder: false });
    const orphan = await engine.evaluate({ folder: root, encoders: [run.encoder!] }, job);
    assert.equal(orphan.encoders.at(-1)!.id, 'untrained-resnet10-64px');
  });
});

/** 8 × 8 blocks of random colours. */
function noise(seed: number): Promise<Uint8Array> {
  const random = new RandomStream(seed, 77);
  const blocks = Array.from({ length: 192 }, () => random.integer(256));
  const pixels = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => {
    const [channel, x, y] = [i % 3, Math.floor(i / 3) % 32, Math.floor(i / 96)];
    return blocks[(Math.floor(y / 4) * 8 + Math.floor(x / 4)) * 3 + channel]!;
  });
  return encodeImage(pixels, 32, 32, { format: 'png' });
}
