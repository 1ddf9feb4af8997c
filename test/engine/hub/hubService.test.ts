import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { totalBytes } from '../../../src/core/hub/hubPlan.ts';
import type { Progress } from '../../../src/core/progress.ts';
import { encodeModel } from '../../../src/engine/encoders/onnxFile.ts';
import type { HubService } from '../../../src/engine/hub/hubService.ts';
import { untilSize } from '../../hubServer.ts';
import { externalize } from '../encoders/smallModels.ts';
import { openText } from '../../../src/engine/encoders/text/textEncoder.ts';
import { expectedSentence, sentenceFiles, smallBert } from '../encoders/text/sentences.ts';
import { smallTextTower, wordTokenizer } from '../encoders/text/towers.ts';
import { smallConvNet, smallTransformer, smallVisionTower } from './hubModels.ts';
import { fetched, job, setting, type Setting } from './hubSetting.ts';

const processor = JSON.stringify({
  do_resize: true,
  size: { height: 16, width: 16 },
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.25, 0.25, 0.25],
  resample: 3,
});

async function added({ service, folder }: Setting, reference: string, variant?: string) {
  const hub = service();
  const plan = await hub.plan({ reference, ...(variant !== undefined && { variant }) }, job());
  return hub.add(plan, await fetched(hub, plan), join(folder, 'dataset'));
}

test('a Vision Transformer is added with its class token, its preprocessing, its source and its licence', async (context) => {
  const all = await setting(context);
  const commit = all.server.commit('some/vit-small', {
    licence: 'apache-2.0',
    files: {
      'README.md': 'A model.',
      'config.json': JSON.stringify({ model_type: 'vit', image_size: 16 }),
      'preprocessor_config.json': processor,
      'tokenizer.json': '{}',
      'onnx/model.onnx': encodeModel(smallTransformer()),
      'onnx/model_fp16.onnx': 'something else',
    },
  });
  const card = await added(all, 'hf:some/vit-small');
  assert.deepEqual([card.name, card.licence], ['vit-small', 'apache-2.0']);
  assert.equal(card.source, `hf:some/vit-small@${commit}#onnx/model.onnx`);
  assert.deepEqual(card.output, { name: 'last_hidden_state', pooling: 'cls', dim: 8 });
  const { size, mean, std, interpolation, resize } = card.input;
  assert.deepEqual([size, mean[0], std[0], interpolation, resize], [[16, 16], 0.5, 0.25, 'bicubic', 'squash']);
  assert.match(card.id, /^vit-small-[0-9a-f]{8}$/);
  const resolved = await all.registry.resolve(card.id, join(all.folder, 'dataset'));
  assert.deepEqual(resolved.card, card);
  const asked = all.server.seen.map(({ path }) => path).filter((path) => path.includes('/resolve/'));
  assert.deepEqual(
    asked.map((path) => path.split(commit)[1]),
    ['/config.json', '/preprocessor_config.json', '/onnx/model.onnx'],
    'nothing but what is needed was downloaded',
  );
});

test('a ConvNet gives what it pools itself, and a CLIP-like repository its image half', async (context) => {
  const all = await setting(context);
  all.server.commit('some/convnet', {
    files: {
      'config.json': JSON.stringify({ model_type: 'convnext' }),
      'model.onnx': encodeModel(smallConvNet()),
    },
  });
  all.server.commit('some/clip', {
    files: {
      'config.json': JSON.stringify({ model_type: 'clip', vision_config: { image_size: 16 } }),
      'onnx/model.onnx': 'both halves',
      'onnx/text_model.onnx': 'the other half',
      'onnx/vision_model.onnx': encodeModel(smallConvNet()),
      'onnx/vision_model_q4.onnx': encodeModel(smallVisionTower()),
    },
  });
  assert.deepEqual((await added(all, 'hf:some/convnet')).output, { name: 'pooler_output', pooling: 'none', dim: 6 });
  const tower = await added(all, 'hf:some/clip', 'q4');
  assert.deepEqual(tower.output, { name: 'image_embeds', pooling: 'none', dim: 5 });
  assert.equal(tower.name, 'clip q4');
  const root = join(all.folder, 'dataset');
  assert.equal((await all.registry.resolve('hf:some/clip', root)).card.id, tower.id);
  const { id } = await added(all, 'hf:some/clip');
  await assert.rejects(all.registry.resolve('hf:some/clip', root), {
    code: ErrorCode.Usage,
    message: /name one by its id/,
  });
  const byFile = await all.registry.resolve('hf:some/clip#onnx/vision_model.onnx', root);
  assert.equal(byFile.card.id, id);
  await assert.rejects(all.registry.resolve('hf:some/other', root), { code: ErrorCode.EncoderNotFound });
  assert.equal(tower.licence, undefined);
});

