import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { npyHeader, littleEndian } from '../../../src/core/export/npy.ts';
import { textOfCell, unitVector, vectorLayout, vectorOf } from '../../../src/core/imports/importRow.ts';
import { npyNumbers, parseNpyHeader } from '../../../src/core/imports/npyHeader.ts';

describe('the vectors of a table', () => {
  it('are in a column of lists, the usual one or the only one, or in one that is named', () => {
    assert.deepEqual(vectorLayout({ path: 'a', loss: 0.5, tags: ['x'], other: [1, 2] }), { list: 'other' });
    assert.deepEqual(vectorLayout({ box: [1, 2], Embedding: [1, 2] }), { list: 'Embedding' });
    assert.deepEqual(vectorLayout({ box: [1, 2], x: [1, 2] }, 'x'), { list: 'x' });
    assert.equal(vectorLayout({ path: 'a', loss: 1, one: [1], none: [] }), undefined);
    const several = vectorLayout({ box: [1, 2], x: [1, 2] });
    assert.match(several && 'fault' in several ? several.fault : '', /several columns of numbers \(box, x\)/);
    const missing = vectorLayout({ path: 'a' }, 'x');
    assert.match(missing && 'fault' in missing ? missing.fault : '', /no column "x"/);
  });

  it('are in a column for each number, where none is missing', () => {
    assert.deepEqual(vectorLayout({ path: 'a', e1: '2', e0: '1', e2: '3' }), { numbers: ['e0', 'e1', 'e2'] });
    assert.deepEqual(vectorLayout({ emb_0: 1, emb_1: 2, x: 1 }), { numbers: ['emb_0', 'emb_1'] });
    assert.equal(vectorLayout({ e1: 1, e2: 2 }), undefined);
    assert.equal(vectorLayout({ x0: 1, x1: 2 }), undefined);
    assert.deepEqual(vectorOf({ e0: '0.5', e1: 2 }, { numbers: ['e0', 'e1'] }), [0.5, 2]);
    assert.deepEqual(vectorOf({ e0: '0.5', e1: '' }, { numbers: ['e0', 'e1'] }), [0.5, Number.NaN]);
    assert.equal(vectorOf({ e0: '', e1: '' }, { numbers: ['e0', 'e1'] }), undefined);
  });

  it('may be written as text', () => {
    const vector = (text: string) => vectorOf({ v: text }, { list: 'v' });
    assert.deepEqual(vector('[0.5, -1e-3,2]'), [0.5, -0.001, 2]);
    assert.deepEqual(vector('[ 0.5  1.\n 2 ]'), [0.5, 1, 2]);
    assert.deepEqual(vector('[nan, 1]'), [Number.NaN, 1]);
    assert.equal(vector('[a, b]'), undefined);
    assert.equal(vector(''), undefined);
  });

  it('get the length one, and stay as they are where they have it', () => {
    assert.deepEqual([...unitVector([3, 4])!], [...Float32Array.of(0.6, 0.8)]);
    const unit = Float32Array.of(0.6, 0.8);
    assert.deepEqual(unitVector(unit), unit);
    // As far as vectors of other tools are from it.
    assert.deepEqual([...unitVector([0.60001, 0.8])!], [...Float32Array.of(0.60001, 0.8)]);
    for (const bad of [
      [0, 0],
      [Number.NaN, 1],
      [Infinity, 1],
    ])
      assert.equal(unitVector(bad), undefined);
  });
});

it('cells are kept as a table as text would have them', () => {
  const cells = [' a ', 0.5, 7n, true, null, undefined, ['x', 'y'], { a: 1n }, new Date(0)];
  assert.deepEqual(cells.map(textOfCell), [
    'a',
    '0.5',
    '7',
    'true',
    '',
    '',
    'x;y',
    '{"a":1}',
    '1970-01-01T00:00:00.000Z',
  ]);
});

describe("a file of NumPy's", () => {
  /** As the specification has it, by hand. */
  const file = (descr: string, order: string, shape: string, version = 1) => {
    const dictionary = `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
    const length = Buffer.alloc(version === 1 ? 2 : 4);
    if (version === 1) length.writeUInt16LE(dictionary.length);
    else length.writeUInt32LE(dictionary.length);
    return Buffer.concat([
      Buffer.from([0x93]),
      Buffer.from('NUMPY'),
      Buffer.from([version, 0]),
      length,
      Buffer.from(dictionary),
    ]);
  };
  const parsed = (bytes: Uint8Array) => {
    const header = parseNpyHeader(bytes);
    assert.ok(!('fault' in header), JSON.stringify(header));
    return header;
  };

  it('is read as it is written', () => {
    const header = parsed(npyHeader(3, 2));
    assert.deepEqual([header.rows, header.columns, header.start % 64], [3, 2, 0]);
    const values = Float32Array.of(1, -2.5, 1e-7, 3);
    assert.deepEqual(npyNumbers(littleEndian(values), header), values);
  });

  it('may hold float16, float32 or float64 in either order of bytes, in any version', () => {
    const numbers = [0.5, -2, 1024];
    const views = [
      [
        `'>f8'`,
        8,
        (view: DataView, i: number) => {
          view.setFloat64(8 * i, numbers[i]!);
        },
      ],
      [
        `'<f8'`,
        8,
        (view: DataView, i: number) => {
          view.setFloat64(8 * i, numbers[i]!, true);
        },
      ],
      [
        `'>f4'`,
        4,
        (view: DataView, i: number) => {
          view.setFloat32(4 * i, numbers[i]!);
        },
      ],
      [
        `'<f2'`,
        2,
        (view: DataView, i: number) => {
          view.setUint16(2 * i, [0x3800, 0xc000, 0x6400][i]!, true);
        },
      ],
    ] as const;
    for (const [descr, size, put] of views) {
      const data = new Uint8Array(3 * size);
      for (let i = 0; i < 3; i++) put(new DataView(data.buffer), i);
      for (const version of [1, 2, 3]) {
        const header = parsed(file(descr, 'False', '(1, 3)', version));
        assert.deepEqual([...npyNumbers(data, header)], numbers, descr);
      }
    }
  });

  it('that holds something else is told of', () => {
    const fault = (bytes: Uint8Array) => {
      const header = parseNpyHeader(bytes);
      return 'fault' in header ? header.fault : '';
    };
    assert.match(fault(Buffer.from('path,label\na.png,b\n')), /no file of NumPy's/);
    assert.match(fault(file(`'<i8'`, 'False', '(1, 3)')), /numbers of the kind <i8, and float16/);
    assert.match(fault(file(`[('a', '<f4')]`, 'False', '(1, 3)')), /of the kind object/);
    assert.match(fault(file(`'<f4'`, 'False', '(3,)')), /shape is \(3,\), and a row for each image is needed/);
    assert.match(fault(file(`'<f4'`, 'True', '(2, 3)')), /Fortran order/);
    assert.match(fault(file(`'<f4'`, 'False', '(2, 3)').subarray(0, 40)), /cut off/);
  });
});
