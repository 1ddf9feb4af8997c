import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  decodeSafetensors,
  encodeSafetensors,
  safetensorsChunks,
  type StoredTensor,
} from '../../../src/core/training/safetensors.ts';

/** Puts a file together by hand. */
function fileOf(header: unknown, data: Uint8Array, headerLength?: bigint): Uint8Array {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  const encoded = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(headerLength ?? BigInt(encoded.length));
  return new Uint8Array(Buffer.concat([length, encoded, data]));
}

const tensor = (shape: readonly number[], values: readonly number[]): StoredTensor => ({
  shape,
  data: Float32Array.from(values),
});
const f32 = (shape: readonly unknown[], begin: unknown, end: unknown) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

suite('safetensors', () => {
  test('are laid out byte by byte as the format says', () => {
    const tensors = new Map([['a', tensor([2], [1, -2])]]);
    const bytes = encodeSafetensors({ tensors, metadata: { step: '7' } });
    const header = '{"__metadata__":{"step":"7"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8, ' ');
    const expected = Buffer.concat([
      Buffer.from([padded.length, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from(padded),
      Buffer.from([0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0x00, 0xc0]),
    ]);
    assert.deepEqual(Buffer.from(bytes), expected);
  });

  test('come back as they were, bit by bit', () => {
    const tensors = new Map([
      ['encoder/conv.weight', tensor([2, 1, 3], [1.5, -0, 1e-45, 3.4028234663852886e38, Infinity, NaN])],
      ['scalar', tensor([], [0.1])],
      ['empty', tensor([0, 4], [])],
      ['Schlüssel 鍵 "quoted"\n', tensor([1], [2])],
      ['__proto__', tensor([1], [3])],
    ]);
    const metadata = { name: 'Füchse 🦊', note: '"x"\\' };
    const decoded = decodeSafetensors(encodeSafetensors({ tensors, metadata }));
    assert.deepEqual([...decoded.tensors], [...tensors]);
    assert.deepEqual(decoded.metadata, metadata);
    assert.deepEqual(decodeSafetensors(encodeSafetensors({ tensors: new Map(), metadata: {} })).tensors, new Map());
  });

  test('start their data at a multiple of eight bytes, whatever the names', () => {
    for (let length = 1; length < 20; length++) {
      const tensors = new Map([['n'.repeat(length), tensor([1], [length])]]);
      const [head] = safetensorsChunks({ tensors, metadata: {} });
      assert.equal(head!.length % 8, 0);
    }
  });

  test('are read from any position in memory, into memory of their own', () => {
    const file = fileOf({ x: f32([2], 0, 8) }, new Uint8Array(Float32Array.of(4, 5).buffer));
    for (let shift = 0; shift < 8; shift++) {
      for (const memory of [new Uint8Array(shift + file.length), Buffer.alloc(shift + file.length)]) {
        memory.set(file, shift);
        const decoded = decodeSafetensors(memory.subarray(shift));
        memory.fill(0xff);
        assert.deepEqual([...decoded.tensors.get('x')!.data], [4, 5]);
        assert.equal(decoded.tensors.get('x')!.data.buffer.byteLength, 8);
      }
    }
  });

  test('may lie in another order than they are named in', () => {
    const data = new Uint8Array(Float32Array.of(1, 2, 3).buffer);
    const { tensors } = decodeSafetensors(fileOf({ b: f32([1], 8, 12), a: f32([2], 0, 8) }, data));
    assert.deepEqual([...tensors.get('a')!.data, ...tensors.get('b')!.data], [1, 2, 3]);
  });

  test('whose numbers do not fit their shape are not written', () => {
    const wrong = new Map([['w', tensor([2, 2], [1, 2, 3])]]);
    assert.throws(() => encodeSafetensors({ tensors: wrong, metadata: {} }), /"w" has 3 numbers.*\[2, 2\]/);
    const reserved = new Map([['__metadata__', tensor([1], [1])]]);
    assert.throws(() => encodeSafetensors({ tensors: reserved, metadata: {} }), /__metadata__/);
  });

  test('cut off anywhere are refused', () => {
    const tensors = new Map([
      ['a', tensor([3], [1, 2, 3])],
      ['b', tensor([1], [4])],
    ]);
    const bytes = encodeSafetensors({ tensors, metadata: { a: 'b' } });
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => decodeSafetensors(bytes.subarray(0, length)), Error, `${length} bytes`);
    }
    assert.throws(() => decodeSafetensors(Uint8Array.of(...bytes, 0)), /last 1 bytes belong to no tensor/);
  });

  const eight = new Uint8Array(8);
  const damages: readonly [what: string, file: Uint8Array, reason: RegExp][] = [
    ['a header beyond all memory', fileOf({}, eight, 2n ** 63n), /header would have 9223372036854775808 bytes/],
    ['a header longer than the file', fileOf({}, eight, 11n), /ends within its header/],
    ['a header that is no JSON', fileOf('{"x":', eight), /header is not JSON/],
    ['a header that is no UTF-8', fileOf('{"x', Uint8Array.of(0xff, 0x22, 0x3a, 0x31, 0x7d), 8n), /header is not JSON/],
    ['a header that is a list', fileOf([], new Uint8Array()), /not a JSON object/],
    ['metadata that is no text', fileOf({ __metadata__: { a: 1 } }, new Uint8Array()), /__metadata__/],
    ['an entry that is no object', fileOf({ x: 5 }, eight), /entry of "x"/],
    ['another type', fileOf({ x: { ...f32([4], 0, 8), dtype: 'F16' } }, eight), /"x" is of type "F16", only F32/],
    ['no type', fileOf({ x: { shape: [2], data_offsets: [0, 8] } }, eight), /"x" is of type undefined/],
    ['a negative size', fileOf({ x: f32([-2], 0, 8) }, eight), /shape of "x"/],
    ['a broken size', fileOf({ x: f32([0.5], 0, 8) }, eight), /shape of "x"/],
    ['a text for a size', fileOf({ x: f32(['2'], 0, 8) }, eight), /shape of "x"/],
    ['a shape beyond all numbers', fileOf({ x: f32([2 ** 52, 2 ** 52], 0, 8) }, eight), /"x" has 8 bytes/],
    ['one offset', fileOf({ x: { dtype: 'F32', shape: [2], data_offsets: [0] } }, eight), /data_offsets of "x"/],
    ['a negative offset', fileOf({ x: f32([2], -8, 0) }, eight), /data_offsets of "x"/],
    ['offsets in reverse', fileOf({ x: f32([2], 8, 0) }, eight), /ends before it begins/],
    ['an offset behind the end', fileOf({ x: f32([4], 0, 16) }, eight), /ends within the tensor "x"/],
    ['too few bytes for the shape', fileOf({ x: f32([3], 0, 8) }, eight), /"x" has 8 bytes and the shape \[3\]/],
    ['an overlap', fileOf({ x: f32([2], 0, 8), y: f32([1], 4, 8) }, eight), /"y" overlaps/],
    ['a gap', fileOf({ x: f32([1], 4, 8) }, eight), /4 bytes before the tensor "x"/],
    ['bytes left over', fileOf({ x: f32([1], 0, 4) }, eight), /last 4 bytes/],
  ];
  for (const [what, file, reason] of damages) {
    test(`with ${what} are refused`, () => {
      assert.throws(() => decodeSafetensors(file), { message: reason });
    });
  }
});
