import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnnotationIds } from '../../../../src/core/export/objects/annotationIds.ts';
import { mergedEntries, type Entry } from '../../../../src/core/export/objects/mergedEntries.ts';
import { withValues } from '../../../../src/core/json/jsonValues.ts';

describe('categories of several files', () => {
  const nameOf = (entry: Entry) => String(entry['name']);

  it('are one where they have one name, and of two with one id the later gets another', () => {
    const { entries, ids } = mergedEntries(
      [
        [
          { id: 1, name: 'cat', supercategory: 'animal' },
          { id: 7, name: 'dog', colour: '#fff' },
        ],
        [
          { id: 1, name: 'dog' },
          { id: 7, name: 'emu' },
          { id: 9, name: 'cat' },
        ],
      ],
      nameOf,
    );
    assert.deepEqual(entries, [
      { id: 1, name: 'cat', supercategory: 'animal' },
      { id: 7, name: 'dog', colour: '#fff' },
      { id: 10, name: 'emu' },
    ]);
    assert.deepEqual(
      ids.map((own) => Object.fromEntries(own)),
      [
        { 1: 1, 7: 7 },
        { 1: 7, 7: 10, 9: 1 },
      ],
    );
  });

  it('stay as they are in a file alone, also two of one name', () => {
    const own = [
      { id: 0, name: 'cat' },
      { id: 'x', name: 'cat' },
      { id: 5, name: 'dog' },
    ];
    const { entries, ids } = mergedEntries([[...own, { id: 0, name: 'cat' }]], nameOf);
    assert.deepEqual(entries, own);
    assert.deepEqual([...ids[0]!.values()], [0, 'x', 5]);
  });
});

it('ids of annotations stay where they are unique, and the same annotation is written once', () => {
  const ids = new AnnotationIds();
  // More than are held in the beginning.
  for (let i = 0; i < 3000; i++) ids.add(2 * i);
  for (const id of ['a', 'a', 10, 20, undefined, 30]) ids.add(id);
  ids.settle();
  const idOf = (id: unknown, what = '') => ids.idOf(id, () => what);
  assert.deepEqual([idOf(4), idOf('b'), idOf(10, 'x'), idOf('a', 'x')], [4, 'b', 10, 'a']);
  assert.deepEqual([idOf(10, 'x'), idOf('a', 'x')], [undefined, undefined], 'the same once more');
  assert.deepEqual([idOf(10, 'y'), idOf(undefined), idOf('a', 'y')], [5999, 6000, 6001]);
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
});
