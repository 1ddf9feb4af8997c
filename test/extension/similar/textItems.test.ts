import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stillChosen, wordItems, type AskedWords } from '../../../src/extension/similar/textItems.ts';

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
    '$(file-media) -night, like x.png | words and image',
  ]);
  assert.deepEqual(rows({ typed: ' ' }), []);
});

test('captions are offered with what reads them, alone and beside the caption of an image', () => {
  assert.deepEqual(rows({ reading, image: '/data/x.png' }), [
    '$(search) a red car | in images',
    '$(quote) a red car | in captions, read by the text half of CLIP',
    '$(file-media) a red car, like x.png | words and image',
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

test('the row that is chosen stays so where captions come in, but for one that was first for want of them', () => {
  const before = [
    { line: 'a star', captions: true },
    { line: 'a lorry', captions: false },
  ];
  const chosenAfter = (change: Partial<AskedWords>, row: number) => {
    const known = { ...asked, before, image: '/data/x.png', ...change };
    const without = wordItems(known);
    const items = wordItems({ ...known, reading });
    return items.indexOf(stillChosen(items, without, without[row]!, known)!);
  };
  // In images, like the picture, and searched before; captions come in second, fourth and fifth.
  assert.deepEqual([chosenAfter({}, 0), chosenAfter({}, 1), chosenAfter({}, 2)], [0, 2, 5]);
  const captionsFirst = true;
  const inCaptions = [0, 1, 2].map((row) => chosenAfter({ captionsFirst }, row));
  assert.deepEqual(inCaptions, [0, 3, 5]);
  assert.equal(wordItems({ ...asked, reading, captionsFirst })[0]!.captions, true);
  assert.equal(chosenAfter({ captionsFirst, typed: '' }, 0), 1, 'one of before is what it says');
});
