import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { encodeImage } from '../../src/engine/images/codec.ts';
import { generateSample } from '../../src/engine/sample/generate.ts';
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
