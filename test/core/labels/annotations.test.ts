import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnnotatedClasses } from '../../../src/core/labels/annotatedClasses.ts';
import {
  classesOfLines,
  parseYoloLines,
  yoloDescriptionOf,
  yoloLabelPath,
} from '../../../src/core/labels/yoloLabels.ts';

describe('the class of an image with several annotations', () => {
  const of = (...parts: readonly (readonly [name: string, area: number])[]) => {
    const classes = new AnnotatedClasses<string>();
    for (const [name, area] of parts) classes.add(name, area);
    return [classes.largest((name) => name), classes.severalNames((name) => name)];
  };

  it('is that of all of them, or the one with the largest area together', () => {
    assert.deepEqual(of(['cat', 0], ['cat', 1]), ['cat', false]);
    assert.deepEqual(of(['cat', 3], ['dog', 2], ['dog', 2]), ['dog', true]);
    assert.deepEqual(of(['dog', 2], ['cat', 2]), ['cat', true], 'the first by name of equal ones');
    assert.deepEqual(of(['cat', Number.NaN], ['dog', 1]), ['dog', true]);
    assert.deepEqual(of(), [undefined, false]);
  });
});

describe("an image's lines in YOLO's files", () => {
  it('are boxes or outlines, with where the number of the class stands', () => {
    const text = '\uFEFF 2 0.5 0.5 0.5 0.5\r\n\r\n10\t0 0 1 0 1 1 0 1\r\n3 0.1 0.1 0.2 0.2 0.9';
    const { lines, faults } = parseYoloLines(text);
    assert.deepEqual(faults, []);
    assert.deepEqual(
      lines.map(({ code, line, start, end }) => [code, line, text.slice(start, end)]),
      [
        [2, 1, '2'],
        [10, 3, '10'],
        [3, 4, '3'],
      ],
    );
    assert.deepEqual(
      lines.map(({ area }) => Math.round(area * 1e6) / 1e6),
      [0.25, 1, 0.04],
    );
    assert.equal(classesOfLines({ lines, faults }).largest(String), '10');
  });

  it('that make no sense are told by their number', () => {
    const { lines, faults } = parseYoloLines('cat 0 0 1 1\n1 0 0 1\n-1 0 0 1 1\n1 0 0 1 x\n1.5 0 0 1 1\n1 0 0 1 1\n');
    assert.deepEqual([lines.length, faults], [1, [1, 2, 3, 4, 5]]);
  });

  it('lie in labels where the image lies in images, the last of them, else beside it', () => {
    assert.equal(yoloLabelPath('images/train/a.b.jpg'), 'labels/train/a.b.txt');
    assert.equal(yoloLabelPath('images/images/a.jpg'), 'images/labels/a.txt');
    assert.equal(yoloLabelPath('train/images/a.jpg'), 'train/labels/a.txt');
    assert.equal(yoloLabelPath('myimages/a.jpg'), 'myimages/a.txt');
  });
});

describe('what data.yaml says', () => {
  it('is read with names as a list or by number', () => {
    const list = yoloDescriptionOf({ names: ['cat', 7], train: 'images/train', val: ['a', 'b'], nc: 2, test: null });
    assert.ok('names' in list);
    assert.deepEqual(
      [...list.names],
      [
        [0, 'cat'],
        [1, '7'],
      ],
    );
    assert.deepEqual(list.parts, [
      { key: 'train', places: ['images/train'] },
      { key: 'val', places: ['a', 'b'] },
    ]);
    const map = yoloDescriptionOf({ path: '..', names: { 3: 'cat', 0: 'dog' } });
    assert.ok('names' in map);
    assert.deepEqual([map.path, map.names.get(3), map.names.get(0)], ['..', 'cat', 'dog']);
  });

  it('is told of where it makes no sense', () => {
    const fault = (value: unknown) => {
      const result = yoloDescriptionOf(value);
      return 'fault' in result ? result.fault : '';
    };
    assert.match(fault('text'), /must hold keys and values/);
    assert.match(fault({ train: 'a' }), /has no "names"/);
    assert.match(fault({ names: [] }), /holds no class/);
    assert.match(fault({ names: { cat: 0 } }), /"cat", which is no number of a class/);
    assert.match(fault({ names: ['a', null] }), /gives the class 1 no name/);
  });
});
