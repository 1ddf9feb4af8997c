import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noCaptions } from '../../../src/core/captions/captionErrors.ts';
import { cancelled, encoderMismatch, ErrorCode, notIndexed, usage } from '../../../src/core/errors.ts';
import { singleImage } from '../../../src/core/evaluation/matrixErrors.ts';
import { codeOf } from '../../../src/core/evaluation/similarityCodes.ts';
import { MatrixModel, type SavedMatrix } from '../../../src/extension/matrix/matrixModel.ts';
import { describeSubject, subjectGiven, subjectOfFiles } from '../../../src/extension/matrix/matrixSubject.ts';
import type { SelectedImages } from '../../../src/extension/selection/imageSelection.ts';
import type { CaptionMatrix } from '../../../src/protocol/captions.ts';
import type { DecideRequest } from '../../../src/protocol/decisions.ts';
import type { MatrixGrid, MatrixReport, MatrixRequest } from '../../../src/protocol/matrix.ts';
import type { CallOptions } from '../../../src/protocol/rpc.ts';
import { FakeCaller } from '../fakeCaller.ts';

const gridOf = (cells: number, high: number): MatrixGrid => ({
  codes: new Uint16Array((cells * (cells + 1)) / 2).fill(codeOf(high)),
  order: Uint32Array.of(0, 1, 2),
  starts: Uint32Array.from({ length: cells + 1 }, (_, i) => i),
  bands: [],
  classOf: new Int32Array(cells),
  tree: undefined,
  low: 0,
  high,
});

const pair = (first: string, second: string) =>
  ({
    paths: [first, second],
    labels: ['cat', 'dog'],
    similarity: 0.9,
    copies: false,
    decided: undefined,
  }) as const;

const reportOf = ({ root, paths = ['a.png', 'b.png', 'c.png'] }: MatrixRequest): MatrixReport => ({
  root,
  encoder: { id: 'handcrafted', dim: 4 },
  encoders: [{ id: 'handcrafted', name: 'Handcrafted' }],
  paths,
  classes: ['cat', 'dog'],
  classOf: Int32Array.of(0, 1, -1),
  clusters: 0,
  arrangements: {
    class: { cells: gridOf(3, 0.5), groups: gridOf(2, 0.25) },
    cluster: { cells: gridOf(3, 0.75), groups: undefined },
    hierarchy: { cells: gridOf(3, 1), groups: undefined },
  },
  overlap: undefined,
  table: [],
  mostBetween: [pair('a.png', 'b.png')],
  leastWithin: [pair('a.png', 'c.png')],
  mostUnlabelled: [],
  missing: 0,
  notices: [{ code: ErrorCode.EmbeddingInvalid, message: 'One is left out.' }],
  seconds: 1,
});

/** Of two of the images, in another order than theirs; codes are 10 × row + column. */
const captionsOf = (): CaptionMatrix => ({
  root: '/data',
  encoder: { id: 'pair' },
  paths: ['c.png', 'a.png'],
  captions: ['a moon', 'a star'],
  codes: Uint16Array.of(0, 1, 10, 11),
  ...{ low: 0, high: 1, different: 2, meanOwn: 0.5, meanOther: 0.25, farthest: [] },
  imageToCaption: { recallAt1: 0.5, recallAt5: 1, recallAt10: 1 },
  captionToImage: { recallAt1: 1, recallAt5: 1, recallAt10: 1 },
  notices: [{ code: ErrorCode.CaptionsUnmatched, message: '1 image has no caption.' }],
});

interface Given {
  readonly captions?: (options: CallOptions) => CaptionMatrix | Promise<CaptionMatrix>;
  readonly compare?: (request: MatrixRequest, options: CallOptions) => MatrixReport | Promise<MatrixReport>;
  readonly decide?: (request: DecideRequest) => Promise<unknown>;
  readonly saved?: SavedMatrix;
  readonly trusted?: boolean;
}

function fixture({
  compare = reportOf,
  captions = captionsOf,
  decide = () => Promise.resolve(),
  saved,
  trusted = true,
}: Given = {}) {
  const engine = new FakeCaller({
    'captions/matrix': (_, options) => captions(options),
    'matrix/compare': compare,
    'decisions/pair': ({ paths }) => ({ changed: paths }),
  });
  const saves: SavedMatrix[] = [];
  const decided: DecideRequest[] = [];
  let selected: SelectedImages | undefined;
  const model = new MatrixModel(
    {
      engine,
      decide: (request) => {
        decided.push(request);
        return decide(request);
      },
      trusted: () => trusted,
      indexing: () => false,
      selection: () => selected,
      select: (images) => (selected = images),
      save: (saving) => saves.push(saving),
    },
    saved,
  );
  const asked = (method: string) => engine.asked.filter((call) => call.method === method).map(({ params }) => params);
  return { model, saves, decided, asked, selection: () => selected };
}

