import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { captionColumnsOf, captionsOfRow, CocoCaptions, tidyCaption } from '../../../src/core/captions/captionRows.ts';
import { CocoFault } from '../../../src/core/labels/cocoLabels.ts';

const element = (section: string, value: unknown, line = 1) => ({
  section,
  bytes: new TextEncoder().encode(JSON.stringify(value)),
  start: 0,
  line,
});

describe('captions of tables', () => {
  it('are found by the names of columns, or by the one that is named', () => {
    assert.deepEqual(captionColumnsOf(['file_name', 'Text'], undefined), { image: 'file_name', caption: 'Text' });
    assert.deepEqual(captionColumnsOf(['caption', 'photo'], undefined), { image: 'photo', caption: 'caption' });
    assert.deepEqual(captionColumnsOf(['text', 'image', 'long'], 'long'), { image: 'image', caption: 'long' });
  });

  it('are missing with a reason', () => {
    const reason = (names: readonly string[], chosen?: string) => {
      const found = captionColumnsOf(names, chosen);
      return 'fault' in found ? found.fault : '';
    };
    assert.match(reason(['path', 'label']), /no column called caption.*its columns are path, label/);
    assert.match(reason(['path', 'text'], 'words'), /no column "words"/);
    assert.match(reason(['text']), /single column/);
  });

  it('are one a cell, or several where it is a list', () => {
    const columns = { image: 'file', caption: 'text' };
    assert.deepEqual(captionsOfRow({ file: '.\\a\\b.png', text: ' a  red\nhouse ' }, columns), [
      { image: 'a/b.png', caption: 'a red house' },
    ]);
    assert.deepEqual(
      captionsOfRow({ file: 'c.png', text: ['one', 'two'] }, columns).map(({ caption }) => caption),
      ['one', 'two'],
    );
    assert.deepEqual(captionsOfRow({ file: 'c.png', text: null }, columns), [{ image: 'c.png', caption: '' }]);
    assert.deepEqual(captionsOfRow({ file: '', text: 'of nothing' }, columns), []);
    assert.deepEqual(captionsOfRow({ file: 'd.png' }, columns), [], 'nothing was written of it');
  });

  it('keep other scripts and emoji as they are', () => {
    assert.equal(tidyCaption('\u00a0 一只 猫\u3000🐈‍⬛\r\n'), '一只 猫 🐈‍⬛');
  });
});

describe('CocoCaptions', () => {
  it('takes several captions of an image, in any order, and passes over boxes', () => {
    const captions = new CocoCaptions();
    captions.take(element('annotations', { image_id: 7, caption: 'a cat ' }));
    captions.take(element('annotations', { image_id: 7, bbox: [0, 0, 1, 1], category_id: 1 }));
    captions.take(element('images', { id: 7, file_name: 'a/7.jpg' }));
    captions.take(element('annotations', { image_id: 7, caption: 'a black cat' }));
    captions.take(element('annotations', { image_id: 9, caption: 'of nothing' }));
    assert.deepEqual(captions.rows(), [
      { image: 'a/7.jpg', caption: 'a cat' },
      { image: 'a/7.jpg', caption: 'a black cat' },
      { image: '9', caption: 'of nothing' },
    ]);
  });

  it('says where something is missing', () => {
    const fault = (section: string, value: unknown) => () => {
      new CocoCaptions().take(element(section, value, 4));
    };
    assert.throws(fault('images', { id: 1 }), new CocoFault('the image in line 4 has no "file_name"'));
    assert.throws(
      fault('annotations', { caption: 'a' }),
      new CocoFault('the entry of "annotations" in line 4 has no "image_id"'),
    );
  });
});
