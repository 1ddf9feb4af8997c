import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MapFigures, MapSettings, ShownMap } from '../../../src/protocol/embeddingMap.ts';
import { sortRows } from '../../../webview/embeddingMap/sorting.ts';
import {
  changesLine,
  meaningLine,
  numberText,
  spokenImage,
  trustGrade,
  trustLine,
} from '../../../webview/embeddingMap/sentences.ts';
import { layOutGrid, scrollTo } from '../../../webview/embeddingMap/virtualGrid.ts';

const figures: MapFigures = {
  trustworthiness: 0.934,
  neighborsKept: 0.52,
  judged: { neighbors: 15, images: 1_000 },
  clusters: [],
  explained: undefined,
  recall: 1,
  madeAt: 0,
  seconds: 1,
};
const map: ShownMap = {
  encoder: undefined,
  points: 1,
  moving: false,
  progress: undefined,
  figures,
  placed: 0,
  removed: 0,
  missing: 0,
  failure: undefined,
};
const settings: MapSettings = { method: 'umap', neighbors: 15, minimumDistance: 0.1, seed: 0 };

describe('what is said of a map', () => {
  it('tells how far it can be trusted, by what was measured', () => {
    assert.equal(trustLine(map), '52 % of the 15 nearest neighbours are near on the map · trustworthiness 0.93');
    assert.equal(trustGrade(map), 'good');
    assert.equal(trustGrade({ ...map, figures: { ...figures, neighborsKept: 0.3 } }), 'fair');
    assert.equal(trustGrade({ ...map, figures: { ...figures, trustworthiness: 0.6 } }), 'poor');
    const pca = trustLine({ ...map, figures: { ...figures, explained: [0.2, 0.11] } });
    assert.match(pca!, /^the two axes show 31 % of the variance/);
    assert.equal(trustLine({ ...map, figures: undefined }), undefined);
    assert.notEqual(meaningLine(settings), meaningLine({ ...settings, method: 'pca' }));
  });

  it('tells what has changed since', () => {
    assert.equal(changesLine(map), '');
    assert.equal(
      changesLine({ ...map, placed: 1, removed: 2, missing: 3 }),
      '1 new image placed among the others · 2 images gone · 3 images without an embedding',
    );
    assert.equal(changesLine({ ...map, placed: 1, missing: 1 }, 'captions'), '1 new image placed among the others');
  });

  it('tells an image to whoever can not see it, and numbers with as many digits as say something', () => {
    assert.equal(
      spokenImage('a/b.jpg', ['boot', undefined, 'train'], true, 12),
      'a/b.jpg. boot, train. selected, 12 in all',
    );
    assert.equal(spokenImage('b.jpg', [], false, 12), 'b.jpg');
    assert.deepEqual(
      [0.12345, 3.14159, 42.42, 1234.5].map((value) => numberText(value)),
      ['0.123', '3.14', '42.4', '1,235'],
    );
    assert.equal(numberText(640, 'px'), '640 px');
  });
});

describe('the pictures beside the map', () => {
  it('are sorted by a column, equal ones as they were, and those without a value last', () => {
    const rows = Uint32Array.of(4, 0, 3, 1, 2);
    const numbers = { id: 'n', kind: 'number', revision: 1, values: Float32Array.of(2, NaN, 1, 2, 3) } as const;
    assert.deepEqual([...sortRows(rows, numbers, false)], [2, 0, 3, 4, 1]);
    assert.deepEqual([...sortRows(rows, numbers, true)], [4, 0, 3, 2, 1]);
    const names = {
      id: 'c',
      kind: 'category',
      revision: 1,
      names: ['a', 'b'],
      codes: Int32Array.of(1, 0, -1, 0, 1),
    } as const;
    assert.deepEqual([...sortRows(rows, names, false)], [3, 1, 4, 0, 2]);
    assert.deepEqual([...rows], [4, 0, 3, 1, 2], 'what is shown elsewhere stays as it is');
  });

  it('are there only where they can be seen, wherever one scrolls', () => {
    const first = layOutGrid(100_000, 300, 92, 0, 500);
    assert.equal(first.columns, 3);
    assert.equal(first.first, 0);
    assert.ok(first.end >= Math.ceil(500 / first.line) * 3 && first.end < 40);
    const lines = Math.ceil(100_000 / 3);
    const last = layOutGrid(100_000, 300, 92, lines * first.line - 500, 500);
    assert.equal(last.end, 100_000);
    assert.ok(last.end - last.first < 40);
    assert.deepEqual(layOutGrid(0, 300, 92, 0, 500).end, 0);
    assert.equal(layOutGrid(10, 0, 92, 0, 500).columns, 1);
  });

  it('scroll no further than a picture needs to be seen whole', () => {
    const layout = layOutGrid(1_000, 300, 92, 0, 500);
    assert.equal(scrollTo(0, layout, 300, 500), 0);
    assert.equal(scrollTo(2, layout, 0, 500), 0);
    const index = 3 * 20;
    assert.equal(scrollTo(index, layout, 0, 500), 21 * layout.line - 500);
  });
});
