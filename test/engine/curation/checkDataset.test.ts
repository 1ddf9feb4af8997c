import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Finding, FindingKind } from '../../../src/core/curation/findings.ts';
import { ErrorCode } from '../../../src/core/errors.ts';
import type { PlantedFinding } from '../../../src/core/sample/draft.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { encodeImage } from '../../../src/engine/images/codec.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { generateSample } from '../../../src/engine/sample/generate.ts';
import type { CheckReport } from '../../../src/protocol/check.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { job } from '../training/job.ts';
import { shade } from '../labels/shades.ts';

/** Kinds that are told by pixels, files and splits alone: whatever the encoder, all that was planted is found, and nothing else. */
const certain: readonly FindingKind[] = [
  ...(['unreadable', 'exact-duplicate', 'dark', 'blurry'] as const),
  ...(['low-information', 'grayscale', 'odd-aspect-ratio', 'odd-size'] as const),
];

function newEngine(context: { after: (work: () => unknown) => void }, cacheFolder: string) {
  const engine = new Engine({ ...engineOptions(), cacheFolder });
  context.after(() => engine.dispose());
  return engine;
}

function imagesOf({ findings }: CheckReport, kind: FindingKind): Set<string>[] {
  return findings
    .filter((finding) => finding.kind === kind)
    .map(({ path, related }) => new Set([path, ...related.map((image) => image.path)]));
}

