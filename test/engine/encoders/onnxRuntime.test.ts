import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import type { DataTypeName } from '../../../src/core/onnx/model.ts';
import { encodeModel } from '../../../src/engine/encoders/onnxFile.ts';
import type { TensorData, TensorValue } from '../../../src/engine/encoders/onnxMessages.ts';
import { OnnxWorker } from '../../../src/engine/encoders/onnxRuntime.ts';

/** y = a · b elementwise, and the input a again as `copy`. */
function product(type: DataTypeName): { bytes: Uint8Array } {
  const graph = new GraphBuilder('product');
  const a = graph.input('a', type, ['N']);
  const b = graph.input('b', type, ['N']);
  graph.output('y', graph.op('Mul', [a, b]), type, ['N']);
  graph.output('copy', a, type, ['N']);
  return { bytes: encodeModel(graph.build()) };
}

function vector(type: DataTypeName, data: TensorData): TensorValue {
  return { type, dims: [data.length], data };
}

describe('OnnxWorker', () => {
  const worker = new OnnxWorker();
  after(() => worker.dispose());
  const options = { threads: 1 };

  test('describes a model and runs it', async () => {
    const { session, inputs, outputs } = await worker.load(product('float32'), options);
    assert.deepEqual(inputs[0], { name: 'a', type: 'float32', shape: ['N'] });
    assert.deepEqual(
      outputs.map(({ name }) => name),
      ['y', 'copy'],
    );
    const a = vector('float32', Float32Array.of(1, 2, 3));
    const result = await worker.run(session, { a, b: vector('float32', Float32Array.of(2, -1, 0.5)) });
    assert.deepEqual(result['y'], { type: 'float32', dims: [3], data: Float32Array.of(2, -2, 1.5) });
    assert.deepEqual(result['copy']!.data, a.data);
    assert.deepEqual(Object.keys(await worker.run(session, { a, b: a }, { fetches: ['y'] })), ['y']);
  });

  test('moves what is to be transferred', async () => {
    const { session } = await worker.load(product('float32'), options);
    const data = Float32Array.of(1, 2, 3);
    const { y } = await worker.run(
      session,
      { a: vector('float32', data), b: vector('float32', data) },
      { transfer: [data.buffer] },
    );
    assert.deepEqual(y!.data, Float32Array.of(1, 4, 9));
    assert.equal(data.length, 0);
  });

  test('half precision comes and goes as bits, large integers as they are', async () => {
    const half = await worker.load(product('float16'), options);
    // 2, 0.5 and 1 · −1.5
    const feeds = {
      a: vector('float16', Uint16Array.of(0x4000, 0x3c00)),
      b: vector('float16', Uint16Array.of(0x3800, 0xbe00)),
    };
    const { y } = await worker.run(half.session, feeds);
    assert.deepEqual(y, { type: 'float16', dims: [2], data: Uint16Array.of(0x3c00, 0xbe00) });
    const long = await worker.load(product('int64'), options);
    const large = vector('int64', BigInt64Array.of(3_000_000_000n));
    assert.deepEqual(
      (await worker.run(long.session, { a: large, b: large }))['y']!.data,
      BigInt64Array.of(9n * 10n ** 18n),
    );
  });

  test('a constant is fed to every run until it is dropped', async () => {
    const { session } = await worker.load(product('float32'), options);
    await worker.setConstant(session, 'b', vector('float32', Float32Array.of(10, 100)));
    for (const value of [1, 2]) {
      const { y } = await worker.run(session, { a: vector('float32', Float32Array.of(value, value)) });
      assert.deepEqual(y!.data, Float32Array.of(10 * value, 100 * value));
    }
    await worker.setConstant(session, 'b', undefined);
    await assert.rejects(worker.run(session, { a: vector('float32', Float32Array.of(1, 1)) }), /b/);
  });

  test('a constant can be handed over instead of copied', async () => {
    const { session } = await worker.load(product('float32'), options);
    const data = Float32Array.of(5, 6);
    await worker.setConstant(session, 'b', vector('float32', data), [data.buffer]);
    assert.equal(data.length, 0, 'it is gone from here');
    const { y } = await worker.run(session, { a: vector('float32', Float32Array.of(1, 1)) });
    assert.deepEqual(y!.data, Float32Array.of(5, 6));
  });

  test('failures reject with a message, and the next call works', async () => {
    const { session } = await worker.load(product('float32'), options);
    await assert.rejects(worker.load({ bytes: Uint8Array.of(1, 2, 3) }, options), /protobuf/i);
    await assert.rejects(worker.load({ file: '/no/such/file.onnx' }, options), /no\/such\/file/);
    await assert.rejects(worker.run(session, {}), Error);
    const wrong = vector('float32', Float32Array.of(1));
    await assert.rejects(worker.run(session, { a: { ...wrong, dims: [1, 1] }, b: wrong }), /rank/i);
    await worker.unload(session);
    await assert.rejects(worker.run(session, { a: wrong, b: wrong }), /no session/);
    assert.match((await worker.describe()).version, /^\d+\.\d+/);
  });

  test('tells its version and providers', async () => {
    assert.ok((await worker.describe()).providers.includes('cpu'));
  });
});

test('closing rejects pending and later calls with engine-stopped', async () => {
  const worker = new OnnxWorker();
  const pending = assert.rejects(worker.describe(), { code: ErrorCode.EngineStopped });
  await worker.dispose();
  await pending;
  await assert.rejects(worker.describe(), { code: ErrorCode.EngineStopped });
});

test('when the thread ends by itself, pending calls reject and the next call starts another', async () => {
  const dies = new URL(
    'data:text/javascript,import { parentPort } from "node:worker_threads"; parentPort.on("message", () => process.exit(3));',
  );
  const worker = new OnnxWorker(dies);
  for (let i = 0; i < 2; i++) {
    await assert.rejects(Promise.all([worker.describe(), worker.describe()]), { code: ErrorCode.EngineStopped });
  }
  await worker.dispose();
});

test('an error that ends the thread is named', async () => {
  const worker = new OnnxWorker(new URL('data:text/javascript,throw new Error("no library")'));
  await assert.rejects(worker.describe(), (error: Error) => /no library/.test(error.message));
  await worker.dispose();
});
