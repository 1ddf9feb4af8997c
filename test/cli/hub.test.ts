import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import { isCancellation } from '../../src/core/errors.ts';
import { parseHubReference } from '../../src/core/hub/hubReference.ts';
import { confirm } from '../../src/cli/confirm.ts';
import { BUILT_IN_ENCODER_IDS } from '../../src/engine/encoders/builtIn.ts';
import { encodeModel } from '../../src/engine/encoders/onnxFile.ts';
import { recommendedEncoders, recommendedReference } from '../../src/engine/hub/recommended.ts';
import { externalize } from '../engine/encoders/smallModels.ts';
import { smallClassifier, smallTransformer } from '../engine/hub/hubModels.ts';
import { picture, write } from '../engine/indexing/dataset.ts';
import { HubServer } from '../hubServer.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { documentOf, likeness } from './run.ts';

async function setting(context: TestContext) {
  const server = await HubServer.start(context);
  const root = temporaryFolder(context);
  for (let i = 0; i < 4; i++) write(root, `c${i % 2}/${i}.png`, await picture([i * 50, 120, 200], i));
  const cache = temporaryFolder(context);
  // Nobody's own token, and no way around the server by a proxy.
  const env = { HF_ENDPOINT: server.endpoint, HF_TOKEN: '', HF_HOME: cache, HTTP_PROXY: '', http_proxy: '' };
  const run = (...args: string[]) => likeness(args, { cache, cwd: root, env });
  return { server, root, cache, env, run };
}

const files = { 'config.json': '{"model_type":"vit"}', 'onnx/model.onnx': encodeModel(smallTransformer()) };

describe('likeness encoders add hf:OWNER/NAME', () => {
  it('says what it downloads, adds it, and the encoder can be indexed with, offline too', async (context) => {
    const { server, cache, run } = await setting(context);
    server.commit('some/vit', { files, licence: 'apache-2.0' });
    const added = await run('encoders', 'add', 'hf:some/vit', '--yes', '--json');
    assert.equal(added.code, 0, added.stderr);
    assert.match(
      added.stderr,
      /some\/vit at [0-9a-f]{10}: onnx\/model\.onnx, [\d.]+ kB in 2 files\.\nLicence: apache-2\.0\./,
    );
    const card = documentOf('encoders', added).encoders.find(({ id }) => !BUILT_IN_ENCODER_IDS.includes(id));
    assert.ok(card);
    assert.match(added.stderr, new RegExp(`Added ${card.id}`));
    const indexed = await run('index', '.', '--encoder', card.id, '--json');
    assert.deepEqual(documentOf('index', indexed).encoder, { id: card.id, dim: 8 });
    const again = documentOf('index', await run('index', '.', '--encoder', 'hf:some/vit', '--json'));
    assert.deepEqual([again.encoder.id, again.embedded], [card.id, 0], 'it is known by where it came from, too');
    const elsewhere = temporaryFolder(context);
    const offline = await likeness(['encoders', 'add', 'hf:some/vit', '--in', elsewhere, '--offline', '--json'], {
      cache,
    });
    assert.equal(offline.code, 0, offline.stderr);
    assert.ok(documentOf('encoders', offline).encoders.some(({ id }) => id === card.id));
    const missing = await likeness(['encoders', 'add', 'hf:some/other', '--offline', '--json'], { cache });
    assert.deepEqual([missing.code, documentOf('failure', missing).error.code], [3, 'offline']);
  });

  it('downloads nothing without a yes where nobody can be asked, whatever comes through the pipe', async (context) => {
    const { server, root, cache, env } = await setting(context);
    server.commit('some/vit', { files });
    for (const input of ['n\n', 'y\n', undefined]) {
      const refused = await likeness(['encoders', 'add', 'hf:some/vit', '--json'], {
        ...{ cache, cwd: root, env },
        ...(input !== undefined && { input }),
      });
      const { error } = documentOf('failure', refused);
      assert.deepEqual([refused.code, error.code], [2, 'usage']);
      assert.match(error.message, /^Nothing was downloaded, .* add --yes to agree to the download\.$/);
      assert.match(refused.stderr, /some\/vit at .* kB in 2 files\./, 'it is said what it would have been');
    }
    assert.ok(!server.seen.some((request) => request.server === 'cdn'));
  });

  it('takes a repository as it is typed or copied from the address bar', async (context) => {
    const { server, root, run } = await setting(context);
    server.commit('some/vit', { files });
    const page = 'https://huggingface.co/some/vit';
    assert.equal((await run('encoders', 'add', page, '--yes')).code, 0);
    const again = await run('encoders', 'add', `${page}/blob/main/onnx/model.onnx`, '--json');
    assert.equal(again.code, 0, again.stderr);
    const indexed = await run('index', '.', '--encoder', 'some/vit', '--json');
    assert.match(documentOf('index', indexed).encoder.id, /^vit-/);
    mkdirSync(join(root, 'some'));
    const path = await run('encoders', 'add', 'some/vit', '--json');
    assert.equal(documentOf('failure', path).error.code, 'encoder-not-found', 'a path that is mistyped');
    const elsewhere = await run('encoders', 'add', 'https://example.com/vit.onnx', '--json');
    const { code, message } = documentOf('failure', elsewhere).error;
    assert.equal(code, 'usage');
    assert.match(
      message,
      /^"https:\/\/example\.com\/vit\.onnx" names no repository of the Hugging Face hub; write hf:/,
    );
  });

  it('goes on where it was when it was killed, however often', async (context) => {
    const { server, root, cache, env, run } = await setting(context);
    const { model, data } = externalize(smallTransformer(), 'model.onnx_data');
    const weights = Buffer.concat([data, Buffer.alloc(400_000, 7)]);
    const commit = server.commit('some/vit', {
      files: { ...files, 'onnx/model.onnx': encodeModel(model), 'onnx/model.onnx_data': weights },
    });
    server.slowness = 20;
    const target = join(cache, 'hub/some--vit', commit, 'onnx/model.onnx_data');
    const arrived = () => statSync(`${target}.partial`, { throwIfNoEntry: false })?.size ?? 0;
    const kept: number[] = [];
    for (const enough of [1, 100_000, 200_000]) {
      const { signal, stderr } = await likeness(['encoders', 'add', 'hf:some/vit', '--yes'], {
        cache,
        cwd: root,
        env,
        onStart: (child) => {
          const look = setInterval(() => {
            if (arrived() >= enough) child.kill('SIGKILL');
          }, 2);
          child.once('exit', () => {
            clearInterval(look);
          });
        },
      });
      assert.equal(signal, 'SIGKILL', stderr);
      kept.push(arrived());
    }
    server.slowness = 0;
    const last = await run('encoders', 'add', 'hf:some/vit', '--yes');
    assert.equal(last.code, 0, last.stderr);
    assert.match(last.stderr, /of which [\d.]+ kB are missing/);
    const ranges = server.seen.filter((request) => request.server === 'cdn').map(({ range }) => range);
    const rest = ranges.filter((range) => range !== undefined);
    assert.deepEqual(
      rest,
      kept.map((size) => `bytes=${size}-`),
    );
    assert.deepEqual(readFileSync(target), weights);
  });

  it('refuses what contradicts itself, and tells a person of a classifier', async (context) => {
    const { server, run } = await setting(context);
    for (const args of [
      ['hf:some/vit#a.onnx', '--variant', 'fp16'],
      ['model.onnx', '--variant', 'fp16'],
      ['hf:some'],
    ]) {
      const { code, stderr } = await run('encoders', 'add', ...args);
      assert.equal(code, 2, stderr);
    }
    server.commit('some/classifier', { files: { 'model.onnx': encodeModel(smallClassifier()) } });
    const classifier = await run('encoders', 'add', 'hf:some/classifier', '--yes');
    assert.match(classifier.stderr, /Licence: the repository states none/);
    assert.match(classifier.stderr, /its vectors are the scores of its 4 classes/);
    const unknown = await run('encoders', 'add', 'hf:some/vit', '--json');
    assert.deepEqual([unknown.code, documentOf('failure', unknown).error.code], [3, 'repository-not-found']);
  });
});