const later = (milliseconds = 5) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test('images are compared, and the state holds nothing large', async () => {
  const { model, asked, saves } = fixture();
  const showing = model.show({ root: '/data', paths: ['a.png', 'b.png', 'c.png'] });
  assert.ok(model.state.progress);
  await showing;
  const { figures, progress, failure, subject, version } = model.state;
  assert.deepEqual([figures?.images, figures?.withoutClass, progress, failure], [3, 1, undefined, undefined]);
  assert.deepEqual([subject?.name, subject?.isWhole, version], ['3 chosen files', false, 1]);
  assert.deepEqual(figures?.notices, ['One is left out.']);
  assert.deepEqual(asked('matrix/compare'), [{ root: '/data', paths: ['a.png', 'b.png', 'c.png'] }]);
  const large = (value: unknown): boolean =>
    value instanceof Uint16Array || (typeof value === 'object' && value !== null && Object.values(value).some(large));
  assert.equal(large(model.state), false);
  assert.deepEqual(saves.at(-1)?.subject, { root: '/data', paths: ['a.png', 'b.png', 'c.png'] });
});

test('another order or means of groups need no other comparison', async () => {
  const { model, asked } = fixture();
  await model.show({ root: '/data' });
  assert.equal(model.gridOf('class', 'cells')?.high, 0.5);
  assert.equal(model.gridOf('class', 'groups')?.high, 0.25);
  // Where there are no groups there are images; the wish stays.
  assert.equal(model.gridOf('cluster', 'groups')?.high, 0.75);
  await model.change({ order: 'cluster', show: 'groups' });
  assert.equal(model.state.show, 'cells');
  await model.change({ order: 'class', show: 'groups' });
  assert.equal(model.state.show, 'groups');
  assert.equal(asked('matrix/compare').length, 1);
  await model.change({ order: 'sideways' as never, show: 'cells' });
  assert.deepEqual([model.state.order, model.gridOf('sideways' as never, 'cells')], ['class', undefined]);
});

test('what is sent to a page is its own, not a view of all that came', async () => {
  const all = new Uint16Array(1000);
  const { model } = fixture({
    compare: (request) => {
      const report = reportOf(request);
      const { cells } = report.arrangements.class;
      const view = { ...cells, codes: all.subarray(10, 16) };
      return { ...report, arrangements: { ...report.arrangements, class: { cells: view, groups: undefined } } };
    },
  });
  await model.show({ root: '/data' });
  assert.equal(model.gridOf('class', 'cells')?.codes.buffer.byteLength, 12);
});

test('the newest request wins, and what was asked before is stopped', async () => {
  const stopped: boolean[] = [];
  const { model } = fixture({
    compare: (request, { signal }) =>
      request.paths === undefined
        ? new Promise((_, reject) => {
            signal!.addEventListener('abort', () => {
              stopped.push(true);
              reject(cancelled());
            });
          })
        : reportOf(request),
  });
  const first = model.show({ root: '/data' });
  await later();
  await model.show({ root: '/data', paths: ['a.png', 'b.png'] });
  await first;
  assert.deepEqual([stopped, model.state.figures?.images, model.state.failure], [[true], 2, undefined]);
});

test('being stopped keeps what was shown', async () => {
  let calls = 0;
  const { model } = fixture({
    compare: (request, { signal, onProgress }) => {
      if (++calls === 1) return reportOf(request);
      onProgress!({ phase: 'Comparing images', done: 1, total: 3, rate: 1, secondsLeft: 2 });
      return new Promise((_, reject) => {
        signal!.addEventListener('abort', () => {
          reject(cancelled());
        });
      });
    },
  });
  await model.show({ root: '/data' });
  const again = model.refresh();
  await later();
  assert.equal(model.state.progress?.phase, 'Comparing images');
  model.cancel();
  await again;
  assert.deepEqual([model.state.progress, model.state.figures?.images, model.state.failure], [undefined, 3, undefined]);
});

test('failures say what can be done about them', async () => {
  for (const [error, remedy] of [
    [notIndexed('/data'), 'index'],
    [encoderMismatch('The index has no vectors'), 'index'],
    [singleImage('a.png'), 'pick'],
    [usage('No.'), 'retry'],
  ] as const) {
    const { model } = fixture({ compare: () => Promise.reject(error) });
    await model.show({ root: '/data' });
    assert.deepEqual([model.state.failure?.remedy, model.state.failure?.message], [remedy, error.message]);
    assert.equal(model.gridOf('class', 'cells'), undefined);
  }
});

test('nothing is compared in a restricted workspace', async () => {
  const { model, asked } = fixture({ trusted: false });
  await model.show({ root: '/data' });
  assert.deepEqual([asked('matrix/compare'), model.state.trusted, model.isWaiting], [[], false, true]);
});

test('one can look at some images alone, and go back', async () => {
  const { model } = fixture();
  await model.show({ root: '/data' });
  await model.narrow(Uint32Array.of(2, 0, 99));
  assert.deepEqual([model.subject?.paths, model.state.canGoBack], [['c.png', 'a.png'], true]);
  await model.back();
  assert.deepEqual([model.subject, model.state.canGoBack], [{ root: '/data' }, false]);
});

