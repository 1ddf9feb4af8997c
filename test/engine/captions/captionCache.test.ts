import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { picture, write } from '../indexing/dataset.ts';
import { job } from '../training/job.ts';

describe('the captions of a few images', () => {
  it('are told with them as they are written at the time, in the viewer and with what is similar', async (context) => {
    const { engine, root } = await captioned(context, { source: 'txt' });
    write(root, 'a/0.txt', 'A red\ncar');
    write(root, 'a/1.TXT', '  ');
    const of = (...paths: string[]) => engine.captions.of({ root, paths });
    assert.deepEqual(await of('a/0.png', 'a/1.png', 'a/2.png'), [['A red car'], [''], []]);
    const { captions } = await engine.viewer.image({ file: join(root, 'a/2.png') });
    assert.deepEqual(captions, []);
    const { results } = await engine.similar({ image: join(root, 'a/2.png'), count: 2 });
    const told = new Map(results.map((result) => [result.path, result.captions]));
    assert.deepEqual([told.get('a/0.png'), told.get('a/1.png')], [['A red car'], ['']]);
    write(root, 'a/0.txt', 'A blue car');
    const source = (path: string) => engine.captions.source({ root, path });
    assert.deepEqual(await source('a/0.png'), { files: [join(root, 'a/0.txt')], captions: ['A blue car'] });
    assert.deepEqual((await source('a/1.png')).files, [join(root, 'a/1.TXT')]);
    const [reviewed] = await engine.review.images({ root, paths: ['a/0.png'] });
    assert.deepEqual(reviewed?.captions, ['A blue car']);
  });

  it('come from a table as soon as it has changed, and the viewer says why they can not be read', async (context) => {
    const { engine, root } = await captioned(context, { source: 'csv', file: 'captions.csv' });
    const viewed = () => engine.viewer.image({ file: join(root, 'a/0.png') });
    const missing = await viewed();
    assert.equal(missing.captions, undefined);
    assert.match(missing.captionFault!, /captions\.csv/);
    write(root, 'captions.csv', 'file,caption\na/0.png,One\na/0.png,Two\n');
    assert.deepEqual((await viewed()).captions, ['One', 'Two']);
    const source = () => engine.captions.source({ root, path: 'a/0.png' });
    assert.deepEqual(await source(), { files: [join(root, 'captions.csv')], captions: ['One', 'Two'] });
    write(root, 'captions.csv', 'file,caption\na/1.png,Three\n');
    assert.deepEqual((await viewed()).captions, []);
    write(root, '.likeness/config.json', '{}');
    await assert.rejects(source(), /No captions are known of the images of/);
    const without = await viewed();
    assert.deepEqual([without.captions, without.captionFault], [undefined, undefined]);
    assert.deepEqual(await engine.captions.of({ root, paths: ['a/0.png'] }), [[]]);
  });

  it('colour a map by whether there are any', async (context) => {
    const { engine, root } = await captioned(context, { source: 'txt' });
    write(root, 'a/0.txt', 'A car');
    write(root, 'a/1.txt', '');
    const paths = ['a/0.png', 'a/1.png', 'a/2.png'];
    const column = (await engine.maps.columns({ root, paths })).find(({ id }) => id === 'caption');
    assert.ok(column?.kind === 'category');
    assert.deepEqual(
      Array.from(column.codes, (code) => column.names[code]),
      ['with a caption', 'empty caption', 'without a caption'],
    );
  });
});

async function captioned(context: TestContext, captions: object) {
  const engine = new Engine({ ...engineOptions('cpu'), cacheFolder: temporaryFolder(context) });
  context.after(() => engine.dispose());
  const root = temporaryFolder(context);
  for (let i = 0; i < 3; i++) write(root, `a/${i}.png`, await picture([i * 60, 90, 90], i));
  write(root, '.likeness/config.json', JSON.stringify({ captions }));
  await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
  return { engine, root };
}
