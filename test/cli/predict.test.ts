import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { PredictReport } from '../../src/protocol/predictions.ts';
import { write } from '../engine/indexing/dataset.ts';
import { writeColour, writeColourClassifier } from '../engine/predictions/colourClassifier.ts';
import { writeStripes } from '../engine/training/colourDataset.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { documentOf, likeness } from './run.ts';

describe('likeness predict', () => {
  it('predicts with the encoder that was fine-tuned last, and measures on the test split', async (context) => {
    const [root, cache] = [temporaryFolder(context), temporaryFolder(context)];
    await writeStripes(root, 8);
    await writeStripes(root, 4, 'test');
    mkdirSync(join(root, 'unlabelled'));
    renameSync(join(root, 'train', 'wide', '0.png'), join(root, 'unlabelled', 'new.png'));
    write(root, 'unlabelled/broken.jpg', '');
    const none = await likeness(['predict', root, '--json'], { cache });
    assert.deepEqual([none.code, documentOf('failure', none).error.code], [3, 'encoder-without-classes']);

    const scratch = ['train', 'finetune', root, '--from', 'scratch', '--network', 'resnet10-light', '--size', '32'];
    const trained = await likeness([...scratch, '--epochs', '2', '--batch', '8', '--json'], { cache });
    const { run, encoder } = documentOf('train', trained);
    const done = await likeness(['predict', root, '--json'], { cache });
    assert.equal(done.code, 0, done.stderr);
    const report = JSON.parse(done.stdout) as PredictReport;
    assert.deepEqual(Object.keys(report)[0], 'predictions');
    assert.deepEqual(Object.keys(report.predictions[0]!), ['path', 'label', 'confidence'], 'the documented fields');
    assert.deepEqual([report.encoder.id, report.images, report.predictions.length], [encoder, 36, 36]);
    assert.deepEqual([report.labelled, report.figures!.of, report.figures!.images], [35, 'test', 12]);
    assert.deepEqual(
      report.failed.map(({ path, code }) => [path, code]),
      [['unlabelled/broken.jpg', 'empty-file']],
    );
    assert.match(done.stderr, /Predicting/);
    assert.match(done.stderr, /Note: 1 of 37 files can't be read and has no prediction/);
    // By chance alone a third would be right; the confidence can't be below it.
    assert.ok(report.predictions.every(({ confidence }) => confidence >= 1 / 3 && confidence <= 1));

    const below = await likeness(['predict', join(root, 'unlabelled'), '-e', run, '--json'], { cache });
    const { predictions } = JSON.parse(below.stdout) as PredictReport;
    assert.deepEqual(
      predictions,
      report.predictions.filter(({ path }) => path === 'unlabelled/new.png'),
    );
    rmSync(join(root, '.likeness', 'encoders', encoder), { recursive: true });
    const gone = await likeness(['predict', root, '--encoder', run], { cache });
    assert.equal(gone.code, 3);
    assert.match(gone.stderr, /The encoder \S+ of the run finetune-\S+ is gone; fine-tune again/);
  });

  it('tells a person how good it is, and writes a file where told', async (context) => {
    const [root, cache] = [temporaryFolder(context), temporaryFolder(context)];
    const encoder = writeColourClassifier(temporaryFolder(context));
    for (let i = 0; i < 12; i++) {
      await writeColour(root, `test/red/${i}.png`, [220, 40 + i, 30]);
      await writeColour(root, `train/blue/${i}.png`, [20, 40 + i, 200]);
    }
    await writeColour(root, 'test/blue/odd.png', [240, 0, 0]);
    const out = join(temporaryFolder(context), 'out.csv');
    const options = ['predict', root, '--encoder', encoder, '--min-confidence', '0.9', '--out', out];
    const shown = await likeness(options, { cache });
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /^25 images of .* predicted with colours-\w+ \(3 classes\)$/m);
    assert.match(shown.stdout, /^Of 13 labelled images of the test split:\n {2}right 92\.3 % \(95 % interval /m);
    assert.match(shown.stdout, /mean over classes 50\.0 % \(/);
    assert.match(shown.stdout, /^ {2}red +12 +92\.3 % +100\.0 % +96\.0 %$/m);
    assert.match(shown.stdout, /^ {2}1 × blue taken for red$/m);
    assert.match(shown.stdout, /^ {2}train: 100\.0 % of 12 images, mean over classes 100\.0 %$/m);
    assert.match(shown.stdout, /^ {2}0\.99\d+ {2}blue taken for red {2}test\/blue\/odd\.png$/m);
    assert.match(shown.stdout, /… and \d+ more; --json has them all/);
    assert.ok(shown.stdout.trim().endsWith(`Written to ${out}.`));
    const written = readFileSync(out, 'utf8');
    assert.match(written, /^path,label,confidence\ntest\/blue\/odd\.png,red,0\.99/);
    const refused = await likeness([...options, '--json'], { cache });
    assert.deepEqual([refused.code, documentOf('failure', refused).error.code], [3, 'file-exists']);
    assert.equal(readFileSync(out, 'utf8'), written);
    assert.deepEqual(readdirSync(root).sort(), ['test', 'train']);

    const unlabelled = await likeness(['predict', join(root, 'test', 'red'), '-e', encoder], { cache });
    assert.match(unlabelled.stdout, /^ {2}red: 12$/m);
  });

  it('exits with 2 on options that it does not understand', async (context) => {
    const [root, cache] = [temporaryFolder(context), temporaryFolder(context)];
    for (const wrong of [['--min-confidence', '95'], ['b'], ['--out', 'a.txt']]) {
      const { code, stderr } = await likeness(['predict', root, ...wrong], { cache });
      assert.equal(code, 2, `${wrong.join(' ')}: ${stderr}`);
    }
  });
});
