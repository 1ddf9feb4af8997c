import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import protobuf from 'protobufjs';
import {
  crc32c,
  eventFileHeader,
  eventFileName,
  restartRecord,
  scalarRecord,
} from '../../../src/core/training/tensorBoard.ts';

/** The fields of TensorBoard's event.proto and summary.proto that scalars need. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Event {
    double wall_time = 1;
    int64 step = 2;
    oneof what { string file_version = 3; Summary summary = 5; SessionLog session_log = 7; }
  }
  message SessionLog {
    enum SessionStatus { STATUS_UNSPECIFIED = 0; START = 1; STOP = 2; CHECKPOINT = 3; }
    SessionStatus status = 1;
  }
  message Summary {
    message Value {
      string tag = 1;
      oneof value { float simple_value = 2; }
    }
    repeated Value value = 1;
  }
`);
const Event = root.lookupType('Event');

/** RFC 3720's polynomial x³² + x²⁸ + x²⁷ + … + 1, bit by bit as in a shift register. */
function crcByDefinition(bytes: Uint8Array): number {
  let register = 0xffffffffn;
  for (const byte of bytes) {
    for (let bit = 0n; bit < 8n; bit++) {
      const feedback = (register & 1n) ^ ((BigInt(byte) >> bit) & 1n);
      register >>= 1n;
      if (feedback === 1n) register ^= 0x82f63b78n;
    }
  }
  return Number(register ^ 0xffffffffn);
}

function unmask(masked: number): number {
  const rotated = BigInt.asUintN(32, BigInt(masked) - 0xa282ead8n);
  return Number(BigInt.asUintN(32, (rotated << 15n) | (rotated >> 17n)));
}

/** Reads a file as the TFRecord format has it, and its records as Protocol Buffers. */
function decode(file: Uint8Array): Record<string, unknown>[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const events = [];
  for (let offset = 0; offset < file.length;) {
    const length = Number(view.getBigUint64(offset, true));
    const data = file.subarray(offset + 12, offset + 12 + length);
    assert.equal(data.length, length);
    assert.equal(unmask(view.getUint32(offset + 8, true)), crcByDefinition(file.subarray(offset, offset + 8)));
    assert.equal(unmask(view.getUint32(offset + 12 + length, true)), crcByDefinition(data));
    events.push(Event.toObject(Event.decode(data), { longs: String }));
    offset += length + 16;
  }
  return events;
}

suite('crc32c', () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);
  const vectors: [string, Uint8Array, number][] = [
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['32 ascending', ascending, 0x46dd794e],
    ['32 descending', ascending.toReversed(), 0x113fdb5c],
    ['the digits', new TextEncoder().encode('123456789'), 0xe3069283],
    ['nothing', new Uint8Array(0), 0],
  ];
  for (const [name, bytes, expected] of vectors) {
    test(`of ${name}, as RFC 3720 and catalogues have it`, () => {
      assert.equal(crc32c(bytes), expected);
      assert.equal(crcByDefinition(bytes), expected);
    });
  }
});

suite('event files', () => {
  test('begin with the version, and with the bytes by which event files are known', () => {
    const header = eventFileHeader(1_700_000_000.25);
    assert.deepEqual(decode(header), [{ wallTime: 1_700_000_000.25, fileVersion: 'brain.Event:2' }]);
    assert.equal(Buffer.from(header.subarray(0, 13)).toString('hex'), '1800000000000000a37f4b2209');
  });

  test('hold scalars by tag and step', () => {
    const scalars = { loss: 5.25, 'gradient/norm': -0.5, 'Genauigkeit (größer ist besser) ✓': 0 };
    const steps = [1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER];
    const chunks = [eventFileHeader(1), ...steps.map((step, i) => scalarRecord(100.5 + i, step, scalars))];
    const events = decode(Buffer.concat(chunks)).slice(1);
    assert.equal(events.length, steps.length);
    events.forEach((event, i) => {
      assert.deepEqual(event, {
        wallTime: 100.5 + i,
        step: String(steps[i]),
        summary: { value: Object.entries(scalars).map(([tag, simpleValue]) => ({ tag, simpleValue })) },
      });
    });
  });

  test('keep numbers as float32, those that are not finite too', () => {
    const [event] = decode(scalarRecord(0, 3, { a: 0.1, b: Number.NaN, c: -Infinity }));
    const { value } = event!['summary'] as { value: { simpleValue: number }[] };
    assert.deepEqual(
      value.map(({ simpleValue }) => simpleValue),
      [Math.fround(0.1), Number.NaN, -Infinity],
    );
  });

  test('can be longer than a byte of length tells', () => {
    const scalars = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`curve ${i}`, i]));
    const [event] = decode(scalarRecord(0, 1, scalars));
    assert.equal((event!['summary'] as { value: unknown[] }).value.length, 300);
  });

  test('have a name that TensorBoard looks for', () => {
    assert.equal(eventFileName(1_700_000_000.9, 'likeness'), 'events.out.tfevents.1700000000.likeness');
  });
});

test('a run that goes on says from which step on', () => {
  const [event] = decode(restartRecord(12.5, 301));
  assert.deepEqual(event, { wallTime: 12.5, step: '301', sessionLog: { status: 1 } });
});
