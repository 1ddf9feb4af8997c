import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { encodeModel } from '../../../src/engine/encoders/onnxFile.ts';
import { HubCache } from '../../../src/engine/hub/hubCache.ts';
import { smallConvNet, smallTransformer } from './hubModels.ts';
import { fetched, job, setting } from './hubSetting.ts';

const NAME = 'some/net';
const transformer = encodeModel(smallTransformer());
const convNet = encodeModel(smallConvNet());

async function cached(context: TestContext) {
  const all = await setting(context);
  const { folder, service } = all;
  const cacheFolder = join(folder, 'cache');
  const at = (...parts: string[]) => join(cacheFolder, 'hub/some--net', ...parts);
  /** Downloads an encoder and adds it to a dataset. */
  const add = async (reference: string) => {
    const hub = service();
    const plan = await hub.plan({ reference }, job());
    return hub.add(plan, await fetched(hub, plan), join(folder, 'dataset'));
  };
  /** As if nobody had asked for a commit since last year. */
  const age = (commit: string) => {
    const lastYear = Date.now() / 1000 - 365 * 86_400;
    utimesSync(at(`${commit}.json`), lastYear, lastYear);
  };
  return { ...all, cacheFolder, at, add, age };
}

test('an old commit goes once a newer one is here, and the encoder that came from it works on', async (context) => {
  const { server, folder, registry, at, add, age } = await cached(context);
  const first = server.commit(NAME, { files: { 'model.onnx': convNet, 'model_fp16.onnx': 'half' } });
  const old = await add(`hf:${NAME}`);
  await add(`hf:${NAME}`);
  assert.ok(existsSync(at(first, 'model.onnx')), 'the only one stays');
  age(first);
  const second = server.commit(NAME, { files: { 'model.onnx': transformer } });
  const hub = await add(`hf:${NAME}`);
  assert.deepEqual([existsSync(at(first)), existsSync(at(`${first}.json`))], [false, false]);
  assert.deepEqual(readFileSync(at(second, 'model.onnx')), Buffer.from(transformer));
  const root = join(folder, 'dataset');
  const { card, model } = await registry.resolve(old.id, root);
  assert.deepEqual([card.source, card.id === hub.id], [`hf:${NAME}@${first}#model.onnx`, false]);
  assert.ok('file' in model && readFileSync(model.file).equals(Buffer.from(convNet)));
});

test('what the newer commit has in common with the old one is kept, also what nobody asks for at the moment', async (context) => {
  const { server, at, add, age, service } = await cached(context);
  const first = server.commit(NAME, { files: { 'model.onnx': convNet, 'model_fp16.onnx': transformer } });
  await add(`hf:${NAME}#model_fp16.onnx`);
  age(first);
  const second = server.commit(NAME, {
    files: { 'model.onnx': convNet, 'model_fp16.onnx': transformer, 'a.txt': 'a' },
  });
  await add(`hf:${NAME}#model.onnx`);
  assert.equal(existsSync(at(first)), false);
  assert.deepEqual(readFileSync(at(second, 'model_fp16.onnx')), Buffer.from(transformer));
  const plan = await service({}, { offline: true }).plan({ reference: `hf:${NAME}#model_fp16.onnx` }, job());
  assert.equal(plan.bytes, 0, 'it needs no connection');
});

test('commits that a name means, that were asked for by themselves or lately, stay', async (context) => {
  const { server, at, add, age, service } = await cached(context);
  const pinned = server.commit(NAME, { files: { 'model.onnx': convNet } });
  await add(`hf:${NAME}@${pinned}`);
  const recent = server.commit(NAME, { files: { 'model.onnx': convNet, 'b.txt': 'b' } });
  await add(`hf:${NAME}`);
  server.commit(NAME, { files: { 'model.onnx': transformer } });
  age(pinned);
  await add(`hf:${NAME}`);
  assert.deepEqual([existsSync(at(pinned)), existsSync(at(recent))], [true, true]);
  // A download of another commit doesn't take what a branch means.
  const main = server.commit(NAME, { files: { 'model.onnx': transformer, 'c.txt': 'c' } });
  await add(`hf:${NAME}`);
  age(main);
  age(recent);
  await add(`hf:${NAME}@${pinned}`);
  assert.deepEqual([existsSync(at(main)), existsSync(at(recent))], [true, false]);
  assert.equal((await service({}, { offline: true }).plan({ reference: `hf:${NAME}@${pinned}` }, job())).bytes, 0);
});

test('nothing goes before the newer commit is here as a whole', async (context) => {
  const { server, at, add, age, service } = await cached(context);
  const first = server.commit(NAME, { files: { 'model.onnx': convNet } });
  await add(`hf:${NAME}`);
  age(first);
  server.commit(NAME, { files: { 'model.onnx': transformer } });
  server.fail(/blobs/, 'damaged');
  const hub = service();
  const plan = await hub.plan({ reference: `hf:${NAME}` }, job());
  await assert.rejects(hub.download(plan, job()), { code: ErrorCode.DownloadDamaged });
  assert.ok(existsSync(at(first, 'model.onnx')));
});

test('it is told what downloads take, files of several commits counted once', async (context) => {
  const { server, cacheFolder, at, add } = await cached(context);
  const cache = new HubCache(cacheFolder);
  assert.deepEqual(await cache.usage(), { folder: join(cacheFolder, 'hub'), bytes: 0, repositories: [] });
  const first = server.commit(NAME, { files: { 'model.onnx': transformer } });
  await add(`hf:${NAME}`);
  server.commit(NAME, { files: { 'model.onnx': transformer, 'a.txt': 'a' } });
  await add(`hf:${NAME}`);
  assert.equal(statSync(at(first, 'model.onnx')).nlink, 2);
  const { bytes, repositories } = await cache.usage();
  assert.deepEqual(repositories, [NAME]);
  assert.ok(bytes > transformer.length && bytes < 2 * transformer.length, `${bytes} of ${transformer.length}`);
});
