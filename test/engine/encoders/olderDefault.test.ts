import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test, type TestContext } from 'node:test';
import { Engine } from '../../../src/engine/engine.ts';
import { shippedEncoder } from '../../../src/engine/encoders/shippedEncoder.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { picture, write } from '../indexing/dataset.ts';
import { otherVersion } from './otherVersion.ts';

const job = { signal: new AbortController().signal, report: () => undefined };
const ours = shippedEncoder();

const folder = mkdtempSync(join(tmpdir(), 'likeness-versions-'));
const versions = new Map<string, ReturnType<ReturnType<typeof otherVersion>['load']>>();
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The engine of the version that comes with such an encoder; it takes a second to load. */
function versionOf(id: string) {
  const version = versions.get(id) ?? otherVersion(join(folder, id), id).load();
  versions.set(id, version);
  return version;
}

/** A folder that Likeness has indexed, which is gone then. The next version comes with the encoder `next`. */
async function updated(context: TestContext, next: string) {
  const root = temporaryFolder(context);
  const outside = join(temporaryFolder(context), 'outside.png');
  const cacheFolder = temporaryFolder(context);
  for (const seed of [0, 1, 2, 3])
    write(root, `${seed % 2}/${seed}.png`, await picture([90 * (seed % 3), 120, 40], seed));
  writeFileSync(outside, await picture([90, 120, 40], 9));
  const before = new Engine({ ...engineOptions(), cacheFolder });
  await before.indexFolder({ folder: root }, job);
  await before.dispose();
  const later = await versionOf(next);
  const open = () => {
    const engine = new later({ ...engineOptions(), cacheFolder });
    context.after(() => engine.dispose());
    return engine;
  };
  return { root, outside, open };
}

