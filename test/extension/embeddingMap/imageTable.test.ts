import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageTable } from '../../../src/extension/embeddingMap/imageTable.ts';

test('images are written as CSV, quoted where that is needed, without columns that say nothing', () => {
  const table = imageTable(['a.png', 'b, "c".png'], {
    class: (path) => (path === 'a.png' ? 'cat\nor dog' : ''),
    split: () => '',
  });
  assert.equal(table, 'path,class\r\na.png,"cat\nor dog"\r\n"b, ""c"".png",\r\n');
});
