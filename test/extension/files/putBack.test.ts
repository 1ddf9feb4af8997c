import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { putBack, remembering } from '../../../src/extension/files/putBack.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';

function fileIn(context: TestContext) {
  const file = path.join(temporaryFolder(context), 'config.json');
  const write = (text: string) => {
    writeFileSync(file, text);
    return Promise.resolve(text.length);
  };
  return { file, write, text: () => readFileSync(file, 'utf8') };
}

describe('a file that was written', () => {
  test('is what it was again', async (context) => {
    const { file, write, text } = fileIn(context);
    await write('{"encoder": "mine"}');
    const [result, written] = await remembering(file, () => write('{"splits": {}}'));
    assert.deepEqual([result, text()], [14, '{"splits": {}}']);
    assert.equal(await putBack(written), true);
    assert.equal(text(), '{"encoder": "mine"}');
  });

  test('is gone again where there was none', async (context) => {
    const { file, write } = fileIn(context);
    const [, written] = await remembering(file, () => write('{}'));
    assert.equal(await putBack(written), true);
    assert.equal(existsSync(file), false);
  });

  test('stays where somebody has changed or deleted it since', async (context) => {
    const { file, write, text } = fileIn(context);
    await write('{"encoder": "mine"}');
    const [, written] = await remembering(file, () => write('{"splits": {}}'));
    await write('{"splits": {}, "exclude": ["raw"]}');
    assert.equal(await putBack(written), false);
    assert.equal(text(), '{"splits": {}, "exclude": ["raw"]}');
    const [, deleted] = await remembering(file, () => write('{"splits": {}}'));
    rmSync(file);
    assert.equal(await putBack(deleted), false);
    assert.equal(existsSync(file), false);
  });
});
