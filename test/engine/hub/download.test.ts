import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import type { HubPlan } from '../../../src/core/hub/hubPlan.ts';
import { encodeModel } from '../../../src/engine/encoders/onnxFile.ts';
import { EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { HubService } from '../../../src/engine/hub/hubService.ts';
import { HubServer, untilSize, type Fault } from '../../hubServer.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { externalize } from '../encoders/smallModels.ts';
import { smallTransformer } from './hubModels.ts';

interface Setting {
  readonly server: HubServer;
  readonly hub: HubService;
  readonly plan: HubPlan;
  readonly model: Buffer;
  /** Where the model will be. */
  readonly target: string;
  /** Pauses that were made, in seconds. */
  readonly pauses: number[];
  readonly download: (signal?: AbortSignal) => Promise<string>;
}

const repository = 'some/net';

async function setting(context: TestContext, files: Record<string, Uint8Array | string> = {}): Promise<Setting> {
  const server = await HubServer.start(context);
  const model = Buffer.from(encodeModel(smallTransformer()));
  const commit = server.commit(repository, { files: { 'config.json': '{}', 'model.onnx': model, ...files } });
  const cacheFolder = temporaryFolder(context);
  const pauses: number[] = [];
  const hub = new HubService({
    cacheFolder,
    registry: new EncoderRegistry(),
    settings: () => server.settings(),
    sleep: (milliseconds) => {
      pauses.push(milliseconds / 1000);
      return Promise.resolve();
    },
  });
  const plan = await hub.plan({ reference: `hf:${repository}` }, { signal: new AbortController().signal });
  const target = join(cacheFolder, 'hub/some--net', commit, 'model.onnx');
  server.beforeDrop = (sent) => untilSize(`${target}.partial`, sent);
  return {
    server,
    hub,
    plan,
    model,
    target,
    pauses,
    download: async (signal = new AbortController().signal) => {
      const outcome = await hub.download(plan, { signal, report: () => undefined });
      return 'file' in outcome ? outcome.file : 'further';
    },
  };
}

/** Of the large file. */
const ranges = ({ seen }: HubServer) => seen.filter(({ server }) => server === 'cdn').map(({ range }) => range);

test('a dropped connection is continued after a pause, and a server that asks for time gets it', async (context) => {
  const { server, download, model, target, pauses } = await setting(context);
  server.fail(/blobs/, { dropAfter: 2000 }, { status: 429, headers: { 'Retry-After': '7' } }, { status: 503 });
  assert.equal(await download(), target);
  assert.deepEqual(readFileSync(target), model);
  assert.deepEqual(pauses, [1, 7, 4]);
  assert.deepEqual(ranges(server), [undefined, 'bytes=2000-', 'bytes=2000-', 'bytes=2000-']);
  assert.deepEqual(readdirSync(dirname(target)).sort(), ['config.json', 'model.onnx'], 'nothing is left over');
});

test('a server that knows no ranges, or has another file now, sends all of it again', async (context) => {
  for (const hasTag of [true, false]) {
    const { server, download, model, target } = await setting(context);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(`${target}.partial`, 'x'.repeat(100));
    if (hasTag) writeFileSync(`${target}.partial.etag`, '"of-another-file"');
    else server.fail(/blobs/, 'no-ranges');
    await download();
    assert.deepEqual(readFileSync(target), model);
    assert.deepEqual(ranges(server), ['bytes=100-']);
  }
});

test('what a damaged partial file became is thrown away, and downloaded whole', async (context) => {
  const { server, download, model, target } = await setting(context);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(`${target}.partial`, 'x'.repeat(100));
  await download();
  assert.deepEqual(readFileSync(target), model);
  assert.deepEqual(ranges(server), ['bytes=100-', undefined]);
});

test('a partial file that holds everything is only checked, and one that holds too much begins anew', async (context) => {
  const whole = await setting(context);
  mkdirSync(dirname(whole.target), { recursive: true });
  writeFileSync(`${whole.target}.partial`, whole.model);
  await whole.download();
  assert.deepEqual(ranges(whole.server), []);
  const long = await setting(context);
  mkdirSync(dirname(long.target), { recursive: true });
  writeFileSync(`${long.target}.partial`, Buffer.concat([long.model, long.model]));
  await long.download();
  assert.deepEqual(ranges(long.server), [undefined]);
  assert.deepEqual(readFileSync(long.target), long.model);
});

test('other bytes than the repository lists are refused and not kept', async (context) => {
  for (const fault of ['damaged', 'endless'] satisfies Fault[]) {
    const { server, download, target } = await setting(context);
    server.fail(/blobs/, fault);
    await assert.rejects(download(), {
      code: ErrorCode.DownloadDamaged,
      message: /^model\.onnx arrived damaged \(.*\) and was not kept; try again/,
    });
    assert.deepEqual(readdirSync(dirname(target)), ['config.json'], fault);
    await download();
    assert.ok(existsSync(target));
  }
});

test('a small file is checked too, by the hash that git gave it', async (context) => {
  const { server, download } = await setting(context, { 'config.json': '{"model_type":"vit"}' });
  server.fail(/config\.json/, 'damaged');
  await assert.rejects(download(), { code: ErrorCode.DownloadDamaged, message: /^config\.json/ });
});

test('it gives up after six failures in a row, and the next run goes on', async (context) => {
  const { server, download, model, target, pauses } = await setting(context);
  server.fail(/blobs/, { dropAfter: 2500 }, ...Array.from({ length: 5 }, () => ({ status: 500 })));
  await assert.rejects(download(), {
    code: ErrorCode.HubUnreachable,
    message: /\(it answers 500\); check the connection/,
  });
  assert.deepEqual(pauses, [1, 2, 4, 8, 16]);
  assert.equal(readFileSync(`${target}.partial`).length, 2500);
  await download();
  assert.equal(ranges(server).at(-1), 'bytes=2500-');
  assert.deepEqual(readFileSync(target), model);
});

test('a server that asks for more time than anybody waits is not waited for', async (context) => {
  const { server, download, pauses } = await setting(context);
  server.fail(/blobs/, { status: 429, headers: { 'Retry-After': '600' } });
  await assert.rejects(download(), { code: ErrorCode.HubBusy, message: /try again in 10 min/ });
  assert.deepEqual(pauses, []);
});

test('an address that has run out is made anew by the hub', async (context) => {
  const { server, download, model, target } = await setting(context);
  server.fail(/blobs/, { status: 403 });
  await download();
  assert.deepEqual(readFileSync(target), model);
});

test('it is stopped in the middle of a file, and keeps what has arrived', async (context) => {
  const large = externalize(smallTransformer(), 'model.onnx_data');
  const { server, download, target } = await setting(context, {
    'model.onnx': encodeModel(large.model),
    'model.onnx_data': Buffer.concat([large.data, Buffer.alloc(200_000, 1)]),
  });
  const data = `${target}_data`;
  server.slowness = 30;
  const abort = new AbortController();
  const stopped = assert.rejects(download(abort.signal), { code: ErrorCode.Cancelled });
  while (!existsSync(`${data}.partial`) || readFileSync(`${data}.partial`).length === 0) {
    await new Promise((done) => setTimeout(done, 5));
  }
  abort.abort();
  await stopped;
  const arrived = readFileSync(`${data}.partial`).length;
  assert.ok(arrived > 0 && arrived < 200_000, `${arrived} bytes`);
  server.slowness = 0;
  await download();
  assert.equal(ranges(server).at(-1), `bytes=${arrived}-`);
});

test('it follows nobody to where it would not be encrypted, nor in circles', async (context) => {
  const { server, download } = await setting(context);
  server.fail(/resolve.*onnx/, { redirect: 'http://example.com/model.onnx' });
  await assert.rejects(download(), {
    code: ErrorCode.HubAnswer,
    message: /sends the download on to http:\/\/example\.com/,
  });
  server.fail(/resolve.*onnx/, { redirect: 'file:///etc/passwd' });
  await assert.rejects(download(), { code: ErrorCode.HubAnswer, message: /file:.*is refused/ });
  server.fail(/round/, ...Array.from({ length: 20 }, () => ({ redirect: `${server.endpoint}/round` })));
  server.fail(/resolve.*onnx/, { redirect: '/round' });
  await assert.rejects(download(), { code: ErrorCode.HubAnswer, message: /in a circle/ });
});