test('the text half comes along with its tokenizer, and is kept with the encoder', async (context) => {
  const all = await setting(context);
  all.server.commit('some/clip', {
    files: {
      'config.json': JSON.stringify({ model_type: 'clip', text_config: { max_position_embeddings: 8 } }),
      'preprocessor_config.json': processor,
      'tokenizer.json': JSON.stringify(wordTokenizer()),
      'tokenizer_config.json': JSON.stringify({ pad_token: '[PAD]', model_max_length: 8 }),
      'onnx/vision_model.onnx': encodeModel(smallVisionTower()),
      'onnx/text_model.onnx': encodeModel(smallTextTower()),
      'onnx/model.onnx': 'both halves',
    },
  });
  const plan = await all.service().plan({ reference: 'hf:some/clip' }, job());
  assert.ok(
    plan.files.some(({ path }) => path === 'onnx/text_model.onnx'),
    'what is agreed to names it',
  );
  const card = await added(all, 'hf:some/clip');
  assert.deepEqual(card.text?.output, { name: 'text_embeds', pooling: 'none', dim: 5 });
  const encoder = await openText(await all.registry.resolve(card.id, join(all.folder, 'dataset')), 1);
  context.after(() => encoder.dispose());
  assert.equal((await encoder.embed(['a red circle'])).vectors.length, 5);
});

test('weights beside the model come with it, and those that nobody could foresee only after they were named', async (context) => {
  const all = await setting(context);
  const { server, folder } = all;
  const usual = externalize(smallTransformer(), 'model.onnx_data');
  server.commit('some/large', {
    files: { 'onnx/model.onnx': encodeModel(usual.model), 'onnx/model.onnx_data': usual.data, 'model.bin': 'x' },
  });
  await added(all, 'hf:some/large');
  const odd = externalize(smallTransformer(), 'weights/all.bin');
  server.commit('some/odd', {
    files: {
      'onnx/model.onnx': encodeModel(odd.model),
      'onnx/model.onnx_data': 'is left over',
      'onnx/weights/all.bin': odd.data,
      'weights/all.bin': 'of something else',
    },
  });
  const hub = all.service();
  const plan = await hub.plan({ reference: 'hf:some/odd' }, job());
  const outcome = await hub.download(plan, job());
  assert.ok('further' in outcome);
  assert.deepEqual(
    outcome.further.data.map(({ path }) => path),
    ['onnx/weights/all.bin'],
  );
  assert.equal(outcome.further.bytes, odd.data.length);
  assert.ok(!server.seen.some(({ path }) => path.endsWith('all.bin') || path.includes('left over')));
  const card = await hub.add(plan, await fetched(hub, outcome.further), join(folder, 'dataset'));
  assert.equal(card.output.dim, 8);
  assert.ok(!server.seen.some(({ path }) => path.endsWith('/onnx/model.onnx_data') && path.includes('some/odd')));
});

test('the token stays with the hub, ranges and progress count what is there already', async (context) => {
  const { server, service, folder } = await setting(context);
  const model = encodeModel(smallTransformer());
  const commit = server.commit('some/private', { files: { 'model.onnx': model }, gatedFor: 'secret' });
  const hub = service({}, { token: 'secret' });
  server.fail(/blobs/, { dropAfter: 1000 }, { dropAfter: 1000 });
  let arrived = 0;
  server.beforeDrop = (sent) => {
    arrived += sent;
    return untilSize(join(folder, 'cache/hub/some--private', commit, 'model.onnx.partial'), arrived);
  };
  const plan = await hub.plan({ reference: 'hf:some/private' }, job());
  assert.equal(plan.bytes, model.length);
  const reports: Progress[] = [];
  assert.deepEqual(readFileSync(await fetched(hub, plan, reports)), Buffer.from(model));
  const hubs = server.seen.filter((request) => request.server === 'hub');
  const cdns = server.seen.filter((request) => request.server === 'cdn');
  assert.ok(hubs.every(({ authorization }) => authorization === 'Bearer secret'));
  assert.ok(cdns.every(({ authorization }) => authorization === undefined));
  assert.deepEqual(
    cdns.map(({ range }) => range),
    [undefined, 'bytes=1000-', 'bytes=2000-'],
  );
  assert.ok(cdns.slice(1).every(({ ifRange }) => ifRange?.startsWith('"blob-')));
  const last = reports.at(-1);
  assert.deepEqual([last?.done, last?.total, last?.unit, last?.secondsLeft], [model.length, model.length, 'bytes', 0]);
});