describe('likeness doctor', () => {
  it('tells where downloads are kept and what they take', async (context) => {
    const { server, cache, run } = await setting(context);
    const folder = join(cache, 'hub');
    const none = documentOf('doctor', await run('doctor', '--json'));
    assert.deepEqual(none.downloads, { folder, bytes: 0, repositories: [] });
    server.commit('some/vit', { files });
    assert.equal((await run('encoders', 'add', 'hf:some/vit', '--yes')).code, 0);
    const line = (await run('doctor')).stdout.split('\n').find((text) => text.startsWith('downloads '));
    assert.match(line ?? '', /^downloads [\d.]+ kB of some\/vit in /);
    assert.ok(line!.endsWith(folder));
  });
});

describe('likeness encoders recommended', () => {
  it('lists data that can be added by its id', async (context) => {
    const { run } = await setting(context);
    const { recommended } = documentOf('recommended', await run('encoders', 'recommended', '--json'));
    assert.deepEqual(recommended, recommendedEncoders());
    assert.ok(recommended.length >= 3);
    assert.equal(new Set(recommended.map(({ id }) => id)).size, recommended.length);
    for (const encoder of recommended) {
      const { repository, file } = parseHubReference(recommendedReference(encoder));
      assert.deepEqual([repository, file], [encoder.repository, encoder.file]);
      assert.ok(encoder.dim > 0 && encoder.megabytes > 0 && encoder.goodAt !== '' && encoder.name !== '', encoder.id);
      assert.match(encoder.id, /^[a-z0-9-]+$/);
    }
    const lines = (await run('encoders', 'recommended')).stdout.trim().split('\n');
    assert.match(
      lines[0]!,
      /^dinov2-small {2}.*; 384 dimensions, about 89 MB, licence apache-2\.0, Xenova\/dinov2-small$/,
    );
    const [ofCaptions, ...others] = recommended.filter(({ encodes }) => encodes === 'texts');
    assert.deepEqual([ofCaptions?.dim, ofCaptions?.licence, others], [384, 'apache-2.0', []]);
    assert.match(lines.at(-1)!, /^all-minilm-l6-v2 {2}captions, not images: .*; 384 dimensions, about 91 MB, /);
    const added = await run('encoders', 'add', 'dinov2-small', '--yes');
    assert.match(added.stderr, /no repository Xenova\/dinov2-small/, 'it was looked for where its id says');
  });
});

describe('the question before a download', () => {
  it('is answered by a yes alone; the end of the input is none, and Ctrl+C cancels', async () => {
    const ask = (answer: string | undefined, signal = new AbortController().signal) => {
      const input = new PassThrough();
      const output = new PassThrough();
      if (answer === undefined) input.end();
      else input.write(answer);
      return confirm('Download it?', { input, output }, signal);
    };
    assert.deepEqual(await Promise.all(['y\n', ' Yes\n', 'YES\n'].map((text) => ask(text))), [true, true, true]);
    assert.deepEqual(
      await Promise.all(['\n', 'n\n', 'yesterday\n', undefined].map((text) => ask(text))),
      Array(4).fill(false),
    );
    const abort = new AbortController();
    const asked = ask('', abort.signal);
    setTimeout(() => {
      abort.abort();
    }, 10);
    await assert.rejects(asked, (error) => isCancellation(error));
  });
});
