import assert from 'node:assert/strict';
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Engine } from '../../src/engine/engine.ts';
import { engineOptions } from '../../src/engine/machine.ts';
import { shared, unlessShared } from '../shared.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const quiet = { signal: new AbortController().signal, report: () => undefined };
const mobileNet = 'models/mobilenetv3-small-embed/model.onnx';

/** An engine, and a writable copy of a shared folder. */
function engineWith(context: TestContext, data: string) {
  const folder = join(temporaryFolder(context), 'data');
  cpSync(shared(data), folder, { recursive: true });
  const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
  context.after(() => engine.dispose());
  return { engine, folder };
}

for (const encoder of ['handcrafted', mobileNet]) {
  const needs = encoder === 'handcrafted' ? 'data/odd' : mobileNet;
  describe(`on real pictures, with ${encoder}`, { skip: unlessShared(needs) }, () => {
    const reference = encoder === 'handcrafted' ? encoder : shared(encoder);

    it('all EXIF orientations of one scene are nearest neighbours of each other', async (context) => {
      const { engine, folder } = engineWith(context, 'data/odd/exif-orientation');
      await engine.indexFolder({ folder, encoder: reference }, quiet);
      for (const scene of ['Landscape', 'Portrait']) {
        for (let orientation = 1; orientation <= 8; orientation++) {
          const image = join(folder, `${scene}_${orientation}.jpg`);
          const { results } = await engine.similar({ image, count: 8 });
          const strangers = results.filter(({ path }) => !path.startsWith(scene));
          assert.deepEqual(strangers, [], image);
        }
      }
    });

    it('every edit of a photograph is closer to it than any other picture', async (context) => {
      const { engine, folder } = engineWith(context, 'data/near-duplicates');
      await engine.indexFolder({ folder, encoder: reference }, quiet);
      const image = join(folder, 'bridge-mods/aaa-orig.jpg');
      const { results } = await engine.similar({ image, count: 100 });
      const own = results.filter(({ path }) => path.startsWith('bridge-mods/') || path.startsWith('dih/bridge-1'));
      const others = results.filter(({ path }) => path.startsWith('labelme-subset/'));
      const worst = Math.min(...own.map(({ similarity }) => similarity));
      assert.equal(own.length, 12);
      assert.ok(
        others.every(({ similarity }) => similarity < worst),
        JSON.stringify({ worst, others }),
      );
    });
  });
}

describe('an odd collection', { skip: unlessShared('data/odd') }, () => {
  it('is indexed or listed with a reason and a code, file by file', async (context) => {
    const { engine, folder } = engineWith(context, 'data/odd');
    const report = await engine.indexFolder({ folder }, quiet);
    assert.ok(report.images > 200, `${report.images} images`);
    assert.ok(report.failed.every(({ path, code, message }) => code !== 'internal' && message.includes(path)));
    const left = report.skipped.reduce((sum, { count }) => sum + count, 0);
    const files = readdirSync(shared('data/odd'), { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    assert.equal(report.images + report.failed.length + left, files.length);
  });
});
