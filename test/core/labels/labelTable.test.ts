import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatProposals, matchLabels, parseLabelTable } from '../../../src/core/labels/labelTable.ts';

function rowsOf(text: string, column?: string) {
  const parsed = parseLabelTable(text, column);
  assert.ok('rows' in parsed, JSON.stringify(parsed));
  return parsed.rows.map(({ image, label }) => [image, label]);
}

function faultOf(text: string, column?: string) {
  const parsed = parseLabelTable(text, column);
  assert.ok('fault' in parsed);
  return parsed.fault;
}

suite('a table of labels', () => {
  test('has columns in any order, quoted fields, and empty lines', () => {
    assert.deepEqual(rowsOf('\uFEFFlabel,path\r\n"a, ""b""",x/1.png\r\n\r\n,2.png'), [
      ['x/1.png', 'a, "b"'],
      ['2.png', ''],
    ]);
    assert.deepEqual(rowsOf('Image\tClass\n.\\x\\1.png\tcat\n'), [['x/1.png', 'cat']]);
    assert.deepEqual(rowsOf('id;diagnosis\n17;"two\nlines"\n', 'diagnosis'), [['17', 'two\nlines']]);
    assert.deepEqual(rowsOf('label,who\ncat,1.png'), [['1.png', 'cat']], 'the first other column holds the images');
  });

  test('says what is missing', () => {
    assert.equal(faultOf(''), 'it is empty');
    assert.match(faultOf('path,x\na,b'), /no column called label.*its columns are path, x/);
    assert.match(faultOf('path,label\na,b', 'colour'), /no column "colour"/);
    assert.match(faultOf('label\na'), /a single column/);
  });

  test('reads what is written as proposals', () => {
    const proposals = [
      { path: 'a, b/"c".png', label: ' x', confidence: 0.5 },
      { path: 'plain.png', label: 'y', confidence: 0.25 },
    ];
    const text = formatProposals(proposals);
    assert.equal(text.split('\n')[2], 'plain.png,y,0.25');
    assert.deepEqual(rowsOf(text)[0], ['a, b/"c".png', 'x']);
  });
});

suite('rows find their images', () => {
  const paths = ['images/a.png', 'images/b.jpg', 'more/b.jpg', 'c.png', 'tables/d.png'];
  const match = (images: readonly string[], folder = '') =>
    matchLabels(
      images.map((image) => ({ image, label: image })),
      paths,
      folder,
    );

  test('by path, beside the table, or by a name that only one image has', () => {
    assert.deepEqual([...match(['images/a.png', 'c.png']).labels.keys()], ['images/a.png', 'c.png']);
    assert.deepEqual([...match(['d.png', 'a'], 'tables').labels.keys()], ['tables/d.png', 'images/a.png']);
    assert.deepEqual(match(['b.jpg', 'b', 'nowhere.png']).unmatched, ['b.jpg', 'b', 'nowhere.png']);
  });

  test('an empty label is none, and two different ones are told', () => {
    const { labels, conflict } = matchLabels(
      [
        { image: 'c.png', label: '' },
        { image: 'a', label: 'x' },
        { image: 'images/a.png', label: 'y' },
      ],
      paths,
      '',
    );
    assert.equal(labels.has('c.png'), false);
    assert.deepEqual(conflict, { path: 'images/a.png', labels: ['x', 'y'] });
    assert.equal(match(['c.png', 'c.png']).conflict, undefined);
  });
});