test('offline: what was downloaded is used by branch and by commit, and what is missing is named', async (context) => {
  const all = await setting(context);
  const { server, service, folder } = all;
  const files = { 'config.json': '{}', 'onnx/model.onnx': encodeModel(smallConvNet()), 'onnx/model_fp16.onnx': 'half' };
  const commit = server.commit('some/net', { files });
  await added(all, 'hf:some/net');
  const questions = server.seen.length;
  const offline = service({}, { offline: true });
  const plan = await offline.plan({ reference: 'hf:some/net' }, job());
  assert.deepEqual([plan.bytes, plan.commit, plan.isRemembered], [0, commit, true]);
  await offline.add(plan, await fetched(offline, plan), join(folder, 'another dataset'));
  const byOption = await service().plan({ reference: `hf:some/net@${commit}`, offline: true }, job());
  assert.equal(byOption.bytes, 0);
  await assert.rejects(offline.plan({ reference: 'hf:some/net', variant: 'fp16' }, job()), {
    code: ErrorCode.Offline,
    message: /some\/net onnx\/model_fp16\.onnx \(4 bytes\) is missing on this machine/,
  });
  await assert.rejects(offline.plan({ reference: 'hf:some/other' }, job()), { code: ErrorCode.Offline });
  assert.equal(server.seen.length, questions, 'nothing was asked');
  const unreachable = service({}, { endpoint: 'http://127.0.0.1:9' });
  assert.equal((await unreachable.plan({ reference: 'hf:some/net' }, job())).isRemembered, true);
  await assert.rejects(unreachable.plan({ reference: 'hf:some/other' }, job()), { code: ErrorCode.HubUnreachable });
});

test('offline, what an earlier version downloaded without the files of OpenCLIP is used, unless only they say how', async (context) => {
  const all = await setting(context);
  const { server, service, folder } = all;
  const openClip = JSON.stringify({ preprocess_cfg: { size: [16, 16], mean: [0.4, 0.4, 0.4], std: [0.3, 0.3, 0.3] } });
  const files = { 'open_clip_config.json': openClip, 'onnx/model.onnx': encodeModel(smallVisionTower()) };
  const repositories = { 'some/both': { ...files, 'preprocessor_config.json': processor }, 'some/alone': files };
  for (const [name, held] of Object.entries(repositories)) {
    const commit = server.commit(name, { files: held });
    await added(all, `hf:${name}`);
    rmSync(join(folder, 'cache/hub', name.replace('/', '--'), commit, 'open_clip_config.json'));
  }
  const unconnected = [service({}, { offline: true }), service({}, { endpoint: 'http://127.0.0.1:9' })];
  for (const hub of unconnected) {
    const plan = await hub.plan({ reference: 'hf:some/both' }, job());
    assert.equal(plan.bytes, 0);
    const card = await hub.add(plan, await fetched(hub, plan), join(folder, 'another dataset'));
    assert.deepEqual(card.input.mean, [0.5, 0.5, 0.5]);
  }
  await assert.rejects(unconnected[0]!.plan({ reference: 'hf:some/alone' }, job()), {
    code: ErrorCode.Offline,
    message: /^Offline, and of the repository some\/alone open_clip_config\.json \(.*\) is missing on this machine/,
  });
  assert.ok(
    (await service().plan({ reference: 'hf:some/both' }, job())).bytes > 0,
    'it is asked for when it can be had',
  );
});

