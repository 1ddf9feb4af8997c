import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { JobContext } from '../../../src/core/progress.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { picture, write } from '../indexing/dataset.ts';

const quiet: JobContext = { signal: new AbortController().signal, report: () => undefined };

async function start(context: TestContext) {
  const root = temporaryFolder(context);
  for (let i = 0; i < 6; i++) write(root, `c${i % 2}/${i}.png`, await picture([i * 40, 120, 250 - i * 40], i));
  const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
  context.after(() => engine.dispose());
  const look = async () => {
    const { encoder } = await engine.similar({ image: join(root, 'c0/0.png'), count: 3 });
    const summary = await engine.summary({ path: root });
    return [encoder.id, summary?.encoder?.id, summary?.embedded];
  };
  return { root, engine, look };
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
