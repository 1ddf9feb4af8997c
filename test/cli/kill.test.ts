import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openStore } from '../../src/engine/store/openStore.ts';
import { contentsOf, picture, write } from '../engine/indexing/dataset.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { likeness } from './run.ts';

const MOMENTS = 20;
/** New images before each moment, so that there always is something to be interrupted. */
const IMAGES_EACH = 12;

describe('an indexing process that is killed', () => {
  it(`leaves, at ${MOMENTS} moments, an index that the next run completes to that of an undisturbed run`, async (context) => {
    const root = temporaryFolder(context);
    const cache = temporaryFolder(context);
    let images = 0;
    const addImages = async () => {
      for (const end = images + IMAGES_EACH; images < end; images++) {
        write(root, `c${images % 5}/${images}.png`, await picture([images, 120, 250 - images], images));
      }
    };
    write(root, 'broken.png', 'broken');
    let duration = 1000;
    let killed = 0;
    for (let moment = 0; moment < MOMENTS; moment++) {
      await addImages();
      const start = performance.now();
      // From the first instruction to the last, in no order.
      const delay = duration * Math.random();
      const { signal } = await likeness(['index', root, '-e', 'pixels'], {
        cache,
        onStart: (child) => setTimeout(() => child.kill('SIGKILL'), delay),
      });
      if (signal === 'SIGKILL') killed++;
      else duration = performance.now() - start;
    }
    assert.ok(killed >= MOMENTS / 3, `${killed} runs were killed`);
    const undisturbed = join(temporaryFolder(context), 'undisturbed');
    cpSync(root, undisturbed, { recursive: true, filter: (path) => !path.includes('.likeness') });
    await likeness(['index', undisturbed, '-e', 'pixels'], { cache });

    const { code, stderr } = await likeness(['index', root, '-e', 'pixels'], { cache });
    assert.equal(code, 0, stderr);
    const [disturbed, expected] = [root, undisturbed].map((folder) => {
      const store = openStore(folder, { cacheFolder: cache, mode: 'read' })!;
      context.after(() => {
        store.close();
      });
      return contentsOf(store, store.readEncoders()[0]!.key);
    });
    assert.equal(expected!.rows, images);
    assert.deepEqual(disturbed, expected);
  });
});
