import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnnotationIds, idKeyOf } from '../../../../src/core/export/objects/annotationIds.ts';
import { imageEntry } from '../../../../src/core/export/objects/imageEntry.ts';
import { LargeSet } from '../../../../src/core/export/objects/largeSet.ts';
import { entryTexts, mergedEntries, type Entry } from '../../../../src/core/export/objects/mergedEntries.ts';
import { withValues } from '../../../../src/core/json/jsonValues.ts';
import type { CocoId } from '../../../../src/core/labels/cocoLabels.ts';
import { exportImage } from '../exportImages.ts';

/** Lists of categories: an id and a name of each. */
const merged = (...files: readonly (readonly (readonly [id: CocoId, name: string])[])[]) => {
  const entries = files.map((own) =>
    own.map(([id, name]): Entry => ({ id, value: { id, name }, text: JSON.stringify({ id, name }) })),
  );
  const both = mergedEntries(entries, ({ value }) => String(value['name']));
  return {
    entries: entryTexts(both).map((text) => Object.values(JSON.parse(text) as Readonly<Record<string, unknown>>)),
    ids: both.ids.map((own) => [...own]),
  };
};

describe('categories of several files', () => {
  it('are one where they have one name, and of two with one id the later gets another', () => {
    const [first, second] = [
      [
        [1, 'cat'],
        [7, 'dog'],
      ],
      [
        [1, 'dog'],
        [7, 'emu'],
        [9, 'cat'],
      ],
    ] as const;
    assert.deepEqual(merged(first, second), {
      entries: [...first, [10, 'emu']],
      ids: [
        [
          [1, 1],
          [7, 7],
        ],
        [
          [1, 7],
          [7, 10],
          [9, 1],
        ],
      ],
    });
  });

  it('stay as they are in a file alone, also two of one name', () => {
    const own = [
      [0, 'cat'],
      ['x', 'cat'],
      [5, 'dog'],
    ] as const;
    const { entries, ids } = merged([...own, [0, 'cat']]);
    assert.deepEqual(entries, own);
    assert.deepEqual(ids[0], [
      [0, 0],
      ['x', 'x'],
      [5, 5],
    ]);
  });

  it('of one name and different ids are told apart in each file', () => {
    const own = [
      [1, 'cat'],
      [2, 'cat'],
    ] as const;
    const { entries, ids } = merged(own, [...own, [3, 'cat']]);
    assert.deepEqual(entries, own);
    assert.deepEqual(ids[1], [
      [1, 1],
      [2, 2],
      [3, 1],
    ]);
    // In the second file they had to get other ids.
    assert.deepEqual(
      merged(
        [
          [1, 'x'],
          [2, 'y'],
        ],
        own,
        own,
      ).ids[2],
      [
        [1, 3],
        [2, 4],
      ],
    );
  });

  it('get ids that are told apart beside the largest numbers', () => {
    const { entries } = merged(
      [
        [1, 'a'],
        [Number.MAX_SAFE_INTEGER, 'b'],
        [2 ** 60, 'c'],
      ],
      [
        [1, 'd'],
        [2 ** 60, 'e'],
      ],
    );
    assert.deepEqual(
      entries.map(([id]) => id as number),
      [1, Number.MAX_SAFE_INTEGER, 2 ** 60, 2, 3],
    );
  });

  it('keep the digits of all that they say', () => {
    const texts = [1, 2].map((n) => `{"id": 1, "name": "${n}", "wordnet": 1234567890123456789${n}}`);
    const files = texts.map((text, i) => [{ id: 1, value: { name: String(i) }, text }]);
    assert.deepEqual(entryTexts(mergedEntries(files, ({ value }) => String(value['name']))), [
      texts[0],
      '{"id": 2, "name": "2", "wordnet": 12345678901234567892}',
    ]);
  });
});

