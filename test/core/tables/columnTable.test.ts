import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ColumnJoin, numbersOf, tableRows, type JoinedTable } from '../../../src/core/tables/columnTable.ts';
import { imageFinder } from '../../../src/core/tables/imageFinder.ts';

const paths = ['a/1.png', 'a/2.png', 'b/2.png', 'b/three, four.png'];
const joined = (text: string, folder = ''): JoinedTable => {
  const table = tableRows(text, (fault) => new Error(fault));
  assert.ok(!('fault' in table), 'fault' in table ? table.fault : '');
  const join = new ColumnJoin(imageFinder(paths, folder));
  const { names, image } = table.header;
  for (const row of table.rows) {
    const path = join.match(row[image]!);
    if (path !== undefined) for (const name of names) if (name !== image) join.put(path, name, row[name]!);
  }
  return join.joined();
};
const faultOf = (text: string) => {
  const result = tableRows(text, (fault) => new Error(fault));
  return 'fault' in result ? result.fault : '';
};

describe('a table of columns', () => {
  it('is refused where a quote is never closed, which would swallow all that follows', () => {
    assert.throws(
      () => joined('path,note\na/1.png,"open\na/2.png,x\n'),
      /the quote that begins in line 2 is never closed/,
    );
  });

  it('is refused where a row has more cells than there are columns, as a part of what it says would be lost', () => {
    assert.throws(
      () => joined('path,note\n\na/1.png,"one, two"\na/2.png,three, four\n'),
      /its line 4 has 3 cells for 2 columns, and a text that has a separator in it has to be in quotes/,
    );
    const { columns } = joined('path,note\na/1.png,one,, \na/2.png\n');
    assert.deepEqual([...columns[0]!.values], [['a/1.png', 'one']]);
  });

  it('is joined with the images by path or by a name that only one has', () => {
    const { columns, matched, unmatched } = joined(
      'score;Path;who\n0.5;a/1.png;ada\n;"b/three, four.png";\n2;2.png;bo\n1;gone.png;bo\n7;b\\2.png;cy\n',
    );
    assert.deepEqual([matched, unmatched], [3, ['2.png', 'gone.png']]);
    assert.deepEqual(
      columns.map(({ name, values }) => [name, [...values]]),
      [
        [
          'score',
          [
            ['a/1.png', '0.5'],
            ['b/2.png', '7'],
          ],
        ],
        [
          'who',
          [
            ['a/1.png', 'ada'],
            ['b/2.png', 'cy'],
          ],
        ],
      ],
    );
  });

  it('lies in a folder that its paths may begin at', () => {
    assert.deepEqual(
      [...joined('file,x\n1.png,1\n./2.png,2\n', 'a').columns[0]!.values],
      [
        ['a/1.png', '1'],
        ['a/2.png', '2'],
      ],
    );
  });

  it('holds numbers where all of its values are', () => {
    const { columns } = joined('path,x,y\na/1.png,-1e3,1\na/2.png,0x10,one\n');
    assert.deepEqual(
      [...numbersOf(columns[0]!)!],
      [
        ['a/1.png', -1000],
        ['a/2.png', 16],
      ],
    );
    assert.equal(numbersOf(columns[1]!), undefined);
  });

  it('that is none is told why', () => {
    assert.match(faultOf(''), /empty/);
    assert.match(faultOf('path\na/1.png\n'), /single column/);
    assert.match(faultOf('path,x,x\n'), /two of its columns are called "x"/);
    assert.match(faultOf('path,,x\n'), /column 2 has no name/);
  });
});
