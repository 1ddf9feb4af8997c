import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { encodeModel } from '../../../src/engine/encoders/onnxFile.ts';
import { HubService } from '../../../src/engine/hub/hubService.ts';
import { externalize } from '../encoders/smallModels.ts';
import { smallConvNet, smallTransformer, smallVisionTower } from './hubModels.ts';
import { fetched, job, setting } from './hubSetting.ts';

test('a person gets a plan for each of the files there is a choice of, offline for those that are here', async (context) => {
  const all = await setting(context);
  const { server, service } = all;
  const onnx = encodeModel(smallConvNet());
  const half = encodeModel(smallVisionTower());
  const commit = server.commit('some/net', {
    licence: 'mit',
    files: {
      'config.json': '{}',
      'onnx/model.onnx': onnx,
      'onnx/model_fp16.onnx': half,
      'onnx/text_model.onnx': 'x',
    },
  });
  const hub = service();
  const plans = await hub.plans({ reference: 'hf:some/net' }, job());
  assert.deepEqual(
    plans.map(({ model, bytes }) => [model, bytes]),
    [
      ['onnx/model.onnx', onnx.length + 2],
      ['onnx/model_fp16.onnx', half.length + 2],
    ],
  );
  const { endpoint, revision, folder, licence } = plans[0]!;
  assert.deepEqual([endpoint, revision, licence], [server.endpoint, 'main', 'mit']);
  assert.equal(folder, join(all.folder, 'cache', 'hub'));
  assert.equal(server.seen.filter(({ path }) => path.includes('/tree/')).length, 1, 'it was asked once');
  const named = await hub.plans({ reference: 'hf:some/net#onnx/model_fp16.onnx' }, job());
  assert.deepEqual(
    named.map(({ model }) => model),
    ['onnx/model_fp16.onnx'],
  );
  const offline = service({}, { offline: true });
  await assert.rejects(offline.plans({ reference: `hf:some/net@${commit}` }, job()), { code: ErrorCode.Offline });
  await fetched(hub, plans[1]!);
  const here = await offline.plans({ reference: 'hf:some/net' }, job());
  assert.deepEqual(
    here.map(({ model, bytes }) => [model, bytes]),
    [['onnx/model_fp16.onnx', 0]],
  );
});

test('every question is asked with the connection that it comes with', async (context) => {
  const { server, folder, registry } = await setting(context);
  server.commit('some/private', { files: { 'model.onnx': encodeModel(smallConvNet()) }, gatedFor: 'secret' });
  const asked: unknown[] = [];
  const hub = new HubService({
    cacheFolder: join(folder, 'cache'),
    registry,
    settings: (connection) => {
      asked.push(connection);
      return server.settings({ token: connection?.token, offline: connection?.offline === true });
    },
  });
  const connection = { token: 'secret' };
  const reference = 'hf:some/private';
  const plan = await hub.plan({ reference, connection }, job());
  await assert.rejects(hub.download(plan, job()), { code: ErrorCode.RepositoryGated });
  assert.ok('file' in (await hub.download(plan, job(), connection)));
  assert.deepEqual(asked, [connection, undefined, connection]);
  await assert.rejects(hub.plan({ reference: 'hf:some/other', connection: { offline: true } }, job()), {
    code: ErrorCode.Offline,
  });
});

test('recommended encoders say how they are added, and whether they are here', async (context) => {
  const { server, service } = await setting(context);
  const hub = service();
  const { recommended, downloaded } = await hub.offers();
  assert.ok(recommended.length > 0 && recommended.every(({ isHere }) => !isHere));
  assert.deepEqual(downloaded, []);
  const { repository, file, reference } = recommended[0]!;
  assert.equal(reference, `hf:${repository}#${file}`);
  server.commit(repository, { files: { [file]: encodeModel(smallConvNet()) } });
  await fetched(hub, await hub.plan({ reference }, job()));
  const questions = server.seen.length;
  assert.deepEqual(
    (await hub.offers()).recommended.map(({ isHere }) => isHere),
    recommended.map((_, i) => i === 0),
  );
  assert.equal(server.seen.length, questions, 'nothing was asked');
});

test('what was downloaded is offered with its weights, once, and not what has only begun to arrive', async (context) => {
  const { server, service } = await setting(context);
  const { model, data } = externalize(smallTransformer(), 'model.onnx_data');
  const files = { 'onnx/model.onnx': encodeModel(model), 'onnx/model.onnx_data': data, 'onnx/model_q4.onnx': 'q4' };
  const commit = server.commit('some/large', { licence: 'mit', files });
  const hub = service();
  server.fail(/blobs/, 'no-ranges', ...Array.from({ length: 6 }, () => ({ status: 503 })));
  const plan = await hub.plan({ reference: 'hf:some/large' }, job());
  await assert.rejects(hub.download(plan, job()), { code: ErrorCode.HubUnreachable });
  assert.deepEqual((await hub.offers()).downloaded, [], 'its weights are missing');
  await fetched(hub, plan);
  const other = server.commit('some/large', { files: { ...files, 'README.md': 'another' } });
  await hub.plan({ reference: 'hf:some/large' }, job());
  await fetched(hub, await hub.plan({ reference: `hf:some/large@${commit}` }, job()));
  assert.notEqual(other, commit);
  assert.deepEqual((await hub.offers()).downloaded, [
    {
      reference: 'hf:some/large#onnx/model.onnx',
      repository: 'some/large',
      model: 'onnx/model.onnx',
      bytes: encodeModel(model).length + data.length,
      licence: undefined,
    },
  ]);
});
