import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { picture, write } from '../engine/indexing/dataset.ts';
import { BUILT_IN_ENCODER_IDS } from '../../src/engine/encoders/builtIn.ts';
import { DEFAULT_ENCODER_ID } from '../../src/engine/encoders/registry.ts';
import { projectRoot } from '../../src/build/project.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { shared, unlessShared } from '../shared.ts';
import { documentOf, likeness } from './run.ts';

async function dataset(context: TestContext, images = 9) {
  const root = temporaryFolder(context);
  for (let i = 0; i < images; i++) {
    write(root, `${i % 3 === 0 ? 'test' : 'train'}/c${i % 2}/${i}.png`, await picture([i * 4, 120, 250 - i * 4], i));
  }
  return { root, cache: temporaryFolder(context) };
}

describe('folders on the command line', () => {
  it('have to be there, whatever is done with them', async (context) => {
    const { root, cache } = await dataset(context, 3);
    assert.equal((await likeness(['index', root, '--encoder', 'pixels'], { cache })).code, 0);
    const gone = join(root, 'trian');
    const commands = [
      ...['index', 'check', 'list', 'map', 'label', 'predict', 'evaluate', 'doctor', 'labels preview', 'views list'],
      ...['select -n 1', 'split', 'export -f csv -o x.csv', 'import x.csv', 'import --remove x', 'quarantine list'],
      ...['decide list', 'decide history', 'train pretrain', 'train list', 'train list --in', 'encoders --in'],
      ...[
        'search x --in',
        'similar 0.png --in',
        'label . --in',
        'tag x --where class:c0 --in',
        'views save a class:c0',
      ],
    ];
    for (const command of commands) {
      const { code, stderr } = await likeness([...command.split(' '), gone], { cache, cwd: root });
      assert.deepEqual([code, stderr], [3, `${gone} is not a folder that can be opened; check the path.\n`], command);
    }
    const file = join(root, 'test/c0/0.png');
    const { code, stderr } = await likeness(['list', file], { cache });
    assert.deepEqual([code, stderr], [3, `${file} is a file, not a folder; name the folder that it is in.\n`]);
  });
});

