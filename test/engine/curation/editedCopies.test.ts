import assert from 'node:assert/strict';
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Engine } from '../../../src/engine/engine.ts';
import { decodeRgb, encodeImage } from '../../../src/engine/images/codec.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { shared, unlessShared } from '../../shared.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { job } from '../training/job.ts';

describe('one photograph among others, edited in many ways', () => {
  it(
    'is one group with its eleven edits, seven turns and thirteen colour modes, and nothing else is in any',
    { skip: unlessShared('data/near-duplicates') },
    async (context) => {
      const root = temporaryFolder(context);
      cpSync(shared('data/near-duplicates'), root, { recursive: true });
      const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
      context.after(() => engine.dispose());
      const { findings, images } = await engine.check(
        { folder: root, encoder: 'handcrafted', only: ['exact-duplicate', 'near-duplicate'] },
        job(),
      );
      const groups = findings.map(({ kind, path, related }) => ({
        kind,
        paths: [path, ...related.map((image) => image.path)],
      }));
      const near = groups.filter(({ kind }) => kind === 'near-duplicate');
      assert.equal(near.length, 1);
      // Copies of the same pixels stand for one another: they are in the group by the one of them that is compared.
      const same = groups.filter(({ kind }) => kind === 'exact-duplicate');
      const all = new Set(near[0]!.paths);
      for (const { paths } of same) if (paths.some((path) => all.has(path))) for (const path of paths) all.add(path);
      const strangers = [...all].filter((path) => path.startsWith('labelme-subset'));
      assert.deepEqual([images, all.size, strangers], [41, 34, []]);
      assert.ok(same.every(({ paths }) => paths.every((path) => !path.startsWith('labelme-subset'))));
    },
  );
});

/** A picture squashed to a square of 160 pixels, between black bars of a quarter each above and below. */
async function betweenBars(bytes: Uint8Array, quality: number): Promise<Uint8Array> {
  const { data } = await decodeRgb(bytes, { width: 160, height: 80 }, 'lanczos3', 64e6);
  const pixels = new Uint8Array(160 * 160 * 3);
  pixels.set(data, 160 * 40 * 3);
  return encodeImage(pixels, 160, 160, { format: 'jpeg', quality });
}

describe('photographs between the same black bars', () => {
  it(
    'are no copies of each other, while a copy of one of them is found',
    { skip: unlessShared('data/clothing') },
    async (context) => {
      const root = temporaryFolder(context);
      const files = globSync('*/*/*.jpg', { cwd: shared('data/clothing') }).sort();
      mkdirSync(join(root, 'train'));
      for (const [i, file] of files.filter((_, place) => place % 9 === 0).entries()) {
        const bytes = readFileSync(join(shared('data/clothing'), file));
        writeFileSync(join(root, `train/${i}.jpg`), await betweenBars(bytes, 90));
        if (i % 40 === 0) writeFileSync(join(root, `train/${i} again.jpg`), await betweenBars(bytes, 35));
      }
      const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
      context.after(() => engine.dispose());
      const { findings, images } = await engine.check({ folder: root, only: ['near-duplicate'] }, job());
      const groups = findings.map(({ path, related }) => [path, ...related.map((image) => image.path)].sort());
      const expected = [0, 40, 80, 120, 160, 200].map((i) => [`train/${i} again.jpg`, `train/${i}.jpg`]);
      assert.deepEqual([images, groups.sort()], [227, expected.sort()]);
    },
  );
});
