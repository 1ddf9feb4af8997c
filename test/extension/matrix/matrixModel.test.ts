import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancelled, encoderMismatch, notIndexed, usage } from '../../../src/core/errors.ts';
import { singleImage } from '../../../src/core/evaluation/matrixErrors.ts';
import { describeSubject, subjectGiven, subjectOfFiles } from '../../../src/extension/matrix/matrixSubject.ts';
import { fixture, later, reportOf } from './matrixFixture.ts';

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
