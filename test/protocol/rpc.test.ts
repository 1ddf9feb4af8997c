import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { PortMessageReader, PortMessageWriter, createMessageConnection } from 'vscode-jsonrpc/node';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { ErrorCode, LikenessError, corruptImage, engineStopped } from '../../src/core/errors.ts';
import { RpcClient, serveRequests } from '../../src/protocol/rpc.ts';
import type { RequestHandlers } from '../../src/protocol/rpc.ts';

interface Requests {
  double: { params: Float32Array; result: Float32Array };
  nothing: { params: string; result: string | undefined };
  fail: { params: { readonly known: boolean }; result: never };
  wait: { params: undefined; result: string };
}

const handlers: RequestHandlers<Requests> = {
  double: (values) => values.map((value) => value * 2),
  nothing: () => undefined,
  fail: ({ known }) => {
    throw known ? corruptImage('a b.png', new Error('bad marker')) : new TypeError('oops');
  },
  wait: (_, { signal, report }) =>
    new Promise((_resolve, reject) => {
      report({ phase: 'Waiting', done: 1, total: 2, rate: 0, secondsLeft: undefined });
      signal.addEventListener('abort', () => {
        reject(new Error('aborted by the signal'));
      });
    }),
};

/** A client and a server on the two ends of a message channel, closed when the test ends. */
function connect(context: { after: (done: () => void) => void }): {
  client: RpcClient<Requests>;
  connections: MessageConnection[];
} {
  const { port1, port2 } = new MessageChannel();
  const connections = [port1, port2].map((port) =>
    createMessageConnection(new PortMessageReader(port), new PortMessageWriter(port)),
  );
  const [near, far] = connections as [MessageConnection, MessageConnection];
  serveRequests<Requests>(far, handlers);
  const client = new RpcClient<Requests>(near);
  for (const connection of connections) connection.listen();
  context.after(() => {
    client.close(engineStopped('the test is over'));
    far.dispose();
    port1.close();
  });
  return { client, connections };
}

const withCode = (code: ErrorCode) => (error: unknown) => error instanceof LikenessError && error.code === code;

test('typed arrays and undefined cross as they are', async (t) => {
  const { client } = connect(t);
  assert.deepEqual(await client.call('double', Float32Array.of(1, 2.5)), Float32Array.of(2, 5));
  assert.equal(await client.call('nothing', ''), undefined);
});

test('a failure keeps its code, sentence and path', async (t) => {
  const { client } = connect(t);
  await assert.rejects(client.call('fail', { known: true }), (error) => {
    assert.ok(error instanceof LikenessError);
    assert.equal(error.code, ErrorCode.CorruptImage);
    assert.equal(error.path, 'a b.png');
    assert.match(error.message, /^a b\.png can't be decoded \(bad marker\)/);
    return true;
  });
  await assert.rejects(client.call('fail', { known: false }), withCode(ErrorCode.Internal));
});

test('progress reaches the call that asked for it, and aborting stops the other side', async (t) => {
  const { client } = connect(t);
  const abort = new AbortController();
  const phases: string[] = [];
  const call = client.call('wait', undefined, {
    signal: abort.signal,
    onProgress: ({ phase }) => {
      phases.push(phase);
      abort.abort();
    },
  });
  await assert.rejects(call, withCode(ErrorCode.Cancelled));
  assert.deepEqual(phases, ['Waiting']);
});

test('a call that is aborted beforehand is never sent', async (t) => {
  const { client } = connect(t);
  await assert.rejects(client.call('wait', undefined, { signal: AbortSignal.abort() }), withCode(ErrorCode.Cancelled));
});

test('closing rejects what is pending and what comes later with the given reason', async (t) => {
  const { client } = connect(t);
  const reason = engineStopped('killed by SIGKILL');
  const pending = client.call('wait', undefined);
  client.close(reason);
  await assert.rejects(pending, (error) => error === reason);
  await assert.rejects(client.call('nothing', ''), (error) => error === reason);
});