test('a commit that leaves the weights alone downloads them not again, nor what has arrived of them', async (context) => {
  const { server, service, folder } = await setting(context);
  const model = encodeModel(smallTransformer());
  const first = server.commit('some/net', { files: { 'README.md': 'one', 'model.onnx': model } });
  server.beforeDrop = (sent) => untilSize(join(folder, 'cache/hub/some--net', first, 'model.onnx.partial'), sent);
  const hub = service();
  server.fail(/blobs/, { dropAfter: 1500 }, ...Array.from({ length: 6 }, () => ({ status: 503 })));
  await assert.rejects(hub.download(await hub.plan({ reference: 'hf:some/net' }, job()), job()), {
    code: ErrorCode.HubUnreachable,
  });
  server.commit('some/net', { files: { 'README.md': 'two', 'model.onnx': model } });
  const second = await hub.plan({ reference: 'hf:some/net' }, job());
  await fetched(hub, second);
  assert.equal(server.seen.at(-1)?.range, 'bytes=1500-');
  const third = server.commit('some/net', { files: { 'README.md': 'three', 'model.onnx': model } });
  const plan = await hub.plan({ reference: 'hf:some/net' }, job());
  assert.deepEqual([plan.commit, plan.bytes], [third, 0]);
  const questions = server.seen.length;
  assert.deepEqual(readFileSync(await fetched(hub, plan)), Buffer.from(model));
  assert.equal(server.seen.length, questions);
});

test('too little room on the disk is told before anything is downloaded', async (context) => {
  const { server, service, folder } = await setting(context);
  server.commit('some/net', { files: { 'model.onnx': encodeModel(smallConvNet()) } });
  const hub = service({ freeBytes: () => Promise.resolve(1e6) });
  const plan = await hub.plan({ reference: 'hf:some/net' }, job());
  await assert.rejects(hub.download(plan, job()), {
    code: ErrorCode.DiskFull,
    message: /has 1 MB free; free some space/,
  });
  assert.ok(!server.seen.some(({ path }) => path.includes('/resolve/')));
  assert.ok(!existsSync(join(folder, 'cache/hub/some--net', plan.commit, 'model.onnx.partial')));
});

test('two that want the same wait for each other, and only one of them downloads', async (context) => {
  const { server, service } = await setting(context);
  const model = encodeModel(smallTransformer());
  server.commit('some/net', { files: { 'model.onnx': model } });
  server.slowness = 50;
  const hubs = [service(), service()];
  const reports: Progress[] = [];
  const files = await Promise.all(
    hubs.map(async (hub) => fetched(hub, await hub.plan({ reference: 'hf:some/net' }, job()), reports)),
  );
  assert.equal(files[0], files[1]);
  assert.deepEqual(readFileSync(files[0]!), Buffer.from(model));
  assert.equal(server.seen.filter((request) => request.server === 'cdn').length, 1);
});

