import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Engine } from '../../../src/engine/engine.ts';
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
