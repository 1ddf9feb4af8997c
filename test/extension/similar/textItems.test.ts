import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordItems, type AskedWords } from '../../../src/extension/similar/textItems.ts';

const asked: AskedWords = {
  ...{ typed: 'a red car', before: [], image: undefined, onlyWithImage: false },
  ...{ reading: undefined, captionsFirst: false },
};
const reading = { by: 'the text half of CLIP' };
const rows = (change: Partial<AskedWords>) =>
  wordItems({ ...asked, ...change }).map(({ label, description = '' }) => [label, description].join(' | '));

test('words are searched for in images alone where there are no captions', () => {
  assert.deepEqual(rows({}), ['$(search) a red car | ']);
  assert.deepEqual(rows({ image: '/data/x.png', typed: '-night' }), [
    '$(file-media) -night, like x.png | words and image, half and half',
  ]);
  assert.deepEqual(rows({ typed: ' ' }), []);
});

test('captions are offered with what reads them, alone and beside the caption of an image', () => {
  assert.deepEqual(rows({ reading, image: '/data/x.png' }), [
    '$(search) a red car | in images',
    '$(quote) a red car | in captions, read by the text half of CLIP',
    '$(file-media) a red car, like x.png | words and image, half and half',
    '$(quote) a red car, like the caption of x.png | in captions, read by the text half of CLIP',
  ]);
  assert.deepEqual(
    wordItems({ ...asked, reading, image: '/data/x.png', onlyWithImage: true }).map(({ captions, image }) => [
      captions,
      image,
    ]),
    [
      [false, '/data/x.png'],
      [true, '/data/x.png'],
    ],
  );
});

test('what keeps captions from being read is said where they are offered', () => {
  const [, row] = wordItems({ ...asked, reading: { fault: 'Nothing reads the captions.' } });
  assert.deepEqual([row?.description, row?.detail], ['in captions', 'Nothing reads the captions.']);
});

test('after a search of captions they come first', () => {
  assert.deepEqual(
    wordItems({ ...asked, reading, captionsFirst: true }).map(({ captions }) => captions),
    [true, false],
  );
});

test('searches of before are offered again, those of captions where there are any', () => {
  const before = [
    { line: 'a star', captions: true },
    { line: 'a red car', captions: false },
    { line: 'a lorry', captions: false },
  ];
  assert.deepEqual(rows({ before, reading }).slice(2), [
    '$(quote) a star | in captions · searched before',
    'a lorry | ',
  ]);
  assert.deepEqual(rows({ before }).slice(1), ['a lorry | searched before']);
});
