import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ErrorCode, LikenessError } from '../../../src/core/errors.ts';
import { readTrainedOn, TRAINED_ON_FILE, writeTrainedOn } from '../../../src/engine/training/trainedOn.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';

const images = [
  { path: 'a, b/ü "1".png', content: 'ab'.repeat(32) },
  { path: 'c.png', content: '01'.repeat(32) },
];

describe('the record of what an encoder was trained on', () => {
  it('is read as it was written, a line for each image, and leaves nothing else behind', async (context) => {
    const folder = temporaryFolder(context);
    assert.equal(await readTrainedOn(folder), undefined);
    await writeTrainedOn(folder, images);
    assert.deepEqual(await readTrainedOn(folder), images);
    assert.equal(readFileSync(join(folder, TRAINED_ON_FILE), 'utf8').split('\n').length, 5);
    await writeTrainedOn(folder, []);
    assert.deepEqual(await readTrainedOn(folder), []);
    assert.deepEqual(readdirSync(folder), [TRAINED_ON_FILE]);
  });

  it('is refused in a sentence where it is broken', async (context) => {
    const folder = temporaryFolder(context);
    for (const [text, pattern] of [
      ['{"images":[', /not JSON.*fine-tune again/],
      ['[]', /no list of "images"/],
      ['{"images":[{"path":"a.png","content":"abc"}]}', /image 1 lacks.*"content"/],
      ['{"images":[null]}', /image 1 lacks/],
    ] as const) {
      writeFileSync(join(folder, TRAINED_ON_FILE), text);
      await assert.rejects(readTrainedOn(folder), (error: unknown) => {
        assert.ok(error instanceof LikenessError);
        assert.deepEqual([error.code, pattern.test(error.message)], [ErrorCode.InvalidCard, true], error.message);
        return true;
      });
    }
  });
});
