import assert from 'node:assert/strict';
import { lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { placeImages, presentImages } from '../../../src/engine/export/placeImages.ts';
import { exportImage } from '../../core/export/exportImages.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';

const between = () => Promise.resolve();
const placed = (path: string) => [{ image: exportImage(path), target: `a/${path}` }];

describe('placing images', () => {
  it('links the file that a symbolic link leads to, and copies it as a file', async (context) => {
    const [root, folder] = [temporaryFolder(context), temporaryFolder(context)];
    writeFileSync(join(root, 'real.png'), 'pixels');
    symlinkSync('real.png', join(root, 'link.png'));
    for (const isLinked of [true, false]) {
      const target = join(folder, String(isLinked));
      assert.deepEqual(await placeImages(root, placed('link.png'), target, { isLinked, between }), { copied: 0 });
      const file = join(target, 'a/link.png');
      assert.ok(lstatSync(file).isFile());
      assert.equal(readFileSync(file, 'utf8'), 'pixels');
      assert.equal(statSync(file).ino === statSync(join(root, 'real.png')).ino, isLinked);
    }
  });

  it('names the image that is gone meanwhile', async (context) => {
    const [root, folder] = [temporaryFolder(context), temporaryFolder(context)];
    for (const isLinked of [true, false]) {
      await assert.rejects(placeImages(root, placed('gone.png'), folder, { isLinked, between }), {
        code: ErrorCode.FileNotFound,
        path: join(root, 'gone.png'),
      });
    }
  });

  it('looks at more images than are looked at at once, and stops between them', async (context) => {
    const [root, folder] = [temporaryFolder(context), temporaryFolder(context)];
    const images = Array.from({ length: 40 }, (_, i) => exportImage(`${i}.png`, { bytes: 6 }));
    for (const { path } of images.slice(0, 39)) writeFileSync(join(root, path), 'pixels');
    const { images: present, gone } = await presentImages(root, images, between);
    assert.deepEqual([present.length, gone], [39, ['39.png']]);
    const plan = present.map((image) => ({ image, target: `a/${image.path}` }));
    const stop = (done: number) => (done > 0 ? Promise.reject(new Error('stopped')) : Promise.resolve());
    await assert.rejects(placeImages(root, plan, folder, { isLinked: false, between: stop }), /stopped/);
    const written = readdirSync(join(folder, 'a')).length;
    assert.ok(written > 0 && written < 39, `${written} were written`);
  });
});
