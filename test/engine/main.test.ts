import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it, type TestContext } from 'node:test';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { ErrorCode, LikenessError } from '../../src/core/errors.ts';
import { entryPoint } from '../../src/engine/entryPoints.ts';
import { RunStore } from '../../src/engine/training/runStore.ts';
import { PROTOCOL_VERSION, type EngineRequests } from '../../src/protocol/engine.ts';
import { RpcClient } from '../../src/protocol/rpc.ts';
import { picture, write } from './indexing/dataset.ts';
import { newRun } from './training/runFixtures.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

function startEngine(context: TestContext) {
  const child = fork(fileURLToPath(entryPoint('main')), [], {
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, LIKENESS_CACHE: temporaryFolder(context) },
  });
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.listen();
  context.after(() => {
    connection.dispose();
    child.kill('SIGKILL');
  });
  return { child, client: new RpcClient<EngineRequests>(connection) };
}

const codeIs = (code: ErrorCode) => (error: unknown) => error instanceof LikenessError && error.code === code;

describe('the engine process', () => {
  it('shakes hands, and refuses another version', async (context) => {
    const { client, child } = startEngine(context);
    const { pid } = await client.call('engine/handshake', { protocol: PROTOCOL_VERSION });
    assert.equal(pid, child.pid);
    await assert.rejects(client.call('engine/handshake', { protocol: 999 }), codeIs(ErrorCode.EngineVersion));
  });

  it('compares encoders, and refuses what can not be compared', async (context) => {
    const root = temporaryFolder(context);
    for (let i = 0; i < 12; i++) write(root, `c${i % 2}/${i}.png`, await picture([i * 20, 100, 240 - i * 20], i));
    const { client } = startEngine(context);
    const request = { folder: root, encoders: ['pixels'], seed: 4 };
    const phases = new Set<string>();
    const report = await client.call('evaluation/run', request, { onProgress: ({ phase }) => phases.add(phase) });
    assert.deepEqual([report.encoders.length, report.protocol.seed, report.protocol.images], [3, 4, 12]);
    assert.ok(phases.has('Comparing encoders'));
    const onlyOne = client.call('evaluation/run', { folder: join(root, 'c0') });
    await assert.rejects(onlyOne, codeIs(ErrorCode.NotEnoughLabels));
  });

  it('indexes, searches and hands out thumbnails as bytes', async (context) => {
    const root = temporaryFolder(context);
    for (let i = 0; i < 12; i++) write(root, `train/c${i % 3}/${i}.png`, await picture([i * 20, 100, 240 - i * 20], i));
    const { client } = startEngine(context);
    assert.equal(await client.call('index/summary', { path: root }), undefined);
    const phases = new Set<string>();
    const report = await client.call(
      'index/run',
      { folder: root, encoder: 'pixels' },
      { onProgress: ({ phase }) => phases.add(phase) },
    );
    assert.deepEqual([report.images, report.embedded, report.encoder.id], [12, 12, 'pixels']);
    assert.ok(phases.has('Indexing'));
    const summary = await client.call('index/summary', { path: root });
    assert.deepEqual(summary?.classes, [
      { name: 'c0', count: 4 },
      { name: 'c1', count: 4 },
      { name: 'c2', count: 4 },
    ]);
    assert.deepEqual(summary.splits, [{ name: 'train', count: 12 }]);
    const similar = await client.call('search/similar', { image: `${root}/train/c0/3.png`, count: 5 });
    assert.equal(similar.results.length, 5);
    assert.ok(similar.results.every(({ path }) => path !== 'train/c0/3.png'));
    const [thumbnail] = await client.call('images/thumbnails', { root, paths: [similar.results[0]!.path] });
    assert.equal(Buffer.from(thumbnail!.bytes!.subarray(8, 12)).toString(), 'WEBP');
  });

  it('passes failures on with their code and path', async (context) => {
    const root = temporaryFolder(context);
    const { client } = startEngine(context);
    await assert.rejects(client.call('search/similar', { image: root, count: 5 }), codeIs(ErrorCode.NotIndexed));
    await assert.rejects(client.call('index/run', { folder: `${root}/missing` }), codeIs(ErrorCode.FolderNotFound));
    await assert.rejects(
      client.call('index/run', { folder: root, encoder: 'no-such' }),
      codeIs(ErrorCode.EncoderNotFound),
    );
  });

  it('lists and deletes training runs, also where nothing is indexed', async (context) => {
    const root = temporaryFolder(context);
    mkdirSync(join(root, 'images'));
    const { client } = startEngine(context);
    assert.deepEqual(await client.call('runs/list', { folder: root }), []);
    const run = await new RunStore(root).create(newRun());
    const request = { folder: join(root, 'images'), run: run.id, encoder: true };
    await assert.rejects(client.call('runs/delete', request), codeIs(ErrorCode.RunBusy));
    await run.close();
    const [summary, ...others] = await client.call('runs/list', { folder: join(root, 'images') });
    assert.deepEqual([summary!.id, summary!.root, summary!.encoder, others.length], [run.id, root, undefined, 0]);
    assert.ok((await client.call('runs/delete', request)).bytes > 0);
    assert.deepEqual(await client.call('runs/list', { folder: root }), []);
    await assert.rejects(client.call('runs/delete', request), codeIs(ErrorCode.RunNotFound));
  });

  it('stops a job when the request is cancelled', async (context) => {
    const root = temporaryFolder(context);
    for (let i = 0; i < 60; i++) write(root, `${i}.png`, await picture([i, 100, 240 - i], i));
    const { client } = startEngine(context);
    const abort = new AbortController();
    const run = client.call(
      'index/run',
      { folder: root, encoder: 'pixels' },
      {
        signal: abort.signal,
        onProgress: () => {
          abort.abort();
        },
      },
    );
    await assert.rejects(run, codeIs(ErrorCode.Cancelled));
  });

  it('ends with its parent', async (context) => {
    const { client, child } = startEngine(context);
    await client.call('engine/handshake', { protocol: PROTOCOL_VERSION });
    const exit = once(child, 'exit');
    child.disconnect();
    // At once: an orderly exit would stop the inference thread within a native call, which aborts.
    assert.deepEqual(await exit, [null, 'SIGKILL']);
  });
});
