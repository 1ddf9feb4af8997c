import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { indexedVectors } from '../../../src/engine/encoders/indexedVectors.ts';
import { openStore } from '../../../src/engine/store/openStore.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { picture, write } from '../indexing/dataset.ts';
import { job } from '../training/job.ts';
import { pooled, smallModel, writeModel } from './smallModels.ts';

const IMAGES = 4;
const none = { vectors: 0, bytes: 0 };

/** Images that are indexed with an encoder of their own, and then with one that is built in. */
async function start(context: TestContext) {
  const root = temporaryFolder(context);
  for (let i = 0; i < IMAGES; i++) write(root, `${i}.png`, await picture([i * 40, 120, 250 - i * 40], i));
  const engine = new Engine({ ...engineOptions('cpu'), cacheFolder: temporaryFolder(context) });
  context.after(() => engine.dispose());
  const model = writeModel(temporaryFolder(context), 'small.onnx', smallModel(pooled));
  const { id, output } = await engine.addEncoder(model, root);
  const index = (encoder: string) => engine.indexFolder({ folder: root, encoder }, job());
  const held = async () => (await engine.indexedVectors(root)).map(({ stored, vectors }) => [stored.card.id, vectors]);
  const remove = (encoder: string) => engine.removeEncoder(encoder, root, job());
  const similar = () => engine.similar({ image: join(root, '0.png'), count: 2 });
  await index(id);
  await index('pixels');
  return {
    root,
    engine,
    id,
    model,
    size: { vectors: IMAGES, bytes: IMAGES * output.dim * 4 },
    index,
    held,
    remove,
    similar,
  };
}

describe('removing an encoder', () => {
  it('frees its vectors, and leaves those of the others', async (context) => {
    const { engine, root, id, size, index, held, remove, similar } = await start(context);
    const map = await engine.map({ folder: root, encoder: id }, job());
    assert.equal(map.points.length, IMAGES);
    assert.deepEqual(await remove(id), { id, freed: size, kept: none });
    assert.deepEqual(await held(), [['pixels', IMAGES]]);
    assert.equal((await similar()).encoder.id, 'pixels');
    await assert.rejects(index(id), { code: ErrorCode.EncoderNotFound });
    await assert.rejects(remove(id), { code: ErrorCode.EncoderNotFound });
  });

  it('leaves the vectors that the dataset is looked at with, until it is looked at with others', async (context) => {
    const { engine, id, size, root, index, held, remove, similar } = await start(context);
    await index(id);
    assert.deepEqual(await remove(id), { id, freed: none, kept: size });
    assert.ok(!(await engine.listEncoders({ folder: root })).some((card) => card.id === id));
    assert.equal((await similar()).encoder.id, id);
    await assert.rejects(remove(id), {
      code: ErrorCode.Usage,
      message: /is looked at with its vectors of the encoder small-\S+, which therefore stay; index it with another/,
    });
    await index('pixels');
    assert.deepEqual(await remove(id), { id, freed: size, kept: none });
    assert.deepEqual(await held(), [['pixels', IMAGES]]);
  });

  it('frees the vectors of one that is built in, or named by a path', async (context) => {
    const { id, model, size, index, held, remove } = await start(context);
    await assert.rejects(remove('pixels'), {
      code: ErrorCode.Usage,
      message: /"pixels" is built in and can't be removed/,
    });
    await remove(id);
    await index(model);
    const { freed } = await remove('pixels');
    assert.equal(freed.vectors, IMAGES);
    await index('pixels');
    assert.deepEqual(await remove(id), { id, freed: size, kept: none });
    assert.deepEqual(await held(), [['pixels', IMAGES]]);
  });

  it('waits while the dataset is indexed', async (context) => {
    const { id, root, engine, held } = await start(context);
    const store = openStore(root, { cacheFolder: temporaryFolder(context), mode: 'write' });
    context.after(() => {
      store.close();
    });
    assert.equal(store.acquireLease('indexing', 'another', 60_000), undefined);
    const before = await held();
    let [waits, during]: [number, typeof before] = [0, []];
    const waiting = job(({ phase }) => {
      assert.match(phase, /^Waiting for process \d+ on .*, which is indexing this folder/);
      if (++waits < 2) return;
      during = indexedVectors(store).map(({ stored, vectors }) => [stored.card.id, vectors]);
      store.releaseLease('indexing', 'another');
    });
    const { freed } = await engine.removeEncoder(id, root, waiting);
    assert.deepEqual([during, freed.vectors], [before, IMAGES]);
  });
});
