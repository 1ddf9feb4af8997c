import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { cancelled, ErrorCode, notIndexed } from '../../../src/core/errors.ts';
import { tooFewForMap } from '../../../src/core/projection/mapErrors.ts';
import type { MapRequests, OpenedMap, OpenMapRequest } from '../../../src/protocol/maps.ts';
import type { CallOptions } from '../../../src/protocol/rpc.ts';
import { usualMapSettings } from '../../../src/protocol/embeddingMap.ts';
import type { EmbeddingMapModel } from '../../../src/extension/embeddingMap/embeddingMapModel.ts';
import { fixture, identityOf, names, opened, own, until } from './modelFixture.ts';

describe('a folder that is shown', () => {
  test('becomes rows, points, columns and figures, each with its revision', async () => {
    const { model, saves, asked, changes } = fixture();
    assert.deepEqual([model.state.folder, model.state.maps, model.isWaiting], [undefined, [], false]);
    await model.show('/data/train');
    const { state } = model;
    assert.deepEqual(state.folder, { root: '/data', path: '/data/train', name: 'data/train' });
    assert.deepEqual(state.images, { revision: 1, count: 4 });
    assert.equal(state.maps.length, 1);
    const [map] = state.maps;
    assert.deepEqual([map!.encoder, map!.moving, map!.progress], [{ id: 'own', dim: 8 }, false, undefined]);
    const points = model.points(0)!;
    assert.deepEqual([points.images, points.points], [1, map!.points]);
    assert.deepEqual([...points.positions], [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.equal(points.positions.buffer.byteLength, points.positions.byteLength, 'nothing else crosses with it');
    assert.deepEqual(
      state.columns.map(({ id }) => id),
      ['class', 'cluster', 'width'],
    );
    assert.equal(state.colorBy, 'class');
    const column = model.images.columns.get('class');
    assert.ok(column?.kind === 'category');
    assert.deepEqual([...column.codes], [0, 0, 1, 1]);
    assert.equal(column.revision, state.columns[0]!.revision);
    assert.equal(model.points(1), undefined);
    assert.ok(changes() > 0);
    assert.equal(saves.at(-1)!.folder, '/data/train');
    assert.deepEqual((asked('maps/open')[0] as OpenMapRequest).choice, { ...usualMapSettings, layout: 'likeness' });
  });

  test('is opened again after a reload with what was set', async () => {
    const settings = { ...usualMapSettings, neighbors: 30 };
    const saved = { folder: '/data', settings, second: undefined, colorBy: 'width', sortBy: undefined };
    const { model, asked } = fixture({ saved });
    assert.equal(model.isWaiting, true);
    await model.refresh();
    assert.equal((asked('maps/open')[0] as OpenMapRequest).choice.neighbors, 30);
    assert.deepEqual([model.state.colorBy, model.isWaiting], ['width', false]);
    const broken = { ...saved, settings: { ...settings, neighbors: 1e9 } };
    assert.equal(fixture({ saved: broken }).model.state.settings.neighbors, usualMapSettings.neighbors);
  });

  test('that can not be laid out says why, and what to do', async () => {
    for (const [error, code, remedy] of [
      [notIndexed('/data'), ErrorCode.NotIndexed, 'index'],
      [tooFewForMap('/data', 1), ErrorCode.TooFewImages, 'pick'],
    ] as const) {
      const { model } = fixture({ open: () => Promise.reject(error) });
      await model.show('/data');
      const { failure, maps, images } = model.state;
      assert.deepEqual([failure?.code, failure?.remedy, maps.length, images.count], [code, remedy, 0, 0]);
      assert.equal(model.isWaiting, false);
    }
  });

  test('keeps its map where the next one fails, and says so beside it', async () => {
    let isBroken = false;
    const { model } = fixture({
      open: (request) => (isBroken ? Promise.reject(notIndexed('/data')) : opened(request)),
    });
    await model.show('/data');
    isBroken = true;
    await model.refresh();
    assert.equal(model.state.failure, undefined);
    assert.equal(model.state.maps[0]!.failure?.code, ErrorCode.NotIndexed);
    assert.equal(model.points(0)!.positions.length, 8);
  });
});

describe('a map in the making', () => {
  test('moves: rows and columns come first, then positions, then the map at rest', async () => {
    let finish: () => void = () => undefined;
    let step = 0;
    const { model, asked } = fixture({
      open: async (request, { onProgress }) => {
        onProgress?.({ phase: 'Laying out', done: 1, total: 4, rate: 1, secondsLeft: 3 });
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return opened(request);
      },
      live: ({ paths }) => ({
        root: '/data',
        encoder: own,
        paths: paths ? names : undefined,
        positions: new Float32Array(8).fill(step++),
      }),
    });
    const shown = model.show('/data');
    await until(() => model.state.maps[0]?.moving === true);
    await until(() => model.state.columns.length > 0);
    const { state } = model;
    assert.deepEqual([state.images.count, state.maps[0]!.progress?.phase], [4, 'Laying out']);
    assert.deepEqual(state.maps[0]!.encoder, { id: 'own', dim: 8 });
    const before = state.maps[0]!.points;
    await until(() => model.state.maps[0]!.points > before + 1);
    assert.equal(model.state.images.revision, state.images.revision, 'the rows stay the same');
    const lives = asked('maps/live') as MapRequests['maps/live']['params'][];
    assert.deepEqual([lives[0]!.paths, lives.at(-1)!.paths], [true, false]);
    assert.ok(lives.every(({ live }) => live === (asked('maps/open')[0] as OpenMapRequest).live));
    finish();
    await shown;
    assert.deepEqual([model.state.maps[0]!.moving, model.state.maps[0]!.progress], [false, undefined]);
    assert.deepEqual([...model.points(0)!.positions], [0, 1, 2, 3, 4, 5, 6, 7]);
    const count = asked('maps/live').length;
    await sleep(20);
    assert.equal(asked('maps/live').length, count, 'nobody asks any more');
  });

  const stoppable = (_: OpenMapRequest, { signal }: CallOptions) =>
    new Promise<OpenedMap>((_resolve, reject) => {
      signal?.addEventListener('abort', () => {
        reject(cancelled());
      });
    });

  test('can be stopped, and then the last map is there again', async () => {
    const { model } = fixture({
      open: (request, options) => (request.fresh === true ? stoppable(request, options) : opened(request)),
      live: () => ({ root: '/data', encoder: own, paths: names, positions: new Float32Array(8) }),
    });
    await model.show('/data');
    const again = model.refresh({ fresh: true });
    await until(() => model.state.maps[0]!.moving);
    assert.deepEqual([...model.points(0)!.positions], new Array(8).fill(0));
    model.cancel();
    await again;
    assert.deepEqual([...model.points(0)!.positions], [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual([model.state.failure, model.state.maps[0]!.failure], [undefined, undefined]);
    assert.deepEqual([model.state.maps[0]!.moving, model.state.maps[0]!.progress], [false, undefined]);
  });

  test('that is stopped before there was any offers to begin again', async () => {
    const { model } = fixture({ open: stoppable });
    const shown = model.show('/data');
    model.cancel();
    await shown;
    const { failure, maps } = model.state;
    assert.deepEqual([failure?.code, failure?.remedy, maps.length], [ErrorCode.Cancelled, 'retry', 0]);
    assert.match(failure!.message, /^The map was stopped before/);
  });

  test('is overtaken by the next one', async () => {
    const answers: (() => void)[] = [];
    const { model } = fixture({
      open: (request) =>
        new Promise((resolve) => {
          answers.push(() => {
            resolve(opened(request, { placed: request.choice.seed }));
          });
        }),
    });
    const first = model.show('/data');
    model.change({ settings: { seed: 7 } });
    await until(() => answers.length === 2);
    answers[1]!();
    await until(() => model.state.maps[0]!.progress === undefined);
    answers[0]!();
    await first;
    assert.equal(model.state.maps[0]!.placed, 7);
    model.change({ settings: { neighbors: Number.NaN } });
    assert.equal(model.state.settings.neighbors, 15, 'what makes no map is not taken');
  });
});

describe('images that come and go', () => {
  test('are new rows, and what is known of the others stays theirs', async () => {
    let paths = names;
    const { model, selection } = fixture({ open: (request) => opened(request, { paths, placed: 1, removed: 1 }) });
    await model.show('/data');
    model.images.select(1, Uint32Array.of(2, 0));
    await model.images.ask(1, 2);
    assert.deepEqual(selection.current, { root: '/data', paths: ['dog/c.png', 'cat/a.png'] });
    paths = ['cat/b.png', 'dog/c.png', 'dog/e.png'];
    await model.refresh();
    const { state } = model;
    assert.deepEqual([state.images, state.maps[0]!.placed, state.maps[0]!.removed], [{ revision: 2, count: 3 }, 1, 1]);
    assert.deepEqual([...model.selection().rows], [1]);
    assert.deepEqual(state.selection, { revision: 1, count: 1, elsewhere: 1, own: true });
    assert.deepEqual(state.query, { row: 1, path: 'dog/c.png' });
    const similarity = model.images.columns.get('similarity');
    assert.deepEqual(similarity?.kind === 'number' && [...similarity.values], [0.25, 1, 0.25]);
    model.images.select(1, Uint32Array.of(0));
    assert.equal(selection.revision, 1, 'rows of a list that is gone mean nothing');
    assert.deepEqual(await model.images.pictures(1, [0]), []);
    assert.equal(await model.neighbors({ images: 1, row: 0, map: 0, count: 3 }), undefined);
  });

  test('are described, and shown with their pictures', async () => {
    const { model } = fixture();
    await model.show('/data');
    assert.deepEqual(await model.images.describe(1, [3, 99, 0]), [
      { row: 3, path: 'dog/d.png', label: 'dog', split: undefined, captions: ['a dog'] },
      { row: 0, path: 'cat/a.png', label: 'cat', split: undefined },
    ]);
    assert.deepEqual(await model.images.describe(7, [3]), []);
    const [picture] = await model.images.pictures(1, [1, 99]);
    assert.deepEqual([picture!.path, picture!.bytes!.buffer.byteLength], ['cat/b.png', 2]);
    const near = await model.neighbors({ images: 1, row: 0, map: 0, count: 5 });
    assert.deepEqual([[...near!.rows], near!.similarities.length], [[1], 1]);
  });

  test('can be asked for: the image is in the centre and selected, or it is said that it is not there', async () => {
    const { model, selection } = fixture();
    await model.show('/data', '/data/dog/d.png');
    const focus = model.state.focus!;
    assert.equal(focus.row, 3);
    assert.deepEqual(selection.current?.paths, ['dog/d.png']);
    await model.show('/data', '/data/dog/d.png');
    assert.deepEqual([model.state.focus!.row, model.state.focus!.revision > focus.revision], [3, true]);
    await model.show('/data', '/data/new.png');
    assert.match(model.state.notices[0]!, /^new\.png isn't on the map/);
  });

  test('that others select are shown', async () => {
    const { model, selection } = fixture();
    await model.show('/data');
    selection.set({ root: '/data', paths: ['dog/c.png', 'nowhere.png'] }, 'matrix');
    assert.deepEqual([model.state.selection.own, model.state.selection.elsewhere], [false, 1]);
    assert.deepEqual([...model.selection().rows], [2]);
    selection.set({ root: '/other', paths: ['cat/a.png'] }, 'matrix');
    assert.deepEqual([model.selection().rows.length, model.state.selection.elsewhere], [0, 1]);
  });
});

describe('two maps', () => {
  test('are over the same rows; the second lies upon the first, and it is told where they agree', async () => {
    const { model, asked, saves } = fixture({
      open: (request) =>
        opened(request, request.encoder === undefined ? {} : { paths: ['cat/b.png', 'dog/c.png', 'dog/x.png'] }),
    });
    await model.show('/data');
    await model.compare('other');
    const request = asked('maps/open')[1] as OpenMapRequest;
    assert.deepEqual(request.alignTo, { identity: identityOf(undefined), choice: request.choice });
    const { state } = model;
    assert.deepEqual([state.maps[1]!.encoder?.id, state.maps[1]!.missing, state.images.count], ['other', 2, 4]);
    assert.deepEqual([...model.points(1)!.positions], [NaN, NaN, 0, 1, 2, 3, NaN, NaN]);
    assert.deepEqual(state.comparison, { progress: undefined, meanAgreement: 0.5, neighbors: 15 });
    assert.ok(state.columns.some(({ id, name }) => id === 'agreement' && name === 'Neighbours kept'));
    assert.equal(saves.at(-1)!.second, 'other');
    await model.neighbors({ images: 1, row: 0, map: 1, count: 3 });
    assert.equal((asked('maps/neighbors').at(-1) as { identity: string }).identity, identityOf('other'));
    await model.refresh({ fresh: true });
    assert.deepEqual(
      asked('maps/open')
        .map((one) => [(one as OpenMapRequest).encoder, (one as OpenMapRequest).fresh])
        .slice(2),
      [
        [undefined, true],
        ['other', true],
      ],
    );
    model.stopComparing();
    assert.deepEqual([model.state.maps.length, model.state.comparison], [1, undefined]);
    assert.ok(!model.state.columns.some(({ id }) => id === 'agreement'));
    assert.equal(saves.at(-1)!.second, undefined);
  });

  test('become one where the second is stopped, and say what is wrong with it where it fails', async () => {
    let failure = notIndexed('/data');
    const { model } = fixture({
      open: (request) => (request.encoder === undefined ? opened(request) : Promise.reject(failure)),
    });
    await model.show('/data');
    await model.compare('other');
    assert.deepEqual([model.state.maps.length, model.state.maps[1]!.failure?.code], [2, ErrorCode.NotIndexed]);
    failure = cancelled();
    await model.compare('third');
    assert.equal(model.state.maps.length, 1);
  });
});

test('what was asked about an image that is gone is forgotten', async () => {
  let paths = names;
  const { model, asked } = fixture({ open: (request) => opened(request, { paths }) });
  await model.show('/data');
  await model.images.ask(1, 0);
  paths = names.slice(1);
  await model.refresh();
  assert.deepEqual([model.state.query, model.state.notices], [undefined, []]);
  assert.equal(asked('maps/similarities').length, 1);
});

test('a second map stays with its dataset', async () => {
  const { model, asked } = fixture({
    open: (request) => opened(request, { root: request.folder.startsWith('/data') ? '/data' : '/other' }),
  });
  await model.show('/data');
  await model.compare('pixels');
  await model.show('/data/train');
  assert.equal(model.state.maps.length, 2);
  await model.show('/other');
  assert.equal(model.state.maps.length, 1);
  assert.equal((asked('maps/open').at(-1) as OpenMapRequest).encoder, undefined);
});

test('the query can be taken back, and a column that is gone gives way to another', async () => {
  const { model } = fixture();
  await model.show('/data');
  await model.images.ask(1, 1);
  model.change({ colorBy: 'similarity' });
  assert.equal(model.state.colorBy, 'similarity');
  await model.images.ask(1, undefined);
  assert.deepEqual([model.state.query, model.state.colorBy], [undefined, 'class']);
});

describe('a filter', () => {
  const matching = ({ images }: EmbeddingMapModel) => images.filter.matches && [...images.filter.matches.mask];

  test('tells which rows match by what the engine says of its own list, and is kept over a reload', async () => {
    const { model, saves, asked } = fixture();
    await model.show('/data');
    const before = model.state.filter;
    assert.deepEqual([before.text, before.matches, before.count, before.views.length], ['', 0, 4, 1]);
    model.change({ filter: 'dog' });
    await until(() => model.state.filter.matches > 0);
    const { filter } = model.state;
    assert.deepEqual([filter.text, filter.count, filter.set], ['dog', 2, before.set]);
    assert.deepEqual(matching(model), [0, 0, 1, 1]);
    assert.equal(saves.at(-1)!.filter, 'dog');
    model.change({ filter: 'cat' });
    await until(() => matching(model)?.[0] === 1);
    assert.equal(asked('filters/rows').length, 1, 'the list is asked for once');
    model.change({ filter: ' ' });
    await until(() => model.state.filter.matches === 0);
    assert.equal(model.images.filter.matches, undefined);
    const again = fixture({ saved: { ...saves.at(-1)!, filter: 'dog' } });
    await again.model.refresh();
    await until(() => again.model.state.filter.matches > 0);
    assert.deepEqual([again.model.state.filter.text, again.model.state.filter.count], ['dog', 2]);
  });

  test('that is not understood says why, and leaves what matched before', async () => {
    const { model } = fixture();
    await model.show('/data', undefined, 'dog');
    await until(() => model.state.filter.matches > 0);
    model.change({ filter: 'dog x:' });
    await until(() => model.state.filter.fault !== undefined);
    assert.deepEqual([model.state.filter.fault?.message, model.state.filter.count], ['What?', 2]);
    model.change({ filter: 'cat' });
    await until(() => model.state.filter.fault === undefined);
    assert.equal(model.state.filter.count, 2);
  });

  test('of the tree takes the place of what is typed; of another dataset it is gone', async () => {
    const { model } = fixture();
    await model.show('/data');
    const { set } = model.state.filter;
    await model.show('/data', undefined, 'cat');
    assert.deepEqual([model.state.filter.text, model.state.filter.set], ['cat', set + 1]);
    await until(() => model.state.filter.count === 2 && model.state.filter.matches > 0);
    await model.show('/data/train');
    assert.equal(model.state.filter.text, 'cat');
    await model.show('/other');
    assert.equal(model.state.filter.text, '');
  });

  test('is asked again when the images have changed meanwhile', async () => {
    const { model, list, asked } = fixture();
    await model.show('/data', undefined, 'dog');
    await until(() => model.state.filter.matches > 0);
    const before = asked('filters/rows').length;
    list.paths = ['cat/a.png', 'dog/c.png'];
    list.revision = 2;
    await model.images.readColumns();
    assert.equal(model.state.filter.count, 1);
    assert.equal(asked('filters/rows').length, before + 1);
  });
});
