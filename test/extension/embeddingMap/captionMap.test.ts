import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notIndexed } from '../../../src/core/errors.ts';
import { fixture, identityOf, opened, until } from './modelFixture.ts';

test('a map is one of captions where that is chosen, and of images again where they can not be laid out', async () => {
  let isBroken = false;
  const { model, asked, saves } = fixture({
    open: (request) => {
      if (request.of !== 'captions') return opened(request, { hasCaptions: true });
      if (isBroken) throw notIndexed('/data');
      return opened({ encoder: 'captions' }, { hasCaptions: true });
    },
  });
  await model.show('/data');
  assert.deepEqual([model.state.of, model.state.hasCaptions], ['images', true]);
  model.change({ of: 'captions' });
  await until(() => model.state.maps[0]?.encoder?.id === 'captions');
  assert.deepEqual([model.state.of, saves.at(-1)!.of], ['captions', 'captions']);
  await model.neighbors({ images: model.state.images.revision, row: 0, map: 0, count: 2 });
  const { identity } = asked('maps/neighbors').at(-1) as { identity: string };
  assert.equal(identity, identityOf('captions'), 'who is nearest is told by captions too');
  model.change({ of: 'images' });
  await until(() => model.state.maps[0]?.encoder?.id === 'own');
  isBroken = true;
  model.change({ of: 'captions' });
  await until(() => model.state.maps[0]?.failure !== undefined);
  assert.equal(model.state.of, 'images', 'what is shown is still of images');
});

test('the choice survives a reload, and another data set begins with its images', async () => {
  const { model, saves } = fixture({ open: (request) => opened(request, { hasCaptions: true }) });
  await model.show('/data');
  model.change({ of: 'captions' });
  await until(() => model.state.maps[0]?.progress === undefined);
  const again = fixture({ saved: saves.at(-1)! });
  assert.equal(again.model.state.of, 'captions');
  await model.show('/other');
  assert.equal(model.state.of, 'images');
});