describe('checking a dataset', () => {
  it('finds what is planted in the sample, and takes nothing else for it', async (context) => {
    const root = temporaryFolder(context);
    await generateSample(root, { encodeImage, imagesPerClass: 14, seed: 3 });
    const truth = JSON.parse(readFileSync(join(root, 'planted.json'), 'utf8')) as { findings: PlantedFinding[] };
    const engine = newEngine(context, temporaryFolder(context));
    const report = await engine.check({ folder: root }, job());
    for (const kind of certain) {
      const planted = truth.findings.filter((finding) => finding.kind === kind);
      const found = imagesOf(report, kind);
      assert.ok(planted.length > 0, kind);
      for (const { paths } of planted) {
        assert.ok(
          found.some((images) => paths.every((path) => images.has(path))),
          `${kind} of ${paths.join(', ')} is missed`,
        );
      }
      for (const images of found) {
        const isTrue = planted.some(({ paths }) => paths.every((path) => images.has(path)));
        assert.ok(isTrue, `${kind} of ${[...images].join(', ')} was not planted`);
      }
      assert.equal(report.counts[kind], found.length);
    }
    const columns = await engine.maps.columns({
      root,
      paths: ['a', report.findings.find(({ kind }) => kind === 'leak')!.path],
    });
    const kept = columns.find(({ id }) => id === 'finding');
    assert.deepEqual(kept?.kind === 'category' && [...kept.codes].map((code) => kept.names[code]), [undefined, 'leak']);
    const ids = report.findings.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);

    // What is nearly the same shot may count as a crop of it.
    for (const kind of ['near-duplicate', 'leak'] as const) {
      const planted = truth.findings.filter((finding) => finding.kind === kind);
      const found = imagesOf(report, kind);
      const isPlanted = (images: ReadonlySet<string>) =>
        planted.some(({ paths }) => paths.every((path) => images.has(path)));
      const hits = planted.filter(({ paths }) => found.some((images) => paths.every((path) => images.has(path))));
      assert.ok(hits.length === planted.length, `${kind}: ${hits.length} of ${planted.length}`);
      assert.ok(found.filter((images) => !isPlanted(images)).length <= 1, `${kind}: more than was planted`);
    }

    const scenes = imagesOf(report, 'same-scene');
    const shots = truth.findings.filter(({ kind }) => kind === 'same-scene');
    const seen = shots.filter(({ paths }) => scenes.some((images) => paths.every((path) => images.has(path))));
    assert.ok(shots.length > 2 && seen.length >= shots.length - 1, `${seen.length} of ${shots.length}`);
    assert.ok(scenes.length <= shots.length + 1, `${scenes.length} scenes`);

    // The same pictures elsewhere and under other names are the same findings.
    const again = await engine.check({ folder: root, only: ['near-duplicate'] }, job());
    const near = report.findings.filter(({ kind }) => kind === 'near-duplicate');
    assert.deepEqual(again.findings, near);
    const [first] = near;
    renameSync(
      join(root, first!.path),
      join(root, `${first!.path.split('.')[0]!}-renamed.${first!.path.split('.')[1]!}`),
    );
    const renamed = await engine.check({ folder: root, only: ['near-duplicate'] }, job());
    assert.ok(renamed.findings.some(({ id }) => id === first!.id));

    // How close the encoder must find two pictures for one to be looked for as a part of the other is the dataset's to say.
    const cropped = ({ findings }: CheckReport) => findings.filter(({ message }) => message.includes('cropped')).length;
    assert.ok(cropped(renamed) > 0 && renamed.thresholds['near-duplicate'] === 0.8);
    writeFileSync(join(root, '.likeness/config.json'), '{"thresholds":{"near-duplicate":0}}');
    const never = await engine.check({ folder: root, only: ['near-duplicate'] }, job());
    assert.deepEqual([cropped(never), never.thresholds['near-duplicate']], [0, 0]);
    assert.ok(never.findings.length > 0);
  });

  it('follows the thresholds of the dataset, and leaves out what people excluded', async (context) => {
    const root = temporaryFolder(context);
    for (let i = 0; i < 12; i++) write(root, `${i < 6 ? 'a' : 'b'}/${i}.png`, await shade([30 + 15 * i, 90, 120], i));
    write(root, 'a/again.png', await shade([30, 90, 120], 0));
    const engine = newEngine(context, temporaryFolder(context));
    const only: FindingKind[] = ['exact-duplicate', 'dark'];
    const check = () => engine.check({ folder: root, encoder: 'pixels', only }, job());
    const before = await check();
    assert.deepEqual([before.images, before.counts], [13, { 'exact-duplicate': 1 }]);
    writeFileSync(join(root, '.likeness/config.json'), '{"thresholds":{"dark":1}}');
    const all = await check();
    assert.deepEqual([all.counts.dark, all.thresholds.dark], [12, 1], 'the same file twice is one finding');
    await engine.decisions.decide({ root, paths: ['a/again.png'], decision: { action: 'exclude' } });
    const without = await check();
    // The copy holds the same picture, and stays.
    assert.deepEqual([without.images, without.counts], [12, { dark: 12 }]);
  });

  it('doubts of two copies with different labels the wrong one, and no other image, and says to keep the right one', async (context) => {
    const root = temporaryFolder(context);
    for (let i = 0; i < 12; i++) {
      write(root, `warm/${i}.png`, await shade([200 + i, 60, 40], i));
      write(root, `cold/${i}.png`, await shade([40, 70, 200 + i], i));
    }
    copyFileSync(join(root, 'warm/3.png'), join(root, 'cold/copy.png'));
    const engine = newEngine(context, temporaryFolder(context));
    const only: FindingKind[] = ['label-issue', 'exact-duplicate'];
    const { findings } = await engine.check({ folder: root, encoder: 'pixels', only }, job());
    const issues = findings.filter(({ kind }) => kind === 'label-issue');
    assert.deepEqual(
      issues.map(({ path, suggested }) => [path, suggested]),
      [['cold/copy.png', 'warm']],
    );
    assert.deepEqual(
      findings.filter(({ kind }) => kind === 'exact-duplicate').map(({ best }) => best),
      [{ path: 'warm/3.png', reason: 'is the one whose label is not in doubt' }],
    );
    const alone = await engine.check({ folder: root, only: ['exact-duplicate'] }, job());
    assert.deepEqual(
      alone.findings.map(({ best }) => best?.path),
      ['warm/3.png'],
    );
    assert.match(issues[0]!.message, /^Labelled "cold", and the same file also "warm": /);
  });

  it('says to keep the same one of two copies with different labels where they are a leak too', async (context) => {
    const root = temporaryFolder(context);
    for (let i = 0; i < 12; i++) {
      const split = i < 4 ? 'test' : 'train';
      write(root, `${split}/warm/${i}.png`, await shade([200 + i, 60, 40], i));
      write(root, `${split}/cold/${i}.png`, await shade([40, 70, 200 + i], i));
    }
    copyFileSync(join(root, 'test/warm/3.png'), join(root, 'train/cold/copy.png'));
    const engine = newEngine(context, temporaryFolder(context));
    for (const only of [['exact-duplicate', 'leak'], ['leak']] satisfies FindingKind[][]) {
      const { findings } = await engine.check({ folder: root, encoder: 'pixels', only }, job());
      const copies = ['train/cold/copy.png', 'test/warm/3.png'];
      const isOfBoth = ({ path, related }: Finding) =>
        copies.every((copy) => [path, ...related.map((image) => image.path)].includes(copy));
      const kept = findings.filter(isOfBoth).map(({ kind, best }) => [kind, best]);
      const best = { path: 'test/warm/3.png', reason: 'is the one whose label is not in doubt' };
      assert.deepEqual(
        kept.toSorted(),
        only.map((kind) => [kind, best]),
      );
    }
  });

  it('lists an outlier as a label issue too where its label is as good as ruled out, and not else', async (context) => {
    const root = temporaryFolder(context);
    for (let i = 0; i < 30; i++) {
      write(root, `warm/${i}.png`, await shade([180 + i, 70 + (i % 5), 60], i));
      write(root, `cold/${i}.png`, await shade([60, 70 + (i % 5), 180 + i], i));
    }
    write(root, 'cold/stray.png', await shade([250, 250, 30], 99));
    write(root, 'cold/odd.png', await shade([20, 250, 140], 98));
    const engine = newEngine(context, temporaryFolder(context));
    const { findings } = await engine.check(
      { folder: root, encoder: 'pixels', only: ['label-issue', 'outlier'] },
      job(),
    );
    assert.deepEqual(
      findings.map(({ kind, path }) => [kind, path]),
      [
        ['label-issue', 'cold/stray.png'],
        ['outlier', 'cold/odd.png'],
        ['outlier', 'cold/stray.png'],
      ],
    );
  });

  it('works on one image and on none, and stops when it is told to', async (context) => {
    const root = temporaryFolder(context);
    write(root, 'a/1.png', await shade([10, 90, 120], 1));
    const engine = newEngine(context, temporaryFolder(context));
    const { images, findings } = await engine.check({ folder: root, encoder: 'pixels' }, job());
    assert.deepEqual([images, findings], [1, []]);
    const stopping = job();
    stopping.abort();
    write(root, 'a/2.png', await shade([90, 10, 120], 2));
    await assert.rejects(engine.check({ folder: root }, stopping), { code: ErrorCode.Cancelled });
  });
});
