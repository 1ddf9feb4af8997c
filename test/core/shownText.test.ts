import assert from 'node:assert/strict';
import { it } from 'node:test';
import { shownLine, shownLines } from '../../src/core/shownText.ts';

it('control characters are shown, and all others stay as they are', () => {
  assert.equal(
    shownLine('a\u001b]0;x\u0007\n::error::b\r\tü→😀\u009b\u2028\\n'),
    'a\\x1b]0;x\\x07\\n::error::b\\r\\tü→😀\\x9b\\u2028\\n',
  );
  assert.equal(shownLines('one\u001b\ntwo\r'), 'one\\x1b\ntwo\\r');
});
