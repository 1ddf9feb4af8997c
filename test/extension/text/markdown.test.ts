import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import {
  escapeMarkdown,
  fileLink,
  MarkdownPictures,
  markdownTable,
  noticeLines,
} from '../../../src/extension/text/markdown.ts';

test('nothing of others becomes markup', () => {
  assert.equal(escapeMarkdown('a|b *c* <img> [d](e)\n# f'), String.raw`a\|b \*c\* \<img\> \[d\](e) \# f`);
  assert.equal(escapeMarkdown('&lt; ~~x~~ `y`'), String.raw`\&lt; \~\~x\~\~ \`y\``);
});

test('numbers are set to the right', () => {
  assert.deepEqual(markdownTable([{ title: 'a|b' }, { title: 'n', numbers: true }], [['x', '1']]), [
    String.raw`| a\|b | n |`,
    '| --- | ---: |',
    '| x | 1 |',
  ]);
});

test('a link survives what file names are made of', () => {
  const file = path.resolve('/data/my cats/a(1) #|ä.png');
  const link = (base: string | undefined) => fileLink('a(1) #|ä.png', file, base);
  const text = String.raw`a(1) \#\|ä.png`;
  assert.equal(link(path.resolve('/data')), `[${text}](/my%20cats/a%281%29%20%23%7C%C3%A4.png)`);
  assert.equal(link(path.resolve('/data/dogs')), `[${text}](/../my%20cats/a%281%29%20%23%7C%C3%A4.png)`);
  assert.equal(link(undefined), text);
});

test('pictures are named in the text, and their bytes are at the end', () => {
  const pictures = new MarkdownPictures();
  assert.deepEqual(pictures.definitions(), []);
  assert.equal(pictures.add(undefined), '');
  assert.equal(pictures.add(Uint8Array.of(1, 2, 3)), '![][picture1]');
  assert.equal(pictures.add(Uint8Array.of(4)), '![][picture2]');
  assert.deepEqual(pictures.definitions(), [
    '',
    '[picture1]: data:image/webp;base64,AQID',
    '[picture2]: data:image/webp;base64,BA==',
  ]);
});

test('notices are set apart from the text', () => {
  assert.deepEqual(noticeLines([]), []);
  assert.deepEqual(noticeLines([{ message: 'a\nb' }]), ['> a b', '']);
});
