import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { readPairDecisions } from '../../../src/engine/training/pairDecisions.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { decidePair } from './stepContext.ts';

const NOW = Date.UTC(2026, 0, 2);

function folderOf(context: TestContext, ...images: readonly string[]) {
  const root = temporaryFolder(context);
  for (const image of images) write(root, image, `bytes of ${image}`);
  const file = join(root, '.likeness/decisions.jsonl');
  return { root, file, lines: () => readFileSync(file, 'utf8').split('\n').slice(0, -1) };
}

const contentOf = (image: string) => createHash('sha256').update(`bytes of ${image}`).digest('hex');

describe('deciding that two images belong together', () => {
  it('writes a line that training reads, and takes it back', async (context) => {
    const { root, lines } = folderOf(context, 'b/2.png', 'a/1.png');
    await decidePair(root, ['b/2.png', 'a/1.png'], 'same', NOW);
    assert.deepEqual(
      lines().map((line) => JSON.parse(line) as unknown),
      [
        {
          path: 'a/1.png',
          content: contentOf('a/1.png'),
          action: 'same',
          with: { path: 'b/2.png', content: contentOf('b/2.png') },
          at: '2026-01-02T00:00:00.000Z',
        },
      ],
    );
    const paths = ['b/2.png', 'a/1.png'];
    assert.deepEqual(await readPairDecisions(root, paths), [{ first: 1, second: 0, kind: 'same' }]);
    await decidePair(root, ['a/1.png', 'b/2.png'], undefined, NOW);
    assert.deepEqual(await readPairDecisions(root, paths), []);
    assert.deepEqual(readdirSync(join(root, '.likeness')).sort(), ['.gitignore', 'decisions.jsonl', 'history.jsonl']);
  });

  it('keeps lines that were written by hand', async (context) => {
    const { root, file, lines } = folderOf(context, 'a.png', 'b.png');
    const byHand = ['// ours', '{"path":"a.png","content":"?","action":"relabel","value":"cat"}'];
    write(root, '.likeness/decisions.jsonl', byHand.join('\n'));
    await decidePair(root, ['a.png', 'b.png'], 'same', NOW);
    assert.deepEqual([lines()[0], lines()[1], lines().length], [byHand[0], byHand[1], 3]);
    await decidePair(root, ['a.png', 'b.png'], undefined, NOW);
    assert.equal(readFileSync(file, 'utf8'), `${byHand.join('\n')}\n`);
  });

  it('refuses what lies elsewhere, and what is gone unless it is to be forgotten', async (context) => {
    const { root } = folderOf(context, 'a.png');
    await assert.rejects(decidePair(root, ['a.png', '../b.png'], 'same', NOW), { code: ErrorCode.PathOutsideRoot });
    await assert.rejects(decidePair(root, ['a.png', 'gone.png'], 'same', NOW), { code: ErrorCode.FileNotFound });
    await decidePair(root, ['a.png', 'gone.png'], undefined, NOW);
    assert.deepEqual(readdirSync(root), ['a.png']);
  });
});
