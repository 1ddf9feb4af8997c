import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noCaptions } from '../../../src/core/captions/captionErrors.ts';
import { cancelled } from '../../../src/core/errors.ts';
import type { CaptionMatrix } from '../../../src/protocol/captions.ts';
import type { CallOptions } from '../../../src/protocol/rpc.ts';
import { captionsOf, fixture, later, reportOf } from './matrixFixture.ts';

test('images are compared with captions when that is asked for, in the order of their own matrix', async () => {
  const { model, asked, selection } = fixture();
  await model.show({ root: '/data' });
  assert.deepEqual(
    [asked('captions/matrix'), model.state.captions, model.gridOf('class', 'captions')],
    [[], undefined, undefined],
  );
  await model.change({ order: 'class', show: 'captions' });
  assert.deepEqual(asked('captions/matrix'), [{ root: '/data', paths: ['a.png', 'b.png', 'c.png'] }]);
  const { captions, show, captionFailure } = model.state;
  assert.deepEqual(
    [captions?.images, captions?.notices, show, captionFailure],
    [2, ['1 image has no caption.'], 'captions', undefined],
  );
  // The images lie as a, b, c along the axes; b has no caption.
  const grid = model.gridOf('class', 'captions')!;
  assert.deepEqual([[...grid.codes], grid.isSquare, [...grid.starts]], [[11, 10, 1, 0], true, [0, 1, 2]]);
  const names = model.imagesOf('captions')!;
  assert.deepEqual(
    [names.paths, names.captions, [...names.classOf]],
    [
      ['c.png', 'a.png'],
      ['a moon', 'a star'],
      [-1, 0],
    ],
  );
  model.select(Uint32Array.of(1));
  assert.deepEqual(selection(), { root: '/data', paths: ['a.png'] });
  assert.deepEqual([...model.state.selected], [1]);
  await model.change({ order: 'hierarchy', show: 'captions' });
  assert.equal(asked('captions/matrix').length, 1);
  await model.change({ encoder: 'pair' });
  assert.deepEqual(asked('captions/matrix')[1], {
    root: '/data',
    paths: ['a.png', 'b.png', 'c.png'],
    encoder: 'handcrafted',
  });
});

test('bands stay around the images that have captions', async () => {
  const { model } = fixture({
    compare: (request) => {
      const report = reportOf(request);
      const cells = {
        ...report.arrangements.class.cells,
        bands: [
          { name: 'cat', start: 0, end: 1 },
          { name: 'dog', start: 1, end: 2 },
          { name: 'no class', start: 2, end: 3 },
        ],
      };
      return { ...report, arrangements: { ...report.arrangements, class: { cells, groups: undefined } } };
    },
  });
  await model.show({ root: '/data' });
  await model.change({ order: 'class', show: 'captions' });
  assert.deepEqual(model.gridOf('class', 'captions')?.bands, [
    { name: 'cat', start: 0, end: 1 },
    { name: 'no class', start: 1, end: 2 },
  ]);
});

test('why there are no captions is told, while the matrix of the images stays; stopping goes back to it', async () => {
  let answer: (options: CallOptions) => Promise<CaptionMatrix> = () => Promise.reject(noCaptions('/data'));
  const { model } = fixture({ captions: (options) => answer(options) });
  await model.show({ root: '/data' });
  await model.change({ order: 'class', show: 'captions' });
  const { captionFailure, failure, figures, progress } = model.state;
  assert.match(captionFailure!.message, /name them in \.likeness\/config\.json/);
  assert.deepEqual([failure, figures?.images, progress, captionFailure?.remedy], [undefined, 3, undefined, 'retry']);
  answer = ({ signal }) =>
    new Promise((_, reject) => {
      signal!.addEventListener('abort', () => {
        reject(cancelled());
      });
    });
  const again = model.refresh();
  await later();
  assert.deepEqual([model.state.captionFailure, model.state.progress === undefined], [undefined, false]);
  model.cancel();
  await again;
  assert.deepEqual([model.state.show, model.state.progress], ['cells', undefined]);
  answer = () => Promise.resolve(captionsOf());
  await model.change({ order: 'class', show: 'captions' });
  assert.equal(model.state.captions?.images, 2);
  // Other images of the same dataset are compared with their captions too, those of another one with each other.
  await model.narrow(Uint32Array.of(0));
  assert.deepEqual([model.state.show, model.subject?.paths], ['captions', ['c.png']]);
  await model.show({ root: '/other' });
  assert.deepEqual([model.state.show, model.state.captions], ['cells', undefined]);
});
