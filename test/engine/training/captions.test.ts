import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { usualWords } from '../../../src/core/clustering/usualWords.ts';
import { ErrorCode } from '../../../src/core/errors.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { RunStore } from '../../../src/engine/training/runStore.ts';
import { usualMapSettings } from '../../../src/protocol/embeddingMap.ts';
import type { CaptionTrainingSettings } from '../../../src/protocol/training.ts';
import { writeMeanings } from '../encoders/text/sentences.ts';
import { smallTextTower, wordTokenizer, writeJson } from '../encoders/text/towers.ts';
import { pooled, smallModel, writeModel } from '../encoders/smallModels.ts';
import { writeStripes } from './colourDataset.ts';
import { job } from './job.ts';
import { metricsOf } from './runFixtures.ts';

const KINDS = ['wide', 'middle', 'narrow'];
const PER_KIND = 24;
const HELD_OUT = 8;
const WORDS = ['[PAD]', '[START]', '[END]', '[UNK]', ...KINDS, 'stripes', 'number', ...digits()];
const SETTINGS: CaptionTrainingSettings = { epochs: 40, batchImages: 16, threads: 1, seed: 3 };

function digits(): string[] {
  return Array.from({ length: PER_KIND }, (_, i) => String(i));
}

/** Stripes, and what kind they are; the number of a caption is in no picture. */
describe('training with captions', () => {
  let folder: string;
  let root: string;
  let text: string;
  let engine: Engine;

  before(async () => {
    folder = realpathSync.native(mkdtempSync(join(tmpdir(), 'likeness-test-')));
    root = join(folder, 'stripes');
    await writeStripes(root, PER_KIND);
    await writeStripes(root, HELD_OUT, 'test');
    for (const [split, count] of [
      ['train', PER_KIND],
      ['test', HELD_OUT],
    ] as const) {
      for (const kind of KINDS) {
        for (let i = 0; i < count; i++) {
          writeFileSync(join(root, split, kind, `${i}.txt`), `${kind} stripes number ${i}\n`);
        }
      }
    }
    configure({ captions: { source: 'txt' }, labels: { source: 'none' } });
    text = join(folder, 'reader');
    writeModel(text, 'text_model.onnx', smallTextTower({ words: WORDS.length, dim: 9 }));
    writeJson(text, 'tokenizer.json', wordTokenizer(WORDS));
    engine = new Engine({ ...engineOptions('cpu'), cacheFolder: join(folder, 'cache'), threads: 1 });
  });
  after(async () => {
    await engine.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const configure = (config: object) => {
    mkdirSync(join(root, '.likeness'), { recursive: true });
    writeFileSync(join(root, '.likeness', 'config.json'), JSON.stringify(config));
  };
  const train = (settings: CaptionTrainingSettings, context = job()) =>
    engine.train('captions', { folder: root, settings: { ...SETTINGS, ...settings } }, context);
  const towers = () => ({ imageEncoder: 'handcrafted', textEncoder: text });
  const bytes = (encoder: string | undefined, name: string) =>
    readFileSync(join(root, '.likeness', 'encoders', encoder!, name));

  test('of two encoders that share nothing gives one that finds images by words', async () => {
    const { run, notices } = await train(towers());
    // Pictures of both splits have the same numbers.
    assert.deepEqual(
      notices.map(({ message }) => message.replace(/^\d+/, 'N')),
      [
        'N of the 24 images of the test split have a caption that was learnt from with another image, so that recall on the test split may say too much; give images with the same caption the same split.',
      ],
    );
    assert.equal(run.state, 'finished');
    const { testRecallAt1, testRecallAt1Before, testRecallAt5, testRecallAt5Before, temperature } = run.metrics;
    assert.ok(testRecallAt5! > testRecallAt5Before! + 0.2, `${testRecallAt5} after ${testRecallAt5Before}`);
    assert.ok(testRecallAt1! <= testRecallAt5! && testRecallAt1Before! <= testRecallAt5Before!);
    assert.ok(temperature! > 0.01 && temperature! < 1);
    const card = (await engine.listEncoders({ folder: root })).find(({ id }) => id === run.encoder)!;
    assert.equal(card.source, `run ${run.id}`);
    assert.match(card.trainedOn!, /^6\d images with captions, of stripes$/);
    assert.equal(card.text?.output.dim, card.output.dim);
    assert.ok(Math.abs(card.text.logitScale! * temperature! - 1) < 1e-6);
    // The exported encoder finds what the run said that its heads find.
    const { evaluation } = await engine.captions.evaluate({ folder: root, encoders: [card.id] }, job());
    const [figures] = evaluation!.encoders;
    assert.equal(evaluation!.split, 'test');
    const mean = (figures!.imageToCaption.recallAt1 + figures!.captionToImage.recallAt1) / 2;
    assert.ok(Math.abs(mean - testRecallAt1!) < 0.03, `${mean} instead of ${testRecallAt1}`);
    const found = await engine.texts.search(
      { folder: root, texts: ['narrow stripes'], encoder: card.id, count: 6 },
      job(),
    );
    const right = found.results.filter(({ path }) => path.includes('/narrow/')).length;
    assert.ok(right >= 5, `${right} of 6`);
    // The map colours its points by what the search finds, and its clusters have names out of words.
    const choice = { ...usualMapSettings, layout: 'likeness' } as const;
    const map = await engine.maps.open({ folder: root, encoder: card.id, choice }, job());
    const paths = [...found.results.map(({ path }) => path), 'gone.png'];
    const to = { texts: ['narrow stripes'], minus: [] };
    const similarities = await engine.maps.similarities({ root, identity: map.encoder.identity, to, paths });
    found.results.forEach(({ similarity }, i) => {
      assert.ok(Math.abs(similarity - similarities[i]!) < 1e-5);
    });
    assert.ok(Number.isNaN(similarities.at(-1)));
    assert.ok(map.figures.clusters.every(({ name }) => usualWords.some((word) => name.startsWith(word))));
    // So have those of a matrix; a class keeps its name, and the word stands beside it.
    const matrix = await engine.compareImages({ root, encoder: card.id }, job());
    const { bands } = matrix.arrangements.cluster.cells;
    const named = bands.filter(({ name }) => usualWords.some((word) => name.startsWith(word)));
    assert.ok(named.length > 0);
    assert.ok(
      bands.every((band) => named.includes(band) || band.name === 'no cluster'),
      JSON.stringify(bands),
    );
    configure({ captions: { source: 'txt' } });
    const { table } = await engine.compareImages({ root, encoder: card.id }, job());
    configure({ captions: { source: 'txt' }, labels: { source: 'none' } });
    assert.deepEqual(table.map(({ name }) => name).sort(), KINDS.toSorted());
    assert.ok(table.every(({ word }) => usualWords.some((usual) => word?.startsWith(usual))));
    assert.deepEqual(await engine.maps.classWords({ root }), {}, 'the encoder in use reads no texts');
  });

  test('of a pair begins with what it knows', async () => {
    const [first] = await engine.listEncoders({ folder: root }).then((cards) => cards.filter(({ text: half }) => half));
    const { evaluation } = await engine.captions.evaluate({ folder: root, encoders: [first!.id] }, job());
    const [{ imageToCaption, captionToImage }] = evaluation!.encoders as [(typeof evaluation & object)['encoders'][0]];
    const { run, notices } = await train({ imageEncoder: first!.id, epochs: 1, learningRate: 1 });
    const known = (imageToCaption.recallAt1 + captionToImage.recallAt1) / 2;
    const { metrics } = run;
    assert.ok(Math.abs(metrics['testRecallAt1Before']! - known) < 1e-9);
    // A rate that destroys everything: what was known is kept.
    assert.ok(metrics['validationRecall']! < metrics['validationRecallBefore']!);
    assert.deepEqual([metrics['bestEpoch'], metrics['testRecallAt1']], [0, metrics['testRecallAt1Before']]);
    assert.match(
      notices.map(({ message }) => message).join('\n'),
      /no better with what was learnt than by the encoder as it was \(recall@1 [\d.]+ %\), so that it is kept/,
    );
  });

  test('takes a sentence encoder for what reads, and what it trains finds images', async () => {
    const sentences = writeMeanings(join(folder, 'meanings'), [
      ...KINDS.map((kind) => [kind]),
      ['stripes'],
      ['number'],
    ]);
    const { run } = await train({ ...towers(), textEncoder: sentences });
    const { testRecallAt1, testRecallAt1Before } = run.metrics;
    assert.ok(testRecallAt1! > testRecallAt1Before!, `${testRecallAt1Before} to ${testRecallAt1}`);
    const { evaluation } = await engine.captions.evaluate({ folder: root, encoders: [run.encoder!] }, job());
    const { imageToCaption, captionToImage } = evaluation!.encoders[0]!;
    assert.ok(Math.abs((imageToCaption.recallAt1 + captionToImage.recallAt1) / 2 - testRecallAt1!) < 0.03);
    const query = { folder: root, texts: ['wide stripes'], encoder: run.encoder!, count: 6 };
    const { results } = await engine.texts.search(query, job());
    const right = results.filter(({ path }) => path.includes('/wide/')).length;
    assert.ok(right >= 5, `${right} of 6`);
    await assert.rejects(train({ imageEncoder: sentences }), {
      code: ErrorCode.TextWithoutImage,
      message: /meanings reads texts and sees no images/,
    });
  });

  test('goes on where it was stopped, to the same encoder, best epoch included', async () => {
    const { run: expected } = await train(towers());
    const stopping = job(({ phase, done }) => {
      if (phase === 'Training' && done >= 16 * 50) stopping.abort();
    });
    await assert.rejects(train(towers(), stopping), { code: ErrorCode.Cancelled });
    const [stopped] = await new RunStore(root).list();
    assert.deepEqual([stopped!.state, stopped!.resumable, stopped!.encoder], ['stopped', true, undefined]);
    assert.ok(existsSync(join(root, '.likeness', 'runs', stopped!.id, 'checkpoint.safetensors')));
    const { run, notices } = await engine.resumeRun({ folder: root, run: stopped!.id }, job());
    assert.deepEqual(
      notices.map(({ code }) => code),
      [ErrorCode.FiguresOfTraining],
    );
    const { metrics, step, epoch } = run;
    assert.deepEqual([step, epoch], [expected.step, expected.epoch]);
    assert.deepEqual(
      [metrics['bestEpoch'], metrics['testRecallAt1']],
      [expected.metrics['bestEpoch'], expected.metrics['testRecallAt1']],
    );
    assert.equal(run.encoder, expected.encoder);
    assert.ok(bytes(run.encoder, 'encoder.onnx').length > 0);
    const lines = metricsOf(join(root, '.likeness', 'runs', run.id));
    assert.deepEqual(
      lines.map((line) => line['step']),
      Array.from({ length: expected.step }, (_, i) => i + 1),
    );
    assert.ok(lines.every(({ secondsLeft }) => secondsLeft! >= 0));
  });

  test('keeps the best epoch on the validation pairs, and stops when there is no better one', async () => {
    const { run } = await train({ ...towers(), patience: 12, epochs: 400 });
    const { bestEpoch, bestValidationRecall, validationRecallBefore } = run.metrics;
    assert.ok(run.epoch < 400 && run.epoch - bestEpoch! >= 12);
    const measured = metricsOf(join(root, '.likeness', 'runs', run.id)).flatMap(({ validationRecall }) =>
      validationRecall === undefined ? [] : [validationRecall],
    );
    assert.equal(bestValidationRecall, Math.max(validationRecallBefore!, ...measured));
    assert.ok(bestEpoch! > 0 && measured.length * 4 === run.epoch);
  });

  test('says in a sentence what it lacks', async () => {
    const fails = (settings: CaptionTrainingSettings, code: ErrorCode, message: RegExp) =>
      assert.rejects(train(settings), (error: Error & { code?: string }) => {
        assert.equal(error.code, code, error.message);
        assert.match(error.message, message);
        return true;
      });
    await fails({ imageEncoder: 'handcrafted' }, ErrorCode.EncoderWithoutText, /has no text half .*--text-encoder/);
    await fails({ imageEncoder: text }, ErrorCode.TextWithoutImage, /text_model\.onnx reads texts and sees no images/);
    await fails({ ...towers(), textEncoder: 'pixels' }, ErrorCode.EncoderWithoutText, /has no text half/);
    const halves = join(folder, 'halves');
    const seeing = writeModel(halves, 'vision_model.onnx', smallModel(pooled));
    writeModel(halves, 'text_model.onnx', smallTextTower({ words: WORDS.length, dim: 9 }));
    writeJson(halves, 'tokenizer.json', wordTokenizer(WORDS));
    await fails({ imageEncoder: seeing }, ErrorCode.TextMismatch, /gives texts 9 numbers, .* gives pictures 6/);
    await fails({ ...towers(), batchImages: 500 }, ErrorCode.Usage, /batchImages is 500 and there are only/);
    await fails({ ...towers(), noise: -1 }, ErrorCode.Usage, /noise is -1/);
    const selected = { folder: root, settings: { ...SETTINGS, ...towers() }, images: ['train/wide', 'gone.png'] };
    const { run, notices } = await engine.train(
      'captions',
      { ...selected, settings: { ...selected.settings, epochs: 1 } },
      job(),
    );
    assert.equal(run.selected, PER_KIND);
    assert.deepEqual(
      notices.map(({ code }) => code),
      [ErrorCode.ImagesChanged, ErrorCode.TooFewPairs],
    );
    assert.equal(run.metrics['testRecallAt1'], undefined);
    const few = { ...selected, images: ['train/wide/1.png', 'train/wide/2.png', 'test'] };
    await assert.rejects(engine.train('captions', few, job()), {
      code: ErrorCode.TooFewPairs,
      message: /There are 2 images with a caption to train on, outside of what is held out, and at least 16 are needed/,
    });
    configure({ captions: { source: 'jsonl', file: 'captions.jsonl' }, labels: { source: 'none' } });
    const rows = [...Array(20).keys()].map((i) => ({ image: `train/wide/${i}.png`, caption: `wide ${i}` }));
    writeFileSync(
      join(root, 'captions.jsonl'),
      [...rows, { image: 'train/gone.png', caption: 'gone' }].map((row) => JSON.stringify(row)).join('\n'),
    );
    const { notices: gone } = await train({ ...towers(), epochs: 1 });
    assert.ok(
      gone.some(({ message }) => /1 caption of .* is of no image of the dataset, .*train\/gone\.png/.test(message)),
    );
    configure({});
    await fails(towers(), ErrorCode.CaptionsUnmatched, /No captions are known of the images of .*; name them in/);
  });
});