describe('ids of annotations', () => {
  const settled = (all: readonly unknown[]) => {
    const ids = new AnnotationIds();
    const keyOf = (id: unknown) => idKeyOf(id, Buffer.from('{}'));
    for (const id of all) ids.add(keyOf(id));
    ids.settle();
    return (id: unknown, content = '') => ids.of(keyOf(id), () => content);
  };

  it('stay where they are unique, and the same annotation is written once', () => {
    // More than are held in the beginning.
    const idOf = settled([...Array.from({ length: 3000 }, (_, i) => 2 * i), 'a', 'a', '10', 10, 20, undefined, 30]);
    assert.deepEqual([idOf(4), idOf('b'), idOf(10, 'x'), idOf('a', 'x')], ['own', 'own', 'own', 'own']);
    assert.deepEqual([idOf(10, 'x'), idOf('a', 'x')], ['written', 'written'], 'the same once more');
    assert.deepEqual([idOf(10, 'y'), idOf(undefined), idOf('a', 'y'), idOf('10', 'y')], [5999, 6000, 6001, 'own']);
  });

  it('that are shared are of each content once, in whatever order', () => {
    const idOf = settled([1, 1, 1, 1, 1]);
    assert.deepEqual(
      ['A', 'B', 'B', 'A', 'C'].map((content) => idOf(1, content)),
      ['own', 2, 'written', 'written', 3],
    );
  });

  it('are told apart by their digits where numbers are too large, and new ones are not among those', () => {
    const ids = new AnnotationIds();
    const bytesOf = (id: string) => Buffer.from(`{"image_id": 1, "id": ${id} }`);
    const keyOf = (id: string) => idKeyOf(Number(id), bytesOf(id));
    const all = ['9007199254740993', '9007199254740992', '9007199254740992', '9007199254740991', '1', '4'];
    assert.equal(Number(all[0]), Number(all[1]));
    for (const id of all) ids.add(keyOf(id));
    ids.settle();
    const of = (id: string, content: string) => ids.of(keyOf(id), () => content);
    assert.deepEqual([of(all[0]!, 'x'), of(all[1]!, 'y')], ['own', 'own']);
    const given = ['a', 'b', 'c'].map((content) => of(all[2]!, content));
    assert.deepEqual(given, [5, 6, 7], 'behind 4, as nothing is told apart behind 2^53');
  });

  it('may be more than a set can hold', () => {
    const set = new LargeSet<string>(2);
    assert.deepEqual(
      ['a', 'b', 'c', 'a', 'd', 'e', 'b', 'e'].map((text) => set.add(text)),
      [...[true, true, true, false, true, true, false, false]],
    );
    assert.deepEqual(
      ['a', 'e', 'f'].map((text) => set.has(text)),
      [true, true, false],
    );
    set.clear();
    assert.equal(set.has('e'), false);
  });
});

describe('the entry of an image', () => {
  const image = exportImage('train/ä.png');
  const text =
    '{ "id": "a", "file_name": "x.png", "seed": 12345678901234567890, "license": 7, "neg_category_ids": [1, 9], "__proto__": 1 }';

  it('keeps what the file says of it, digit by digit', () => {
    const entry = imageEntry({ image, text, size: { width: 1, height: 1 } }, 5, undefined);
    assert.equal(entry, text.replace('"a"', '5').replace('x.png', 'train/ä.png'));
    assert.deepEqual(JSON.parse(imageEntry({ image, text: '{"width":null}', size: undefined }, 5, undefined)), {
      ...{ id: 5, file_name: 'train/ä.png', width: image.width, height: image.height },
    });
  });

  it('names licences and categories by the ids that they have among those of several files', () => {
    const renumbered = { licenses: new Map([[7, 70]]), categories: new Map([[1, 10]]) };
    const entryOf = (own: string) =>
      JSON.parse(imageEntry({ image, text: own, size: image }, 5, renumbered)) as Readonly<Record<string, unknown>>;
    assert.deepEqual([entryOf(text)['license'], entryOf(text)['neg_category_ids']], [70, [10]]);
    assert.deepEqual([entryOf('{"license":8}')['license'], 'license' in entryOf('{}')], [null, false]);
  });
});

it('values of an object are replaced or put in front, and the rest stays as it is written', () => {
  const written = (text: string, values: Readonly<Record<string, string>>) => withValues(Buffer.from(text), values);
  const text = '{ "id" : 1,\n  "big": 12345678901234567890, "x": 1.0, "ü": "ä\\n", "image_id":"a" }';
  assert.equal(
    written(text, { image_id: '77', id: '"b"', category_id: '3' }),
    '{"category_id":3, "id" : "b",\n  "big": 12345678901234567890, "x": 1.0, "ü": "ä\\n", "image_id":77 }',
  );
  assert.equal(written(' {} ', { id: '1' }), '{"id":1}');
  assert.equal(written('{"id":1,"id":2}', { id: '3' }), '{"id":3,"id":3}');
  const inherited = '{"constructor": 1, "toString": {"a": 2}, "__proto__": [3], "hasOwnProperty": "x", "id": 4}';
  assert.equal(written(inherited, { id: '5' }), inherited.replace('4', '5'));
});
