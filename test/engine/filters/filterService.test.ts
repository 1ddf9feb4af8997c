import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode, LikenessError } from '../../../src/core/errors.ts';
import { shadesDataset } from '../export/shadesDataset.ts';
import { write } from '../indexing/dataset.ts';
import { job } from '../training/job.ts';

describe('filtering a dataset', () => {
  it('goes by class, split, tag, decision and path, as people decided', async (context) => {
    const { found } = await dataset(context);
    assert.deepEqual(await found('class:blue'), ['train/blue/0.png', 'train/blue/1.png', 'train/red/2.png']);
    assert.deepEqual(await found('split:train class:red'), ['train/red/0.png', 'train/red/1.png']);
    assert.deepEqual(await found('tag:odd'), ['train/red/2.png']);
    assert.deepEqual(await found('decision:exclude'), ['train/red/1.png']);
    assert.deepEqual(await found('decision:relabel'), ['train/red/2.png']);
    assert.deepEqual(await found('no:class'), ['loose.png']);
    assert.deepEqual(await found('path:val'), ['val/red/0.png']);
    assert.deepEqual(await found('red/2'), ['train/red/2.png']);
  });

  it('says that two images belong apart of both of them', async (context) => {
    const { engine, root, found } = await dataset(context);
    await engine.decisions.pair({ root, paths: ['train/blue/1.png', 'loose.png'], action: 'different' });
    assert.deepEqual(await found('decision:different'), ['loose.png', 'train/blue/1.png']);
  });

  it('goes by the findings of the last check, all kinds of each image', async (context) => {
    const { engine, root, found } = await dataset(context);
    assert.deepEqual(await found('has:finding'), []);
    write(root, 'test/red/copy.png', readFileSync(join(root, 'train/red/0.png')));
    const { findings } = await engine.check({ folder: root }, job());
    for (const kind of ['leak', 'exact-duplicate', 'low-information'] as const) {
      const own = findings.filter((finding) => finding.kind === kind);
      assert.ok(kind === 'low-information' || own.length > 0, kind);
      const images = own.flatMap(({ path, related }) => [path, ...related.map((other) => other.path)]);
      assert.deepEqual(await found(`finding:${kind}`), [...new Set(images)].sort(), kind);
    }
  });

  it('compares measures of the files and of quality, and imported columns', async (context) => {
    const { engine, root, found } = await dataset(context);
    const { paths, of } = await engine.filters.match({ folder: root, filter: 'width>0 bytes:1..10MB format:png' });
    assert.equal(paths.length, of);
    const blurs = await Promise.all([0, 0.25, 0.5, 1].map((bound) => found(`blurry<=${bound}`)));
    assert.ok(blurs.every((part, i) => i === 0 || part.length >= blurs[i - 1]!.length));
    assert.deepEqual(await found('blurry:0..1 oddAspectRatio:1 odd-size:0..1'), paths);
    const grey = await found('grayscale<1');
    assert.deepEqual(grey, ['loose.png']);
    assert.deepEqual(
      await found('grayscale:1'),
      paths.filter((path) => !grey.includes(path)),
    );
    write(root, 'table.csv', 'path,confidence,source,width\ntrain/red/0.png,0.9,web,1\nloose.png,0.2,phone,2\n');
    await engine.exchange.import({ folder: root, file: join(root, 'table.csv') }, job());
    assert.deepEqual(await found('confidence>.5'), ['train/red/0.png']);
    assert.deepEqual(await found('source:phone'), ['loose.png']);
    // What is called like a field of ours goes by another name.
    assert.deepEqual(await found('imported_width:2'), ['loose.png']);
  });

  it('knows at once what has been decided since', async (context) => {
    const { engine, root, found } = await dataset(context);
    assert.deepEqual(await found('tag:new'), []);
    await engine.decisions.decide({ root, paths: ['loose.png'], decision: { action: 'tag', value: 'new' } });
    assert.deepEqual(await found('tag:new'), ['loose.png']);
  });

  it('goes by captions as they are written at the time, and says why there are none', async (context) => {
    const { root, found } = await dataset(context);
    await assert.rejects(found('caption:sea'), failure(/No captions are known .* "captions": \{"source": "txt"\}/));
    write(root, 'captions.csv', 'file,caption\nloose.png,The sea\nval/red/0.png,\ntrain/red/0.png,Seaweed\n');
    write(root, '.likeness/config.json', '{"captions": {"source": "csv", "file": "captions.csv"}}');
    assert.deepEqual(await found('caption:sea'), ['loose.png']);
    assert.deepEqual(await found('has:caption'), ['loose.png', 'train/red/0.png']);
    assert.deepEqual(await found('weed'), ['train/red/0.png']);
    write(root, 'captions.csv', 'file,caption\nval/red/0.png,By the sea\n');
    assert.deepEqual(await found('caption:sea'), ['val/red/0.png']);
    write(root, '.likeness/config.json', '{"captions": {"source": "csv", "file": "gone.csv"}}');
    await assert.rejects(found('no:caption'), failure(/“caption” to filter by: .*gone\.csv/));
    assert.deepEqual(await found('path:loose.png'), ['loose.png']);
    write(root, '.likeness/config.json', '{"captions": {"source": "txt"}}');
    write(root, 'loose.txt', 'A boat\nat sea');
    assert.deepEqual(await found('caption:"boat at sea"'), ['loose.png']);
  });

  it('stays below the folder that was named, and hints at names that nothing has', async (context) => {
    const { engine, root } = await dataset(context);
    const folder = join(root, 'train');
    const { paths, of, hints } = await engine.filters.match({ folder, filter: 'class:red,bleu' });
    assert.deepEqual(paths, ['train/red/0.png', 'train/red/1.png']);
    assert.equal(of, 5);
    assert.deepEqual(hints, ['No image has the class “bleu”; did you mean “blue”?']);
  });

  it('tells what there is to filter by, and rows for who asks often', async (context) => {
    const { engine, root } = await dataset(context);
    const subjects = await engine.filters.subjects({ folder: root });
    const classes = subjects.find(({ id }) => id === 'class');
    assert.deepEqual(classes?.values, [
      { name: 'blue', count: 3 },
      { name: 'red', count: 3 },
    ]);
    const { revision, paths } = await engine.filters.rows({ root });
    const found = await engine.filters.mask({ root, filter: 'tag:odd' });
    assert.ok('mask' in found);
    assert.equal(found.revision, revision);
    assert.deepEqual(
      paths.filter((_, row) => found.mask[row] === 1),
      ['train/red/2.png'],
    );
    const wrong = await engine.filters.mask({ root, filter: 'colour:red' });
    assert.ok('fault' in wrong && wrong.fault.message.includes('“colour”'));
  });

  it('refuses what it can not understand with the filter and the word, as wrong use', async (context) => {
    const { found } = await dataset(context);
    await assert.rejects(found('clas:red'), failure(/clas:red can't be understood: “clas” is nothing .*“class”\?$/));
    await assert.rejects(found('tag:"x'), failure(/quote/));
  });
});

describe('saved views', () => {
  it('are kept in the config, counted, renamed, removed and used with another filter', async (context) => {
    const { engine, root } = await dataset(context);
    const config = join(root, '.likeness/config.json');
    writeFileSync(config, '{"mine": 1, "encoder": "pixels"}');
    await engine.filters.save({ folder: root, name: 'to do', filter: 'tag:odd' });
    const { views } = await engine.filters.save({ folder: root, name: ' blues ', filter: 'class:blue' });
    assert.deepEqual(
      views.map(({ name, count }) => [name, count]),
      [
        ['blues', 3],
        ['to do', 1],
      ],
    );
    assert.deepEqual(JSON.parse(readFileSync(config, 'utf8')), {
      encoder: 'pixels',
      views: { blues: 'class:blue', 'to do': 'tag:odd' },
      mine: 1,
    });
    const { paths } = await engine.filters.match({ folder: root, view: 'blues', filter: '-tag:odd' });
    assert.deepEqual(paths, ['train/blue/0.png', 'train/blue/1.png']);
    const renamed = await engine.filters.save({ folder: root, name: 'odd', filter: 'tag:odd', instead: 'to do' });
    assert.deepEqual(
      renamed.views.map(({ name }) => name),
      ['blues', 'odd'],
    );
    await assert.rejects(
      engine.filters.save({ folder: root, name: 'blues', filter: 'tag:odd', instead: 'odd' }),
      failure(/a view “blues” already, of class:blue/),
    );
    await engine.filters.remove({ folder: root, name: 'blues' });
    const left = await engine.filters.remove({ folder: root, name: 'odd' });
    assert.deepEqual(left.views, []);
    assert.deepEqual(JSON.parse(readFileSync(config, 'utf8')), { encoder: 'pixels', mine: 1 });
  });

  it('are refused without a name, without a filter, and with one that is not understood', async (context) => {
    const { engine, root } = await dataset(context);
    const save = (name: string, filter: string) => engine.filters.save({ folder: root, name, filter });
    await assert.rejects(save(' ', 'class:red'), failure(/can't be called so: it is empty/));
    await assert.rejects(save('a\nb', 'class:red'), failure(/line break/));
    await assert.rejects(save('all', ' '), failure(/“all” needs a filter/));
    await assert.rejects(save('x', 'clas:red'), failure(/“class”\?/));
    await save('reds', 'class:red');
    await assert.rejects(
      engine.filters.remove({ folder: root, name: 'red' }),
      failure(/no view “red”; did you mean “reds”\?/),
    );
    await assert.rejects(engine.filters.match({ folder: root, view: 'blue' }), failure(/there is reds/));
  });

  it('that are not understood stop nothing else, and say so themselves', async (context) => {
    const { engine, root } = await dataset(context);
    writeFileSync(join(root, '.likeness/config.json'), '{"views": {"bad": "clas:red", "good": "class:red"}}');
    const summary = await engine.summary({ path: root });
    assert.deepEqual(
      summary?.views.map(({ name, count }) => [name, count]),
      [
        ['bad', undefined],
        ['good', 3],
      ],
    );
    assert.match(summary.views[0]!.fault!, /did you mean “class”\?/);
    assert.deepEqual(summary.tags, [{ name: 'odd', count: 1 }]);
    await assert.rejects(engine.filters.match({ folder: root, view: 'bad' }), failure(/clas:red can't be understood/));
  });

  it('of another shape are refused with the file and the key', async (context) => {
    const { engine, root } = await dataset(context);
    const config = join(root, '.likeness/config.json');
    for (const [text, key] of [
      ['{"views": []}', /"views" must be an object/],
      ['{"views": {"a": 1}}', /"views\.a" must be a filter/],
      ['{"views": {" a": "x"}}', /begins or ends with a space/],
    ] as const) {
      writeFileSync(config, text);
      await assert.rejects(engine.filters.list({ folder: root }), failure(key, ErrorCode.InvalidConfig));
    }
  });
});

async function dataset(context: TestContext) {
  const { engine, root } = await shadesDataset(context);
  const found = async (filter: string) => (await engine.filters.match({ folder: root, filter })).paths;
  return { engine, root, found };
}

function failure(message: RegExp, code: ErrorCode = ErrorCode.Usage) {
  return (error: unknown) => error instanceof LikenessError && error.code === code && message.test(error.message);
}
