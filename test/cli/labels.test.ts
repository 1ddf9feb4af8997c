import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { pictures } from '../engine/labels/labelFixtures.ts';
import { write } from '../engine/indexing/dataset.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { likeness } from './run.ts';

it('labels shows what would be written and writes it', async (context) => {
  const root = await pictures(context, ['0.png', '1.png', '2.png'], { source: 'csv', file: 'labels.csv' });
  const cache = temporaryFolder(context);
  const run = (...args: string[]) => likeness(args, { cache });
  write(root, 'labels.csv', 'path,class\n0.png,red\n1.png,blue\n');
  await run('index', root, '--encoder', 'pixels');
  const nothing = await run('labels', 'preview', root);
  assert.equal(nothing.stdout, 'The labels say what was decided.\n');
  await run('decide', 'relabel', 'blue', join(root, '0.png'), join(root, '2.png'));
  const preview = await run('labels', 'preview', root);
  assert.equal(preview.code, 0);
  assert.match(
    preview.stdout,
    /^1 label to change in 1 file \(preview [0-9a-f]{16}\)\n {2}0\.png: red → blue {2}labels\.csv:2\n1 label can't be written:\n {2}2\.png: no label → blue; labels\.csv has no row for it; add one\n$/,
  );
  const json = JSON.parse((await run('labels', 'preview', root, '--json')).stdout) as Record<string, unknown>;
  assert.deepEqual(Object.keys(json), ['source', 'id', 'changes', 'problems', 'files']);
  const stale = await run('labels', 'apply', root, '--preview', '0123456789abcdef');
  assert.deepEqual([stale.code, stale.stdout], [3, '']);
  assert.match(stale.stderr, /changed since the preview/);
  const applied = await run('labels', 'apply', root, '--preview', String(json['id']));
  assert.match(applied.stdout, /^1 label changed in 1 file\n/);
  assert.equal(readFileSync(join(root, 'labels.csv'), 'utf8'), 'path,class\n0.png,blue\n1.png,blue\n');
  assert.match(applied.stdout, /\n"likeness decide undo" takes it back\.\n$/);
  const undone = await run('decide', 'undo', root);
  assert.equal(undone.stdout, 'Undone: “Write the class of 1 image to labels.csv”.\n');
  assert.equal(readFileSync(join(root, 'labels.csv'), 'utf8'), 'path,class\n0.png,red\n1.png,blue\n');
  assert.equal((await run('labels', 'show', root)).code, 2);
});
