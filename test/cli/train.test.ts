import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { writeStripes } from '../engine/training/colourDataset.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { documentOf, likeness } from './run.ts';

const small = ['--network', 'resnet10-light', '--size', '32', '--batch', '8', '--threads', '1'];

async function dataset(context: TestContext) {
  const root = temporaryFolder(context);
  await writeStripes(root, 8);
  await writeStripes(root, 2, 'test');
  return { root, cache: temporaryFolder(context) };
}

describe('likeness train', () => {
  it('tells what a run would cost, without leaving anything', async (context) => {
    const { root, cache } = await dataset(context);
    const plan = documentOf(
      'plan',
      await likeness(['train', 'pretrain', root, ...small, '--plan', '--json'], { cache }),
    );
    assert.deepEqual([plan.images, plan.heldOut, plan.stepsPerEpoch], [24, 6, 3]);
    assert.equal(plan.settings.network, 'resnet10-light');
    assert.ok(plan.seconds > 0);
    assert.ok(!existsSync(join(root, '.likeness')));
    const shown = await likeness(['train', 'pretrain', root, ...small, '--plan'], { cache });
    assert.match(shown.stdout, /24 images; 6 of the test split are left out/);
  });

  it('prints exactly the documented JSON; the encoder is listed and indexes', async (context) => {
    const { root, cache } = await dataset(context);
    const done = await likeness(['train', 'pretrain', root, ...small, '--epochs', '2', '--json'], { cache });
    assert.equal(done.code, 0, done.stderr);
    const report = documentOf('train', done);
    assert.deepEqual(Object.keys(report), ['run', 'encoder', 'seconds', 'metrics']);
    assert.ok(report.metrics['testKnnMacro']! >= 0);
    assert.match(done.stderr, /Training/);
    const { encoders } = documentOf(
      'encoders',
      await likeness(['encoders', 'list', '--in', root, '--json'], { cache }),
    );
    assert.ok(encoders.some(({ id }) => id === report.encoder));
    const indexed = documentOf(
      'index',
      await likeness(['index', root, '--encoder', report.encoder, '--json'], { cache }),
    );
    assert.deepEqual([indexed.images, indexed.encoder], [30, { id: report.encoder, dim: 128 }]);
  });

  it('is stopped by an interrupt with exit code 130, goes on, and is listed and deleted', async (context) => {
    const { root, cache } = await dataset(context);
    const stopped = await likeness(['train', 'pretrain', root, ...small, '--epochs', '200', '--name', 'Long'], {
      cache,
      onStart: (child) => {
        child.stderr?.on('data', (text: string) => {
          if (/Training/.test(text)) child.kill('SIGINT');
        });
      },
    });
    assert.equal(stopped.code, 130, stopped.stderr);
    const list = async () => documentOf('runs', await likeness(['train', 'list', root, '--json'], { cache })).runs;
    const [run] = await list();
    assert.deepEqual([run!.state, run!.name, run!.resumable], ['stopped', 'Long', true]);
    const resumed = await likeness(['train', 'resume', run!.id, '--in', root], {
      cache,
      onStart: (child) => {
        child.stderr?.on('data', (text: string) => {
          if (/Training/.test(text)) child.kill('SIGINT');
        });
      },
    });
    assert.equal(resumed.code, 130, resumed.stderr);
    assert.ok((await list())[0]!.step >= run!.step);
    assert.equal((await likeness(['train', 'delete', run!.id, '--in', root], { cache })).code, 0);
    assert.deepEqual(await list(), []);
  });

  it('fine-tunes what was pretrained, and from scratch', async (context) => {
    const { root, cache } = await dataset(context);
    const none = await likeness(['train', 'finetune', root], { cache });
    assert.equal(none.code, 3);
    assert.match(none.stderr, /no pretrained encoder to fine-tune/);
    const pretrained = documentOf(
      'train',
      await likeness(['train', 'pretrain', root, ...small, '--epochs', '1', '--json'], { cache }),
    );
    const done = await likeness(['train', 'finetune', root, '--epochs', '2', '--stages', 'all', '--json'], { cache });
    assert.equal(done.code, 0, done.stderr);
    const report = documentOf('train', done);
    assert.deepEqual(Object.keys(report), ['run', 'encoder', 'seconds', 'metrics']);
    assert.ok(report.metrics['testMacro']! >= 0);
    const run = JSON.parse(readFileSync(join(root, '.likeness', 'runs', report.run, 'run.json'), 'utf8')) as {
      settings: { from: string };
    };
    assert.equal(run.settings.from, pretrained.encoder);
    const scratch = ['train', 'finetune', root, '--from', 'scratch', '--network', 'resnet10-light', '--size', '32'];
    const absent = process.platform === 'win32' ? 'coreml' : 'dml';
    const few = ['--epochs', '1', '--labels-per-class', '4', '--provider', absent];
    const shown = await likeness([...scratch, ...few], { cache });
    assert.match(shown.stderr, new RegExp(`The CPU computes this training, as ${absent} is not part of ONNX Runtime`));
    assert.match(shown.stdout, /^\S+: 1 epoch in \d+ s on cpu\n/);
    assert.match(shown.stdout, /test images right [\d.]+ % ± [\d.]+ %, mean over classes/);
    const listed = await likeness(['train', 'list', root], { cache });
    assert.match(
      listed.stdout,
      new RegExp(
        `: finished, epoch 1 of 1 on cpu \\(${absent} is not part of [^)]+\\), [\\d.]+ % of test images right`,
      ),
    );
    assert.match(listed.stdout, /from scratch: finished/);
  });

  it('trains on the images that a file or another program names', async (context) => {
    const { root, cache } = await dataset(context);
    const list = join(temporaryFolder(context), 'list.txt');
    writeFileSync(list, 'train/wide\nmiddle\r\n\ntest/wide/0.png\nnowhere/0.png\n');
    // From a folder of its own, paths are its own too.
    const inside = { cache, cwd: join(root, 'train') };
    const planned = await likeness(['train', 'pretrain', root, ...small, '--images', list, '--plan', '--json'], inside);
    assert.equal(planned.code, 0, planned.stderr);
    const plan = documentOf('plan', planned);
    assert.deepEqual([plan.images, plan.heldOut, plan.selected], [16, 1, { images: 17, of: 30 }]);
    assert.match(planned.stderr, /1 of the selected paths is no image/);
    const done = await likeness(['train', 'autoencoder', root, ...small, '--epochs', '1', '--images', '-'], {
      ...inside,
      input: [join(root, 'train', 'wide'), 'middle'].join('\n'),
    });
    assert.equal(done.code, 0, done.stderr);
    const listed = await likeness(['train', 'list', root], { cache });
    assert.match(listed.stdout, /epoch 1 of 1, on 16 selected images/);
    const missing = await likeness(['train', 'pretrain', root, '--images', 'none.txt'], inside);
    assert.match(missing.stderr, /none\.txt/);
    assert.equal(missing.code, 3);
    const resumed = await likeness(['train', 'resume', 'run', '--images', list], inside);
    assert.equal(resumed.code, 2);
  });

  it('distils a fine-tuned encoder, or any other one, and trains an autoencoder', async (context) => {
    const { root, cache } = await dataset(context);
    const train = async (...args: string[]) => {
      const done = await likeness(['train', ...args, '--epochs', '1', '--threads', '1', '--json'], { cache });
      assert.equal(done.code, 0, done.stderr);
      return documentOf('train', done);
    };
    const size = ['--network', 'resnet10-light', '--size', '32'];
    await train('finetune', root, '--from', 'scratch', ...size);
    const classes = await train('distill', root, ...size, '--teacher-share', '0.5');
    for (const name of ['testMacro', 'teacherTestMacro', 'agreement', 'accuracy']) {
      assert.ok(classes.metrics[name]! >= 0, name);
    }
    const vectors = await train('distill', root, ...size, '--teacher', 'pixels', '--lesson', 'similarities');
    assert.ok(vectors.metrics['testKnnMacro']! >= 0);
    const autoencoder = await train('autoencoder', root, ...size);
    assert.deepEqual(Object.keys(autoencoder), ['run', 'encoder', 'seconds', 'metrics', 'reconstructions']);
    assert.ok(existsSync(autoencoder.reconstructions!));
    const { encoders } = documentOf(
      'encoders',
      await likeness(['encoders', 'list', '--in', root, '--json'], { cache }),
    );
    for (const { encoder } of [classes, vectors, autoencoder]) assert.ok(encoders.some(({ id }) => id === encoder));
    const listed = await likeness(['train', 'list', root], { cache });
    assert.match(listed.stdout, /px, distilled: finished, epoch 1 of 1, [\d.]+ % of test images right/);
  });

  it('explains what it was asked wrongly', async (context) => {
    const { root, cache } = await dataset(context);
    const wrong: [string[], RegExp][] = [
      [['train'], /train can pretrain, finetune, distill, autoencoder, captions, resume, list or delete/],
      [['train', 'pretrain', root, '--epochs', 'many'], /--epochs takes a number, not "many"/],
      [['train', 'pretrain', root, '--network', 'vgg'], /no network "vgg"/],
      [
        ['train', 'pretrain', root, '--engine', 'abacus'],
        /engine is "abacus"; it has to be one of onnxruntime, tensorflow/,
      ],
      [['train', 'finetune', root, '--temperature', '1'], /--temperature means nothing to train finetune/],
      [['train', 'autoencoder', root, '--from', 'scratch'], /--from means nothing to train autoencoder/],
      [['train', 'pretrain', root, '--stages', '1'], /resnet10 is pretrained as a whole/],
      [['train', 'distill', root, '--labels-per-class', 'few'], /--labels-per-class takes a number/],
      [['train', 'autoencoder', root, '--teacher', 'pixels'], /--teacher means nothing to train autoencoder/],
      [
        ['train', 'finetune', root, '--classifier', 'cosine', '--classifier-start', 'probe', '--from', 'scratch'],
        /a probe \(classifierStart\) is for a linear one/,
      ],
      [['train', 'finetune', root, '--stages', 'some'], /--stages takes a number, not "some"/],
      [['train', 'resume'], /takes the id of a run/],
      [['train', 'pretrain', root, 'another'], /Usage: likeness train/],
    ];
    for (const [args, message] of wrong) {
      const { code, stderr } = await likeness(args, { cache });
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
    const missing = await likeness(['train', 'resume', '../elsewhere', '--in', root], { cache });
    assert.equal(missing.code, 3);
    assert.match(missing.stderr, /elsewhere/);
  });

  it('takes TensorFlow.js only where there is one', async (context) => {
    const { root, cache } = await dataset(context);
    const pretrain = ['train', 'pretrain', root, ...small, '--engine', 'tensorflow'];
    const none = await likeness([...pretrain, '--json'], { cache });
    assert.deepEqual([none.code, documentOf('failure', none).error.code], [3, 'tensorflow-missing']);
    assert.match(none.stderr, /npm install @tensorflow\/tfjs-node-gpu/);
    const empty = await likeness([...pretrain, '--tensorflow-module', './train'], { cache, cwd: root });
    assert.equal(empty.code, 3);
    assert.ok(empty.stderr.includes(`${join(root, 'train')} can't be loaded as TensorFlow.js`), empty.stderr);
    assert.ok(!existsSync(join(root, '.likeness')));
  });
});