describe('an index made with the default of the version before', () => {
  test('grows, is searched, checked and mapped with it, until it is made again with the one of today', async (context) => {
    const { root, outside, open } = await updated(context, 'likeness-2');
    const engine = open();
    const summary = await engine.summary({ path: root });
    assert.deepEqual([summary?.encoder?.id, summary?.newerEncoder?.id], ['likeness-1', 'likeness-2']);

    write(root, '1/new.png', await picture([250, 10, 90], 5));
    const { encoder, embedded, unchanged, newerEncoder } = await engine.indexFolder({ folder: root }, job);
    assert.deepEqual([encoder.id, embedded, unchanged, newerEncoder], ['likeness-1', 1, 4, 'likeness-2']);
    const found = await engine.similar({ image: outside, folder: root, count: 9 });
    assert.deepEqual([found.encoder.id, found.results.length], ['likeness-1', 5]);
    write(root, '0/another.png', await picture([10, 240, 90], 6));
    await engine.check({ folder: root }, job);
    assert.equal((await engine.summary({ path: root }))?.embedded, 6);
    assert.equal((await engine.map({ folder: root }, job)).encoder.id, 'likeness-1');
    const { encoder: used, problems } = await engine.doctor({ folder: root });
    assert.deepEqual([used?.id, used?.stronger, problems], ['likeness-1', 'default', []]);
    const known = (await engine.listEncoders({ folder: root })).map(({ id }) => id);
    assert.deepEqual(known, ['likeness-2', 'handcrafted', 'pixels', 'likeness-1']);

    // Nowhere else is it to be had.
    await assert.rejects(engine.removeEncoder('likeness-1', root, job), {
      code: 'usage',
      message: /looked at with its vectors of the encoder likeness-1.*another encoder first/,
    });
    assert.equal((await engine.similar({ image: outside, folder: root, count: 9 })).results.length, 6);

    const renewed = await engine.indexFolder({ folder: root, encoder: 'likeness-2' }, job);
    assert.deepEqual([renewed.encoder.id, renewed.embedded, renewed.newerEncoder], ['likeness-2', 6, undefined]);
    assert.equal((await engine.summary({ path: root }))?.newerEncoder, undefined);
    // The one before can still be had, and be compared with.
    assert.equal(
      (await engine.similar({ image: outside, folder: root, encoder: 'likeness-1', count: 9 })).results.length,
      6,
    );
    await engine.removeEncoder('likeness-1', root, job);
    await assert.rejects(engine.similar({ image: outside, folder: root, encoder: 'likeness-1', count: 9 }), {
      code: 'encoder-not-found',
      message: /"likeness-1" came with another version of Likeness.* index with likeness-2/,
    });
    await assert.rejects(engine.removeEncoder('likeness-1', root, job), { code: 'encoder-not-found' });
  });

  test('is told by its weights where the next one has the same id', async (context) => {
    const { root, outside, open } = await updated(context, ours.card.id);
    const engine = open();
    assert.notEqual((await engine.summary({ path: root }))?.newerEncoder?.sha256, ours.card.sha256);
    write(root, '1/new.png', await picture([250, 10, 90], 5));
    const again = await engine.indexFolder({ folder: root }, job);
    assert.deepEqual([again.embedded, again.unchanged, again.newerEncoder], [1, 4, ours.card.id]);
    assert.equal((await engine.similar({ image: outside, folder: root, count: 9 })).results.length, 5);
    await engine.check({ folder: root }, job);
    assert.equal((await engine.doctor({ folder: root })).encoder?.stronger, 'default');

    const renewed = await engine.indexFolder({ folder: root, encoder: ours.card.id }, job);
    assert.deepEqual([renewed.embedded, renewed.newerEncoder], [5, undefined]);
  });

  test('says what to do where its encoder is not kept; what needs no model goes on', async (context) => {
    const { root, outside, open } = await updated(context, 'likeness-2');
    rmSync(join(root, '.likeness', 'encoders'), { recursive: true });
    const engine = open();
    const gone = { code: 'encoder-not-found', message: /"likeness-1" came with another.*FOLDER --encoder likeness-2/ };
    await assert.rejects(engine.indexFolder({ folder: root }, job), gone);
    await assert.rejects(engine.similar({ image: outside, folder: root, count: 9 }), gone);
    assert.equal((await engine.similar({ image: join(root, '0/0.png'), count: 9 })).results.length, 3);
    assert.equal((await engine.summary({ path: root }))?.newerEncoder?.id, 'likeness-2');
    const { problems } = await engine.doctor({ folder: root });
    assert.match(problems.find(({ code }) => code === gone.code)?.message ?? '', gone.message);
    assert.equal((await engine.indexFolder({ folder: root, encoder: 'likeness-2' }, job)).embedded, 4);
    assert.equal((await engine.indexFolder({ folder: root }, job)).encoder.id, 'likeness-2');
  });

  test('is offered to change also where the config names it, and changing takes the config along', async (context) => {
    const { root, open } = await updated(context, 'likeness-2');
    const config = join(root, '.likeness', 'config.json');
    writeFileSync(config, JSON.stringify({ encoder: 'likeness-1' }));
    const engine = open();
    assert.equal((await engine.indexFolder({ folder: root }, job)).newerEncoder, 'likeness-2');
    const renewed = await engine.indexFolder({ folder: root, encoder: 'likeness-2' }, job);
    assert.ok(renewed.notices.some(({ message }) => /named likeness-1, and names likeness-2/.test(message)));
    assert.deepEqual(JSON.parse(readFileSync(config, 'utf8')), { encoder: 'likeness-2' });
    assert.deepEqual((await engine.indexFolder({ folder: root }, job)).newerEncoder, undefined);
  });

  test('is no older one for a version that came before it', async (context) => {
    const { root, outside, open } = await updated(context, 'likeness-0');
    const engine = open();
    assert.equal((await engine.summary({ path: root }))?.newerEncoder, undefined);
    assert.equal((await engine.similar({ image: outside, folder: root, count: 9 })).encoder.id, 'likeness-1');
  });
});

test('an encoder that ships is kept once beside the index, out of the sight of Git', async (context) => {
  const root = temporaryFolder(context);
  write(root, 'a.png', await picture([200, 40, 40], 1));
  const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
  context.after(() => engine.dispose());
  await engine.indexFolder({ folder: root }, job);
  await engine.indexFolder({ folder: root }, job);
  const kept = join(root, '.likeness', 'encoders', '.shipped');
  assert.deepEqual(readdirSync(kept), [ours.identity]);
  assert.ok('file' in ours.model);
  assert.ok(readFileSync(join(kept, ours.identity, 'encoder.onnx')).equals(readFileSync(ours.model.file)));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  git('init', '--quiet');
  assert.deepEqual(git('status', '--porcelain', '--untracked-files=all').split('\n').sort(), [
    '',
    '?? .likeness/.gitignore',
    '?? a.png',
  ]);
});