test('what the hub refuses is told with what to do', async (context) => {
  const { server, service } = await setting(context);
  const onnx = encodeModel(smallConvNet());
  server.commit('some/torch', { files: { 'config.json': '{}', 'pytorch_model.bin': 'x' } });
  server.commit('some/gated', { files: { 'model.onnx': onnx }, gatedFor: 'secret' });
  server.commit('some/several', { files: { 'a.onnx': onnx, 'b.onnx': 'b' } });
  const failure = async (reference: string, hub = service()) => {
    try {
      const plan = await hub.plan({ reference }, job());
      await hub.download(plan, job());
    } catch (error) {
      return error as { code: string; message: string };
    }
    throw new Error('it was not refused');
  };
  const expect = async (reference: string, code: ErrorCode, message: RegExp, hub?: HubService) => {
    const error = await failure(reference, hub);
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.ok(!error.message.includes('\n'));
  };
  await expect('hf:some/torch', ErrorCode.RepositoryWithoutModel, /some\/torch holds no ONNX file/);
  await expect(
    'hf:some/nothing',
    ErrorCode.RepositoryNotFound,
    /no repository some\/nothing that is open to everybody/,
  );
  const withToken = service({}, { token: 'other' });
  await expect('hf:some/nothing', ErrorCode.RepositoryNotFound, /open to your token; check/, withToken);
  await expect('hf:some/torch@v9', ErrorCode.RepositoryNotFound, /no revision "v9"/);
  await expect(
    'hf:some/gated',
    ErrorCode.RepositoryGated,
    /accept its conditions at http.*some\/gated, and name a token/,
  );
  await expect('hf:some/gated', ErrorCode.RepositoryGated, /your token may not read it/, withToken);
  await expect('hf:some/several', ErrorCode.SeveralModels, /#FILE: a\.onnx \(\d.*B\), b\.onnx \(1 byte\)/);
  await expect('hf:some/several#c.onnx', ErrorCode.RepositoryNotFound, /no file c\.onnx; its ONNX files are a\.onnx/);
  await expect('hf:../etc', ErrorCode.Usage, /names no repository/);
  server.fail(/api\/models\/some\/crowded/, ...Array.from({ length: 6 }, () => ({ status: 429 })));
  await expect('hf:some/crowded', ErrorCode.HubBusy, /takes no more requests/);
  server.fail(/api\/models\/some\/busy/, { status: 429, headers: { 'Retry-After': '3600' } });
  await expect('hf:some/busy', ErrorCode.HubBusy, /try again in 1 h/);
  server.fail(/api\/models\/some\/page/, { status: 418 });
  await expect('hf:some/page', ErrorCode.HubAnswer, /answers 418/);
});

test('a listing of several pages is read to its end', async (context) => {
  const { server, service } = await setting(context);
  server.pageSize = 2;
  server.commit('some/many', {
    files: { 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c', 'd.txt': 'd', 'model.onnx': encodeModel(smallConvNet()) },
  });
  const plan = await service().plan({ reference: 'hf:some/many' }, job());
  assert.equal(plan.model, 'model.onnx');
  assert.equal(server.seen.filter(({ path }) => path.includes('/tree/')).length, 3);
});

test('a sentence encoder comes with its tokenizer and what says how it pools, and images are told not to use it', async (context) => {
  const all = await setting(context);
  const files = Object.entries(sentenceFiles).map(([name, content]) => [name, JSON.stringify(content)]);
  all.server.commit('some/sentences', {
    licence: 'apache-2.0',
    files: {
      ...(Object.fromEntries(files) as Record<string, string>),
      'onnx/model.onnx': encodeModel(smallBert()),
      'onnx/model_O4.onnx': 'something else',
      'vocab.txt': 'not needed',
    },
  });
  const plan = await all.service().plan({ reference: 'hf:some/sentences' }, job());
  assert.deepEqual(
    plan.files.map(({ path }) => path).sort(),
    ['onnx/model.onnx', ...Object.keys(sentenceFiles)].sort(),
  );
  const card = await added(all, 'hf:some/sentences');
  assert.deepEqual([card.name, card.encodes, card.licence], ['sentences', 'texts', 'apache-2.0']);
  const root = join(all.folder, 'dataset');
  await assert.rejects(all.registry.resolve('hf:some/sentences', root), { code: ErrorCode.EncoderNotImage });
  const encoder = await openText(await all.registry.resolveAny('hf:some/sentences', root), 1);
  context.after(() => encoder.dispose());
  const { vectors } = await encoder.embed(['a red circle']);
  expectedSentence([1, 4, 5, 8, 2]).forEach((value, i) => {
    assert.ok(Math.abs(vectors[i]! - value) < 1e-5);
  });
});

test('the recommended sentence encoder is known as one without a word about pooling, and its size is what the hub says', async (context) => {
  const all = await setting(context);
  const { recommended } = await all.service().offers();
  const { reference, repository, megabytes } = recommended.find(({ encodes }) => encodes === 'texts')!;
  // What that repository has beside its models.
  const files = ['config.json', 'tokenizer.json', 'tokenizer_config.json'].map((name): [string, string] => {
    return [name, JSON.stringify(sentenceFiles[name])];
  });
  const onnx = encodeModel(smallBert());
  all.server.commit(repository, {
    licence: 'apache-2.0',
    files: { ...Object.fromEntries(files), 'onnx/model.onnx': onnx, 'onnx/model_quantized.onnx': 'smaller' },
  });
  const plan = await all.service().plan({ reference }, job());
  assert.equal(
    plan.bytes,
    files.reduce((sum, [, text]) => sum + Buffer.byteLength(text), onnx.length),
  );
  assert.equal(totalBytes(plan), plan.bytes);
  assert.ok(plan.bytes < (megabytes * 1e6) / 10, 'the list knows of another size');
  const card = await added(all, reference);
  assert.deepEqual([card.encodes, card.output.pooling, card.licence], ['texts', 'mean', 'apache-2.0']);
});
