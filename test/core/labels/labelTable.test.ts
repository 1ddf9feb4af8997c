import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatProposals, matchLabels, parseLabelTable, parseSplitTable } from '../../../src/core/labels/labelTable.ts';
import { imageFinder } from '../../../src/core/tables/imageFinder.ts';

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

  test('knows a column of splits, and never takes it for the images or the labels', () => {
    const parsed = parseLabelTable('split,label,who\nval,cat,1.png\nTRAIN,dog,2.png\n,dog,3.png\nextra,dog,4.png\n');
    assert.ok('rows' in parsed);
    assert.deepEqual(
      parsed.rows.map(({ image, label, split }) => [image, label, split]),
      [
        ['1.png', 'cat', 'validation'],
        ['2.png', 'dog', 'train'],
        ['3.png', 'dog', undefined],
        ['4.png', 'dog', 'extra'],
      ],
    );
  });

  test('says where each label stands', () => {
    const text = 'path,label\r\n"a\nb.png"," cat"\r\nb.png,\r\nc.png\r\n';
    const parsed = parseLabelTable(text);
    assert.ok('rows' in parsed);
    assert.deepEqual(
      parsed.rows.map(({ line, cell }) => [line, cell && text.slice(cell.start, cell.end)]),
      [
        [2, '" cat"'],
        [4, ''],
        [5, undefined],
      ],
    );
  });

  test('says what is missing', () => {
    assert.match(faultOf('path,label\na.png,"cat\nb.png,dog\n'), /the quote that begins in line 2 is never closed/);
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

test('a line with more cells than there are columns is no row, unless they are empty', () => {
  const surplus = 'its line 3 has 3 cells for 2 columns, and a text that has a separator in it has to be in quotes';
  assert.equal(faultOf('path,label\nx.png,a\na, b.png,cat\n'), surplus);
  assert.deepEqual(rowsOf('path,label\nx.png,a,, \n'), [['x.png', 'a']]);
  assert.deepEqual(parseSplitTable('path,split\nx.png,test\na, b.png,test\n'), { fault: surplus });
});

suite('rows find their images', () => {
  const paths = ['images/a.png', 'images/b.jpg', 'more/b.jpg', 'c.png', 'tables/d.png'];
  const match = (images: readonly string[], folder = '') =>
    matchLabels(
      images.map((image, i) => ({ image, label: image, line: i + 2 })),
      imageFinder(paths, folder),
    );

  test('by path, beside the table, or by a name that only one image has', () => {
    assert.deepEqual([...match(['images/a.png', 'c.png']).labels.keys()], ['images/a.png', 'c.png']);
    assert.deepEqual([...match(['d.png', 'a'], 'tables').labels.keys()], ['tables/d.png', 'images/a.png']);
    assert.deepEqual(
      match(['b.jpg', 'b', 'nowhere.png']).unmatched.map(({ image }) => image),
      ['b.jpg', 'b', 'nowhere.png'],
    );
  });

  test('an empty label is none, and two different ones are told', () => {
    const { labels, conflict } = matchLabels(
      [
        { image: 'c.png', label: '', line: 2 },
        { image: 'a', label: 'x', line: 3 },
        { image: 'a', label: '', line: 4 },
        { image: 'images/a.png', label: 'y', line: 5 },
      ],
      imageFinder(paths, ''),
    );
    assert.equal(labels.has('c.png'), false);
    assert.deepEqual(
      [conflict!.path, conflict!.what, conflict!.told, conflict!.rows.map(({ line }) => line)],
      ['images/a.png', 'labels', ['x', 'y'], [3, 5]],
    );
    const repeated = match(['c.png', 'c.png']);
    assert.deepEqual([repeated.conflict, [...repeated.repeated]], [undefined, ['c.png']]);
  });
});
