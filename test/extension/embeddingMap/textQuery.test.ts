import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenMapRequest } from '../../../src/protocol/maps.ts';
import { fixture, names, opened } from './modelFixture.ts';

test('texts are asked about as images are, and are asked again of other images', async () => {
  let paths = names;
  const { model, asked } = fixture({ open: (request) => opened(request, { paths }) });
  await model.show('/data');
  await model.images.askText({ texts: ['a dog'], minus: ['night'] });
  model.change({ colorBy: 'similarity' });
  assert.deepEqual([model.state.query, model.state.colorBy], [{ text: 'a dog -night' }, 'similarity']);
  assert.deepEqual(asked('maps/similarities')[0], {
    root: '/data',
    identity: opened({ folder: '/data' } as OpenMapRequest).encoder.identity,
    to: { texts: ['a dog'], minus: ['night'] },
    paths: names,
  });
  paths = names.slice(1);
  await model.refresh();
  assert.deepEqual(model.state.query, { text: 'a dog -night' });
  assert.equal(asked('maps/similarities').length, 2);
  await model.images.ask(2, 0);
  assert.deepEqual(model.state.query, { row: 0, path: paths[0] });
});
