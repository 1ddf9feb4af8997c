import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { EncoderRegistry } from '../../src/engine/encoders/registry.ts';
import { contentId } from '../../src/engine/indexing/imagePipeline.ts';
import { writeTrainedOn, type TrainedOnImage } from '../../src/engine/training/trainedOn.ts';
import type { LabelReport } from '../../src/protocol/labels.ts';
import { write } from '../engine/indexing/dataset.ts';
import { shade } from '../engine/labels/shades.ts';
import { writeColourClassifier } from '../engine/predictions/colourClassifier.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { documentOf, likeness } from './run.ts';

describe('likeness label', () => {
  it('prints proposals, writes them where told, and refuses what it would harm', async (context) => {
    const [root, cache] = [temporaryFolder(context), temporaryFolder(context)];
    for (let i = 0; i < 60; i++) {
      const [name, colour] = i % 2 === 0 ? (['warm', [210, 60, 40]] as const) : (['cold', [40, 70, 210]] as const);
      const path = i < 44 ? `${name}/${i}.png` : `unlabelled/${name}-${i}.png`;
      write(root, path, await shade(colour, i));
    }
    const options = ['label', root, '--encoder', 'pixels', '--precision', '0.8'];
    const done = await likeness([...options, '-k', '5', '--json'], { cache });
    assert.equal(done.code, 0, done.stderr);
    const report = JSON.parse(done.stdout) as LabelReport;
    assert.deepEqual(
      Object.keys(report.proposals[0]!),
      ['path', 'label', 'confidence'],
      'the documented fields of a proposal',
    );
    assert.deepEqual([report.method, report.neighbors, report.encoder.id], ['linear', 5, 'pixels']);
    assert.deepEqual(
      [report.proposals.length, report.unlabelled, report.labelled, report.heldOut.images],
      [16, 16, 44, 44],
    );
    for (const { path, label } of report.proposals) assert.ok(path.startsWith(`unlabelled/${label}-`));
    assert.match(done.stderr, /Comparing images/);

    const out = join(temporaryFolder(context), 'out.csv');
    const shown = await likeness([...options, '--method', 'propagation', '--cap', '3', '--out', out], { cache });
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(
      shown.stdout,
      /^6 labels proposed for 16 unlabelled images, learnt from 44 labelled images of 2 classes/,
    );
    assert.match(shown.stdout, /10 above the cap/);
    assert.match(shown.stdout, /^ {2}cold: 3, confidence 0\.\d{3} or more$/m);
    assert.match(shown.stdout, /^0\.\d{4} {2}warm {2}unlabelled\/warm-\d+\.png$/m);
    const written = readFileSync(out, 'utf8');
    assert.match(written, /^path,label,confidence\nunlabelled\//);
    assert.equal(written.split('\n').length, 8);

    const refused = await likeness([...options, '--out', out, '--json'], { cache });
    assert.deepEqual([refused.code, documentOf('failure', refused).error.code], [3, 'file-exists']);
    assert.equal(readFileSync(out, 'utf8'), written);
    const forced = await likeness([...options, '--balanced', '--out', out, '--force', '--json'], { cache });
    assert.equal(forced.code, 0, forced.stderr);
    assert.equal(readFileSync(out, 'utf8').split('\n').length, 18);
    assert.ok(!existsSync(join(root, '.likeness/decisions.jsonl')));

    const strict = await likeness(['label', root, '-e', 'pixels'], { cache });
    assert.deepEqual([strict.code, /^0 labels proposed/.test(strict.stdout)], [0, true]);
    assert.match(strict.stderr, /Note: The 44 held-out images can't show that 95 %/);
  });

  it('labels by a fine-tuned encoder, checked with what it has not seen', async (context) => {
    const [root, cache] = [temporaryFolder(context), temporaryFolder(context)];
    const seen: TrainedOnImage[] = [];
    for (let i = 0; i < 60; i++) {
      const [name, colour] = i % 2 === 0 ? (['warm', [210, 60, 40]] as const) : (['cold', [40, 70, 210]] as const);
      const path = i < 48 ? `${name}/${i}.png` : `unlabelled/${name}-${i}.png`;
      const bytes = await shade(colour, i);
      write(root, path, bytes);
      if (i < 12) seen.push({ path, content: contentId(bytes) });
    }
    const file = writeColourClassifier(temporaryFolder(context), { classes: ['warm', 'green', 'cold'] });
    const { id } = await new EncoderRegistry().add(file, root);
    await writeTrainedOn(join(root, '.likeness/encoders', id), seen);
    const options = ['label', root, '--method', 'classifier', '--precision', '0.8', '--encoder', id];
    const done = await likeness([...options, '--json'], { cache });
    assert.equal(done.code, 0, done.stderr);
    const report = JSON.parse(done.stdout) as LabelReport;
    assert.deepEqual([report.method, report.labelled, report.unlabelled], ['classifier', 12, 12]);
    assert.deepEqual(report.heldOut, { images: 36, correct: 36 });
    assert.ok(report.proposals.length >= 9);
    for (const { path, label } of report.proposals) assert.ok(path.startsWith(`unlabelled/${label}-`));
    assert.match(done.stderr, /Note: No image is labelled with the class "green"/);
    const shown = await likeness(options, { cache });
    assert.match(shown.stdout, /learnt from 12 labelled images of 2 classes \(classifier, colours-[0-9a-f]{8}\)$/m);
    assert.match(shown.stdout, /of 36 held-out images 100 % are guessed right/);
    const refused = await likeness([...options, '-k', '3', '--json'], { cache });
    assert.deepEqual([refused.code, documentOf('failure', refused).error.code], [2, 'usage']);
  });

  it('exits with 2 on options that it does not understand, and 3 without labels', async (context) => {
    const [root, cache] = [temporaryFolder(context), temporaryFolder(context)];
    write(root, 'a.png', await shade([1, 2, 3], 1));
    for (const wrong of [
      ['--precision', '95'],
      ['--method', 'guess'],
      ['-k', '0'],
      ['--cap', 'few'],
      ['b'],
      ['--out', 'a.png'],
    ]) {
      const { code, stderr } = await likeness(['label', root, ...wrong], { cache });
      assert.equal(code, 2, `${wrong.join(' ')}: ${stderr}`);
      assert.equal(stderr.trim().split('\n').length <= 2, true, stderr);
    }
    const none = await likeness(['label', root, '--json'], { cache });
    assert.deepEqual([none.code, documentOf('failure', none).error.code], [3, 'not-enough-labels']);
    assert.match((await likeness(['label', '--help'], { cache })).stdout, /--precision SHARE/);
  });
});