test('a selection is that of the window, and shown where it lies here', async () => {
  const { model, selection } = fixture();
  await model.show({ root: '/data' });
  model.select(Uint32Array.of(1, 2));
  assert.deepEqual(selection(), { root: '/data', paths: ['b.png', 'c.png'] });
  assert.deepEqual([[...model.state.selected], model.state.selection], [[1, 2], 2]);
  await model.narrow(Uint32Array.of(0, 2));
  assert.deepEqual([[...model.state.selected], model.state.selection], [[1], 2]);
});

test('what people decide of a pair is shown in all lists, and taken back', async () => {
  const { model, asked } = fixture();
  await model.show({ root: '/data' });
  await model.decide(['b.png', 'a.png'], 'same');
  assert.deepEqual(asked('decisions/pair'), [{ root: '/data', paths: ['b.png', 'a.png'], action: 'same' }]);
  assert.equal(model.state.figures?.mostBetween[0]?.decided, 'same');
  assert.equal(model.state.figures.leastWithin[0]?.decided, undefined);
  await model.decide(['a.png', 'b.png'], undefined);
  assert.equal(model.state.figures.mostBetween[0].decided, undefined);
});

test('a new label is written down, shown with what it outdates, and taken back', async () => {
  const { model, decided } = fixture();
  await model.show({ root: '/data' });
  await model.relabel('a.png', 'dog');
  assert.deepEqual(decided[0], { root: '/data', paths: ['a.png'], decision: { action: 'relabel', value: 'dog' } });
  const { figures, outdated } = model.state;
  assert.deepEqual([outdated, figures?.mostBetween[0]?.relabelled], [true, [{ path: 'a.png', label: 'dog' }]]);
  assert.deepEqual(figures?.leastWithin[0]?.relabelled, [{ path: 'a.png', label: 'dog' }]);
  await model.relabel('a.png', undefined);
  assert.deepEqual(decided[1]?.undo, true);
  assert.deepEqual([model.state.outdated, model.state.figures?.mostBetween[0]?.relabelled], [false, []]);
  await model.relabel('a.png', 'dog');
  await model.refresh();
  assert.equal(model.state.outdated, false);
});

test('a label that could not be written down changes nothing', async () => {
  const { model } = fixture({ decide: () => Promise.reject(new Error('Unhandled method decisions/decide')) });
  await model.show({ root: '/data' });
  await assert.rejects(model.relabel('a.png', 'dog'), /decisions\/decide/);
  assert.equal(model.state.outdated, false);
});

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
});

test('what was shown comes back after a reload of the window, and nonsense does not', async () => {
  const viewport = { x: 0.1, y: 0.2, size: 0.5 };
  const saved = { subject: { root: '/data' }, order: 'cluster', show: 'cells', encoder: 'pixels', viewport } as const;
  const { model, asked } = fixture({ saved });
  assert.ok(model.isWaiting);
  await model.refresh();
  assert.deepEqual(asked('matrix/compare'), [{ root: '/data', encoder: 'pixels' }]);
  assert.deepEqual([model.state.order, model.state.viewport], ['cluster', viewport]);
  const broken = fixture({ saved: { ...saved, subject: { root: 5 } as never } });
  assert.deepEqual([broken.model.isWaiting, broken.model.state.order], [false, 'class']);
});

test('commands are told what to compare by other parts of the window', () => {
  assert.deepEqual(subjectGiven({ root: '/data', paths: ['a', 'b'] }), { root: '/data', paths: ['a', 'b'] });
  assert.deepEqual(subjectGiven({ root: '/data' }), { root: '/data' });
  assert.deepEqual(subjectGiven({ folder: '/data', id: 'row', filter: { classes: ['cat'] } }), {
    root: '/data',
    filter: { classes: ['cat'] },
  });
  for (const nothing of [undefined, null, 5, {}, { root: 5 }, { root: '/data', paths: [5] }]) {
    assert.equal(subjectGiven(nothing), undefined);
  }
  assert.deepEqual(subjectOfFiles('/data', ['/data/a/b.png', '/elsewhere/c.png']), {
    root: '/data',
    paths: ['a/b.png'],
  });
  assert.deepEqual(subjectOfFiles('/data', ['/data']), { root: '/data' });
});

test('titles name what is compared', () => {
  const name = (subject: Parameters<typeof describeSubject>[0]) => describeSubject(subject).name;
  assert.equal(name({ root: '/data/pets' }), 'pets');
  assert.equal(name({ root: '/data/pets', paths: ['train'] }), 'train');
  assert.equal(name({ root: '/data/pets', paths: ['a.png', 'b.png'] }), '2 chosen files');
  assert.equal(name({ root: '/data/pets', filter: { classes: ['cat', 'dog'] } }), 'cat, dog');
  assert.equal(name({ root: '/data/pets', filter: { classes: ['a', 'b', 'c', 'd'] } }), '4 classes');
});
