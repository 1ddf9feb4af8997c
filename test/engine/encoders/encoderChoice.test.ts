import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import type { JobContext } from '../../../src/core/progress.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { picture, write } from '../indexing/dataset.ts';
import { pooled, smallModel, writeModel } from './smallModels.ts';

const quiet: JobContext = { signal: new AbortController().signal, report: () => undefined };

async function start(context: TestContext) {
  const root = temporaryFolder(context);
  const add = async (name: string) => {
    write(root, name, await picture([250, 20, 90], 7));
  };
  for (let i = 0; i < 6; i++) write(root, `c${i % 2}/${i}.png`, await picture([i * 40, 120, 250 - i * 40], i));
  const open = () => {
    const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => engine.dispose());
    return engine;
  };
  const engine = open();
  const look = async () => {
    const { encoder } = await engine.similar({ image: join(root, 'c0/0.png'), count: 3 });
    const summary = await engine.summary({ path: root });
    return [encoder.id, summary?.encoder?.id, summary?.embedded];
  };
  return { root, engine, look, add, open };
}

describe('choosing an encoder', () => {
  it('takes effect at once where the index has its vectors', async (context) => {
    const { root, engine, look } = await start(context);
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, quiet);
    await engine.indexFolder({ folder: root, encoder: 'handcrafted' }, quiet);
    assert.deepEqual(await look(), ['handcrafted', 'handcrafted', 6]);
    await engine.chooseEncoder('pixels', root);
    assert.deepEqual(await look(), ['pixels', 'pixels', 6]);
    const { embedded, encoder } = await engine.indexFolder({ folder: root }, quiet);
    assert.deepEqual([embedded, encoder.id], [0, 'pixels']);
  });

  it('leaves what there is to be looked at until there is something of the new one', async (context) => {
    const { root, engine, look } = await start(context);
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, quiet);
    await engine.chooseEncoder('handcrafted', root);
    assert.deepEqual(await look(), ['pixels', 'pixels', 6]);
    await engine.indexFolder({ folder: root }, quiet);
    assert.deepEqual(await look(), ['handcrafted', 'handcrafted', 6]);
  });

  it('takes effect in a folder that is no dataset yet as soon as it is indexed', async (context) => {
    const { root, engine, look } = await start(context);
    await engine.chooseEncoder('handcrafted', root);
    assert.equal(await engine.summary({ path: root }), undefined);
    await engine.indexFolder({ folder: root }, quiet);
    assert.deepEqual(await look(), ['handcrafted', 'handcrafted', 6]);
  });
});

describe('a run over a part of the folder', () => {
  it('goes on with the encoder in use, whatever is chosen for the next one over the whole', async (context) => {
    const { root, engine, look, add } = await start(context);
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, quiet);
    await engine.chooseEncoder('handcrafted', root);
    await add('c0/new.png');
    const part = await engine.indexFolder({ folder: root, only: [join(root, 'c0')] }, quiet);
    assert.deepEqual([part.encoder.id, part.embedded, part.notices], ['pixels', 1, []]);
    assert.deepEqual(await look(), ['pixels', 'pixels', 7]);
    const named = await engine.indexFolder(
      { folder: root, only: [join(root, 'c0/new.png')], encoder: 'handcrafted' },
      quiet,
    );
    assert.deepEqual([named.encoder.id, named.embedded], ['handcrafted', 1]);
    assert.deepEqual(await look(), ['pixels', 'pixels', 7]);
    assert.equal((await engine.indexFolder({ folder: root }, quiet)).embedded, 6);
    assert.deepEqual(await look(), ['handcrafted', 'handcrafted', 7]);
  });

  it('leaves the view as it is where the encoder reads pictures in another way since an update', async (context) => {
    const { root, engine, add, open } = await start(context);
    const { id } = await engine.addEncoder(
      writeModel(temporaryFolder(context), 'small.onnx', smallModel(pooled)),
      root,
    );
    const { indexLocation } = await indexed(engine, root, id);
    await engine.dispose();
    const database = new DatabaseSync(indexLocation);
    // As the version before had it.
    const { identity } = database.prepare('SELECT identity FROM encoders').get() as { identity: string };
    for (const change of ['encoders SET identity = ? WHERE identity = ?', 'meta SET value = ? WHERE value = ?']) {
      assert.equal(database.prepare(`UPDATE ${change}`).run('0'.repeat(64), identity).changes, 1);
    }
    database.close();

    const later = open();
    await add('c0/new.png');
    const outside = join(temporaryFolder(context), 'outside.png');
    writeFileSync(outside, await picture([200, 20, 90], 8));
    const message = new RegExp(`cropped more exactly for ${id} now than when .* index the whole folder again`);
    for (const encoder of [undefined, id]) {
      const request = { image: outside, folder: root, count: 3, ...(encoder !== undefined && { encoder }) };
      await assert.rejects(later.similar(request), { code: 'encoder-mismatch', message });
    }
    const part = await later.indexFolder({ folder: root, only: [join(root, 'c0/new.png')] }, quiet);
    assert.equal(part.embedded, 1);
    assert.match(part.notices.map((notice) => notice.message).join(), message);
    const { embedded, images, encoder } = (await later.summary({ path: root }))!;
    assert.deepEqual([embedded, images, encoder?.id], [6, 7, id]);
    const whole = await later.indexFolder({ folder: root }, quiet);
    assert.deepEqual([whole.embedded, whole.notices], [6, []]);
    assert.equal((await later.similar({ image: outside, folder: root, count: 9 })).results.length, 7);
  });
});

async function indexed(engine: Engine, root: string, encoder: string) {
  await engine.indexFolder({ folder: root, encoder }, quiet);
  return (await engine.summary({ path: root }))!;
}