describe('likeness index', () => {
  it('prints exactly the documented JSON, progress aside, and is incremental', async (context) => {
    const { root, cache } = await dataset(context);
    write(root, 'train/c0/broken.jpg', 'not a picture');
    const first = await likeness(['index', root, '--encoder', 'pixels', '--json'], { cache });
    assert.equal(first.code, 0, first.stderr);
    const report = documentOf('index', first);
    assert.deepEqual(Object.keys(report), [
      'root',
      'encoder',
      'images',
      'embedded',
      'copies',
      'unchanged',
      'removed',
      'failed',
      'skipped',
      'seconds',
    ]);
    assert.deepEqual(Object.keys(report.encoder), ['id', 'dim']);
    assert.deepEqual([report.root, report.images, report.embedded, report.encoder.id], [root, 9, 9, 'pixels']);
    assert.deepEqual(
      report.failed.map(({ path, code }) => [path, code]),
      [['train/c0/broken.jpg', 'unsupported-format']],
    );
    assert.match(first.stderr, /Indexing/);

    const second = documentOf('index', await likeness(['index', root, '--json'], { cache }));
    assert.deepEqual([second.embedded, second.encoder.id], [0, 'pixels'], 'the encoder used last is used again');
  });

  it('says in its JSON, too, that there is a newer default', async (context) => {
    const { root, cache } = await dataset(context, 2);
    await likeness(['index', root, '--encoder', 'handcrafted'], { cache });
    const again = await likeness(['index', root, '--json'], { cache });
    const { encoder, newerEncoder } = documentOf('index', again);
    assert.deepEqual([encoder.id, newerEncoder], ['handcrafted', DEFAULT_ENCODER_ID]);
    assert.ok(again.stderr.includes(`likeness index ${root} --encoder ${DEFAULT_ENCODER_ID}`));
  });

  it('says what it needs where Node.js is too old to hold an index', async (context) => {
    const { root, cache } = await dataset(context, 3);
    const env = { NODE_OPTIONS: '--no-experimental-sqlite' };
    const { code, stdout, stderr } = await likeness(['index', root, '--json'], { cache, env });
    assert.equal(code, 3);
    assert.match(stdout, /^\{"error":\{"code":"node-too-old","message":"This is Node\.js [\d.]+, and [^"]*\"\}\}\s*$/);
    assert.match(stderr, /^This is Node\.js [\d.]+, and the command line needs 22\.13 or later; .*nodejs\.org\.$/m);
  });

  it('runs on the CPU where the provider asked for isn’t there, and says so', async (context) => {
    const { root, cache } = await dataset(context, 3);
    const absent = process.platform === 'win32' ? 'coreml' : 'dml';
    const told = await likeness(['index', root, '--encoder', 'pixels', '--provider', absent, '--json'], { cache });
    assert.equal(told.code, 0, told.stderr);
    assert.equal(documentOf('index', told).embedded, 3);
    assert.match(told.stderr, new RegExp(`Note: The CPU runs Pixels.*, as ${absent} is not part of ONNX Runtime`));
    const refused = await likeness(['index', root, '--provider', 'gpu'], { cache });
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /no execution provider "gpu"; choose one of auto, cpu, webgpu/);
  });

  it('is stopped by an interrupt with exit code 130, and goes on from there', async (context) => {
    const { root, cache } = await dataset(context, 60);
    const stopped = await likeness(['index', root, '--encoder', 'pixels'], {
      cache,
      onStart: (child) => {
        child.stderr?.once('data', () => child.kill('SIGINT'));
      },
    });
    assert.equal(stopped.code, 130, stopped.stderr);
    const rest = documentOf('index', await likeness(['index', root, '--json'], { cache }));
    assert.equal(rest.images, 60);
  });
});

describe('likeness similar', () => {
  it('finds by an indexed image, leaving it out, and by one from elsewhere', async (context) => {
    const { root, cache } = await dataset(context);
    await likeness(['index', root, '--encoder', 'pixels'], { cache });
    const inside = await likeness(['similar', join(root, 'test/c0/0.png'), '-k', '4', '--json'], { cache });
    assert.equal(inside.code, 0, inside.stderr);
    const document = documentOf('similar', inside);
    assert.deepEqual(Object.keys(document), ['query', 'encoder', 'approximate', 'recall', 'results']);
    assert.deepEqual([document.query, document.encoder, document.approximate], ['test/c0/0.png', 'pixels', false]);
    assert.equal(document.results.length, 4);
    const similarities = document.results.map(({ similarity }) => similarity);
    assert.deepEqual(
      similarities,
      [...similarities].sort((a, b) => b - a),
    );

    const elsewhere = join(temporaryFolder(context), 'copy of it.png');
    copyFileSync(join(root, 'test/c0/0.png'), elsewhere);
    const outside = documentOf('similar', await likeness(['similar', elsewhere, '--in', root, '--json'], { cache }));
    assert.equal(outside.query, elsewhere);
    assert.equal(outside.results[0]?.path, 'test/c0/0.png');
    assert.ok(Math.abs(outside.results[0].similarity - 1) < 1e-5);
    assert.equal(outside.results.length, 9, 'all there are, though ten were asked for');
  });

  it('filters by class, split and folder', async (context) => {
    const { root, cache } = await dataset(context);
    await likeness(['index', root, '--encoder', 'pixels'], { cache });
    const paths = async (...args: string[]) =>
      documentOf(
        'similar',
        await likeness(['similar', join(root, 'test/c0/0.png'), '--json', ...args], { cache }),
      ).results.map(({ path }) => path);
    assert.deepEqual(
      (await paths('--class', 'c1')).every((path) => path.includes('/c1/')),
      true,
    );
    assert.deepEqual((await paths('--split', 'test')).sort(), ['test/c0/6.png', 'test/c1/3.png']);
    assert.deepEqual(
      (await paths('--in', join(root, 'train/c0'))).every((path) => path.startsWith('train/c0/')),
      true,
    );
  });

  it('tells what to do where there is no index, or no such image', async (context) => {
    const { root, cache } = await dataset(context, 2);
    const none = await likeness(['similar', join(root, 'test/c0/0.png'), '--json'], { cache });
    assert.deepEqual([none.code, documentOf('failure', none).error.code], [3, 'not-indexed']);
    await likeness(['index', root, '--encoder', 'pixels'], { cache });
    const missing = await likeness(['similar', join(root, 'nowhere.png'), '--json'], { cache });
    assert.deepEqual([missing.code, documentOf('failure', missing).error.code], [3, 'file-not-found']);
    assert.match(missing.stderr, /nowhere\.png/);
  });
});

describe('likeness encoders', () => {
  const model = 'models/mnist-vae-encoder-2d/model.onnx';

  it('adds, lists, uses and removes an encoder of a dataset', { skip: unlessShared(model) }, async (context) => {
    const { root, cache } = await dataset(context, 4);
    const list = async (...args: string[]) =>
      documentOf('encoders', await likeness(['encoders', ...args, '--json'], { cache, cwd: root })).encoders;
    assert.deepEqual(
      (await list('list')).map(({ id }) => id),
      BUILT_IN_ENCODER_IDS,
    );
    const added = (await list('add', shared(model))).find(({ id }) => !BUILT_IN_ENCODER_IDS.includes(id));
    assert.ok(added);
    const report = documentOf('index', await likeness(['index', root, '-e', added.id, '--json'], { cache }));
    assert.deepEqual([report.encoder, report.images], [{ id: added.id, dim: 2 }, 4]);
    assert.deepEqual((await list('remove', added.id)).length, BUILT_IN_ENCODER_IDS.length);
    assert.deepEqual(readdirSync(join(root, '.likeness/encoders')), []);
    const similar = await likeness(['similar', join(root, 'test/c0/0.png'), '--json'], { cache });
    assert.equal(similar.code, 0, 'its vectors are still in the index');
    const told = await likeness(['encoders', 'list'], { cache, cwd: root });
    assert.match(
      told.stdout,
      new RegExp(`^${added.id} {2}.*, not stored here; 4 vectors \\(32 bytes\\) in the index, in use$`, 'm'),
    );
  });
});

describe('likeness doctor', () => {
  it('reports versions and a working CPU', async (context) => {
    const report = documentOf('doctor', await likeness(['doctor', '--json'], { cache: temporaryFolder(context) }));
    const [cpu] = report.providers;
    assert.deepEqual([cpu?.name, cpu?.works], ['cpu', true]);
    assert.ok(cpu!.imagesPerSecond > 1);
    for (const part of ['likeness', 'node', 'sqlite', 'sharp', 'onnxruntime']) {
      assert.match(report.versions[part] ?? '', /^\d+\./, part);
    }
  });

  it('computes on as many threads as are asked for, and tells', async (context) => {
    const cache = temporaryFolder(context);
    const args = ['doctor', '--threads', '1', '--provider', 'cpu'];
    const { machine } = documentOf('doctor', await likeness([...args, '--json'], { cache }));
    assert.equal(machine.threads, 1);
    assert.ok(machine.cores >= 1 && machine.memoryBytes > machine.freeBytes && machine.freeBytes > 0);
    const { code, stderr } = await likeness(['doctor', '--threads', '0'], { cache });
    assert.deepEqual([code, stderr.trim()], [2, '--threads takes a whole number above 0, not "0".']);
  });

  it('tells of what means nothing in the settings of a folder, indexed or not', async (context) => {
    const [folder, cache] = [temporaryFolder(context), temporaryFolder(context)];
    mkdirSync(join(folder, '.likeness'));
    writeFileSync(join(folder, '.likeness/config.json'), '{"threshold":{},"thresholds":{"dark":2}}');
    const { stdout } = await likeness(['doctor', folder], { cache });
    assert.match(stdout, /^invalid-config: "threshold" in .* did you mean "thresholds"\?$/m);
    assert.match(stdout, /^invalid-config: "thresholds\.dark" in .* is 2, /m);
    assert.doesNotMatch(stdout, /No problems/);
    writeFileSync(join(folder, '.likeness/config.json'), '{"thresholds":{"dark":"x"}}');
    const { stdout: invalid } = await likeness(['doctor', folder], { cache });
    assert.match(invalid, /^invalid-config: .*dark/m);
  });

  it('tells of TensorFlow.js, which is a problem only where one is named', async (context) => {
    const [folder, cache] = [temporaryFolder(context), temporaryFolder(context)];
    const doctor = async (...args: string[]) =>
      documentOf('doctor', await likeness(['doctor', ...args, '--json'], { cache }));
    const without = await doctor(folder);
    assert.match(without.versions['tensorflow.js']!, /^none/);
    assert.ok(!without.problems.some(({ code }) => code.startsWith('tensorflow')));
    const missing = await doctor(folder, '--tensorflow-module', 'no-such-package');
    assert.match(missing.problems.map(({ message }) => message).join(), /There is no package no-such-package in/);
    const plain = await doctor(folder, '--tensorflow-module', join(projectRoot, 'node_modules', '@tensorflow', 'tfjs'));
    assert.match(plain.versions['tensorflow.js']!, /^4\.\d+\.\d+ \(@tensorflow\/tfjs; backend cpu/);
  });
});

describe('the command line', () => {
  it('exits with 2 on what it does not understand, saying how it is used', async (context) => {
    const cache = temporaryFolder(context);
    for (const args of [['no-such'], ['index', '--no-such'], ['similar'], ['similar', 'a.png', '-k', 'many']]) {
      const { code, stderr } = await likeness(args, { cache });
      assert.equal(code, 2, args.join(' '));
      assert.notEqual(stderr, '');
    }
  });

  it('leaves nothing behind where a folder is refused', async (context) => {
    const { root, cache } = await dataset(context, 4);
    await likeness(['index', join(root, 'train'), '-e', 'pixels'], { cache });
    const nested = await likeness(['index', root, '-e', 'pixels', '--json'], { cache });
    assert.deepEqual([nested.code, documentOf('failure', nested).error.code], [3, 'nested-root']);
    const unknown = await likeness(['index', join(root, 'test'), '-e', 'no-such', '--json'], { cache });
    assert.deepEqual([unknown.code, documentOf('failure', unknown).error.code], [3, 'encoder-not-found']);
    assert.deepEqual(readdirSync(root).sort(), ['test', 'train']);
    assert.ok(!readdirSync(join(root, 'test')).includes('.likeness'));
  });

  it('exits with 3 and one sentence when a folder is missing', async (context) => {
    const cache = temporaryFolder(context);
    const { code, stdout, stderr } = await likeness(['index', join(cache, 'missing')], { cache });
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(stderr, /missing is not a folder/);
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack for a person');
  });

  it('helps', async (context) => {
    const cache = temporaryFolder(context);
    for (const args of [['--help'], ['index', '--help'], ['--version']]) {
      const { code, stdout } = await likeness(args, { cache });
      assert.deepEqual([code, stdout.length > 4], [0, true]);
    }
  });

  it('keeps what was compiled for the next one, where that can be kept', async (context) => {
    const [cache, home, current] = [temporaryFolder(context), temporaryFolder(context), temporaryFolder(context)];
    const kept = join(home, process.platform === 'darwin' ? 'Library/Caches/likeness/compiled' : 'likeness/compiled');
    const versionWith = async (folder: string) => {
      // Tests have a folder of their own for it.
      const env = { NODE_COMPILE_CACHE: '', HOME: home, XDG_CACHE_HOME: folder, LOCALAPPDATA: folder };
      const { code, stderr } = await likeness(['--version'], { cache, cwd: current, env });
      assert.deepEqual([code, stderr], [0, '']);
    };
    await versionWith(home);
    assert.ok(readdirSync(kept, { recursive: true }).length > 1);
    rmSync(kept, { recursive: true });
    writeFileSync(kept, 'a file, not a folder');
    await versionWith(home);
    // What lies in a data set, or where others write too, is never run.
    await versionWith('here');
    await versionWith('');
    assert.deepEqual([readdirSync(current), readdirSync(cache)], [[], []]);
  });

  it('survives a reader that has seen enough', async (context) => {
    const { root, cache } = await dataset(context, 4);
    await likeness(['index', root, '--encoder', 'pixels'], { cache });
    const { code, stderr } = await likeness(['similar', join(root, 'test/c0/0.png')], {
      cache,
      onStart: (child) => child.stdout?.destroy(),
    });
    assert.deepEqual([code, stderr], [0, '']);
  });
});

describe('an index that is used by several processes, or killed', () => {
  it('is the same after two runs at once', async (context) => {
    const { root, cache } = await dataset(context, 40);
    const run = () => likeness(['index', root, '--encoder', 'pixels', '--json'], { cache });
    const [a, b] = (await Promise.all([run(), run()])).map((outcome) => documentOf('index', outcome));
    assert.deepEqual([a!.images, b!.images, a!.embedded + b!.embedded], [40, 40, 40]);
  });

  it('is moved aside and rebuilt when it is damaged, and that is said', async (context) => {
    const { root, cache } = await dataset(context, 4);
    await likeness(['index', root, '--encoder', 'pixels'], { cache });
    write(root, '.likeness/index.sqlite', 'this is not a database, '.repeat(100));
    const search = await likeness(['similar', join(root, 'test/c0/0.png'), '--json'], { cache });
    assert.deepEqual([search.code, documentOf('failure', search).error.code], [3, 'index-corrupt']);
    const outcome = await likeness(['index', root, '-e', 'pixels', '--json'], { cache });
    assert.equal(documentOf('index', outcome).embedded, 4);
    assert.match(outcome.stderr, /Note: .*index\.sqlite.*damaged/);
    assert.ok(readdirSync(join(root, '.likeness')).some((name) => name.startsWith('index.sqlite.corrupt')));
  });

  it('is rebuilt when it is deleted, also by the next command alone', async (context) => {
    const { root, cache } = await dataset(context, 4);
    await likeness(['index', root, '--encoder', 'pixels'], { cache });
    rmSync(join(root, '.likeness'), { recursive: true });
    const report = documentOf('index', await likeness(['index', root, '-e', 'pixels', '--json'], { cache }));
    assert.deepEqual([report.images, report.embedded], [4, 4]);
  });
});
