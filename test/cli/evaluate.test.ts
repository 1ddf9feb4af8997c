import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { encodeImage } from '../../src/engine/images/codec.ts';
import { generateSample } from '../../src/engine/sample/generate.ts';
import type { AgreementDocument } from '../../src/cli/agreement.ts';
import type { EvaluationReport } from '../../src/protocol/evaluation.ts';
import { picture, write } from '../engine/indexing/dataset.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { documentOf, likeness } from './run.ts';

describe('likeness evaluate', () => {
  it('prints the documented JSON and a table on the sample data set', async (context) => {
    const root = join(temporaryFolder(context), 'sample');
    await generateSample(root, { encodeImage, imagesPerClass: 8 });
    const cache = temporaryFolder(context);
    const done = await likeness(['evaluate', root, '--encoder', 'pixels,handcrafted', '--json'], { cache });
    assert.equal(done.code, 0, done.stderr);
    const { protocol, encoders } = JSON.parse(done.stdout) as EvaluationReport;
    assert.deepEqual(
      encoders.map(({ id }) => id),
      ['pixels', 'handcrafted', 'untrained-resnet10-64px'],
    );
    const documented = ['id', 'knn', 'knnMacro', 'probe', 'probeError', 'map', 'recallAt1', 'alignment', 'uniformity'];
    for (const encoder of encoders) {
      const keys = Object.keys(encoder);
      assert.deepEqual(
        [...documented, 'effectiveRank', 'imagesPerSecond'].filter((key) => !keys.includes(key)),
        [],
      );
    }
    assert.equal(protocol.split.kind, 'test');
    assert.match(done.stderr, /Comparing encoders/);

    const shown = await likeness(['evaluate', root, '-e', 'handcrafted', '-k', '5', '--seed', '3'], { cache });
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /kNN: 5 neighbours, temperature 0\.07; probe: 5 resamples; seed 3/);
    assert.match(shown.stdout, /^encoder +kNN +macro +probe/m);
    assert.match(shown.stdout, /^handcrafted +\d+\.\d +\d+\.\d ±\d+\.\d/m);
    assert.match(shown.stdout, /1 label/);
  });

  it('tells with --compare how far each two encoders agree, and on which images they do not', async (context) => {
    const root = join(temporaryFolder(context), 'sample');
    await generateSample(root, { encodeImage, imagesPerClass: 8 });
    const cache = temporaryFolder(context);
    const args = ['evaluate', root, '--encoder', 'handcrafted', '--neighborhood', '5'];
    const done = await likeness([...args, '--json'], { cache });
    assert.equal(done.code, 0, done.stderr);
    const { protocol, agreement } = JSON.parse(done.stdout) as EvaluationReport & { agreement: AgreementDocument };
    assert.deepEqual([agreement.k, agreement.queries], [5, protocol.split.queries]);
    assert.ok(agreement.chance > 0 && agreement.chance < 0.2, String(agreement.chance));
    assert.deepEqual(
      agreement.pairs.map(({ encoders }) => encoders),
      [
        ['handcrafted', 'pixels'],
        ['handcrafted', 'untrained-resnet10-64px'],
        ['pixels', 'untrained-resnet10-64px'],
      ],
    );
    for (const { overlap, overlapError, jaccard, queries, classes, disagreements } of agreement.pairs) {
      assert.ok(overlap > 0 && overlap < 1 && overlapError > 0 && jaccard < overlap);
      assert.deepEqual(
        classes.map(({ name }) => name),
        protocol.classes.map(({ name }) => name),
      );
      const weighted = classes.reduce((sum, own) => sum + (own.queries > 0 ? own.queries * own.overlap : 0), 0);
      assert.ok(Math.abs(weighted / queries - overlap) < 1e-9);
      assert.equal(disagreements.length, Math.min(10, queries));
      const overlaps = disagreements.map((query) => query.overlap);
      assert.deepEqual(overlaps, overlaps.toSorted());
      for (const { label, hits, neighbors, overlap: own } of disagreements) {
        const shared = neighbors.map((found) =>
          found
            .filter((image) => image.shared)
            .map(({ path }) => path)
            .sort(),
        );
        assert.deepEqual(shared[0], shared[1]);
        assert.equal(shared[0]!.length / 5, own);
        const counted = neighbors.map((found) => found.filter((image) => image.label === label).length);
        assert.deepEqual(counted, hits);
      }
    }
    const shown = await likeness([...args, '--compare'], { cache });
    assert.match(shown.stdout, /How many of the 5 nearest images two encoders share, in %, over \d+ queries/);
    assert.match(
      shown.stdout,
      /^handcrafted and pixels +\d+\.\d ±\d+\.\d +Jaccard 0\.\d\d\n +they disagree most on \S+ \(/m,
    );
    assert.match(
      shown.stdout,
      /^What either finds for these queries, the 5 nearest; = is among the 5 nearest of both, a class/m,
    );
    const pair = agreement.pairs[0]!;
    for (const { path, label, neighbors } of pair.disagreements.slice(0, 3)) {
      const lines = shown.stdout.slice(shown.stdout.indexOf(`\n${path} (${label})\n  handcrafted `) + 1).split('\n');
      assert.match(lines[1]!, /^ {2}handcrafted +pixels$/);
      const start = lines[1]!.indexOf('pixels');
      for (const [column, found] of neighbors.entries()) {
        const cells = lines
          .slice(2, 7)
          .map((line) => (column === 0 ? line.slice(2, start) : line.slice(start)).trimEnd());
        assert.deepEqual(
          cells,
          found.map((image) => {
            const other = image.label === label ? '' : ` (${image.label})`;
            return `${image.shared ? '=' : ' '} ${image.similarity.toFixed(2)} ${image.path}${other}`;
          }),
        );
      }
    }
    const without = await likeness(['evaluate', root, '-e', 'handcrafted', '--json'], { cache });
    assert.ok(!('agreement' in (JSON.parse(without.stdout) as object)));
  });

  it('says in a sentence what is missing, with the exit code of its kind', async (context) => {
    const [root, cache] = [temporaryFolder(context), temporaryFolder(context)];
    for (let i = 0; i < 3; i++) write(root, `only/${i}.png`, await picture([i * 40, 120, 90], i));
    const single = await likeness(['evaluate', root, '--json'], { cache });
    assert.deepEqual([single.code, documentOf('failure', single).error.code], [3, 'not-enough-labels']);
    assert.match(single.stderr, /All labelled images of .* are of one class \(only\)/);
    for (const args of [
      ['a', 'b'],
      [root, '--seed', 'x'],
      [root, '-k', '0'],
      [root, '--neighborhood', '0'],
    ]) {
      assert.equal((await likeness(['evaluate', ...args], { cache })).code, 2, args.join(' '));
    }
  });

  it('is stopped by an interrupt with exit code 130', async (context) => {
    const [root, cache] = [temporaryFolder(context), temporaryFolder(context)];
    for (let i = 0; i < 60; i++) write(root, `c${i % 2}/${i}.png`, await picture([i * 4, 120, 250 - i * 4], i));
    const stopped = await likeness(['evaluate', root], {
      cache,
      onStart: (child) => {
        child.stderr?.on('data', (text: string) => {
          if (/Views with/.test(text)) child.kill('SIGINT');
        });
      },
    });
    assert.equal(stopped.code, 130, stopped.stderr);
  });
});
