import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exportColumns } from '../../../src/core/export/exportColumns.ts';
import { csvHeader, csvLine, jsonLine } from '../../../src/core/export/tableLines.ts';
import { parseTable } from '../tables/parseTable.ts';
import { exportImage } from './exportImages.ts';

const quality = {
  ...{ dark: 0.31, light: 0.9, blurry: 0.5, 'low-information': 0.7, 'odd-aspect-ratio': 0.75 },
  ...{ 'odd-size': 1, grayscale: 0 },
};

describe('tables of images', () => {
  it("name quality as cleanvision does, and call an issue what is below the threshold of the data set's", () => {
    const usual = exportColumns([]);
    const names = usual.map(({ name }) => name);
    assert.deepEqual(names.slice(0, 9), [
      ...['path', 'label', 'split', 'tags', 'width', 'height', 'format', 'bytes', 'content'],
    ]);
    for (const kind of ['dark', 'light', 'blurry', 'low_information', 'odd_aspect_ratio', 'odd_size', 'grayscale']) {
      assert.ok(names.includes(`is_${kind}_issue`) && names.includes(`${kind}_score`), kind);
    }
    const valueOf = (columns: ReturnType<typeof exportColumns>, name: string) =>
      columns.find((column) => column.name === name)!.valueOf(exportImage('a.png', { quality }));
    assert.deepEqual(
      ['is_dark_issue', 'dark_score', 'is_light_issue', 'is_grayscale_issue'].map((name) => valueOf(usual, name)),
      [true, 0.31, false, true],
    );
    assert.equal(valueOf(exportColumns([], { dark: 0.3 }), 'is_dark_issue'), false);
  });

  it('are CSV that reads back as it was, whatever is in a name', () => {
    const columns = exportColumns([
      { name: 'label', values: new Map([['a, "b"\n.png', ' spaced ']]) },
      { name: 'loss', values: new Map([['a, "b"\n.png', '2.50']]) },
    ]);
    const image = exportImage('a, "b"\n.png', { tags: ['new', 'x y'], label: undefined, quality });
    const [header, row, ...rest] = parseTable(csvHeader(columns) + csvLine(image, columns));
    const record = new Map(header!.map((name, i) => [name, row![i]]));
    assert.equal(rest.length, 0);
    assert.equal(record.get('path'), 'a, "b"\n.png');
    assert.equal(record.get('label'), '');
    assert.equal(record.get('imported_label'), ' spaced ');
    assert.deepEqual([record.get('tags'), record.get('loss'), record.get('is_dark_issue')], ['new;x y', '2.5', 'true']);
  });

  it('tell a tag with a semicolon from two', () => {
    const tags = exportColumns([]).filter(({ name }) => name === 'tags');
    const field = (...own: string[]) =>
      parseTable(`tags\n${csvLine(exportImage('a.png', { tags: own }), tags)}`)[1]?.[0];
    assert.deepEqual(
      [field('a', 'b'), field('a;b'), field('a;b', 'c "d"'), field('a,b', 'c')],
      ['a;b', '"a;b"', '"a;b";"c ""d"""', 'a,b;c'],
    );
  });

  it('are lines of JSON, with null for what is not known and every float32 as it was', () => {
    const columns = exportColumns([{ name: 'vector', values: new Map([['a.png', 'mine']]) }]);
    const vector = Float32Array.from({ length: 200 }, (_, i) => Math.sin(i * 7.3) * 10 ** ((i % 9) - 6));
    const record = JSON.parse(jsonLine(exportImage('a.png'), columns, vector)) as Record<string, unknown>;
    assert.deepEqual(Float32Array.from(record['vector'] as number[]), vector);
    assert.deepEqual([record['imported_vector'], record['split'], record['tags']], ['mine', null, []]);
    assert.deepEqual([record['is_dark_issue'], record['dark_score']], [null, null]);
    assert.equal('vector' in (JSON.parse(jsonLine(exportImage('a.png'), columns, undefined)) as object), false);
    assert.match(jsonLine(exportImage('a.png'), columns, null), /"vector":null}\n$/);
  });

  it('have the captions where there are any, as a list where an image has several', () => {
    const record = (captions: ReadonlyMap<string, readonly string[]>) => {
      const imported = [{ name: 'caption', values: new Map([['a.png', 'mine']]) }];
      const columns = exportColumns(imported, {}, captions);
      return JSON.parse(jsonLine(exportImage('a.png'), columns, undefined)) as Record<string, unknown>;
    };
    const single = record(new Map([['a.png', ['a red, "round" house']]]));
    assert.deepEqual([single['caption'], single['imported_caption']], ['a red, "round" house', 'mine']);
    assert.equal(record(new Map([['b.png', ['another']]]))['caption'], null);
    const several = record(new Map([['a.png', ['one', 'two']]]));
    assert.deepEqual([several['captions'], several['caption']], [['one', 'two'], 'mine']);
  });
});
