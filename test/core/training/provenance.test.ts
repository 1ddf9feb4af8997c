import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trainedOnText } from '../../../src/core/training/provenance.ts';

test('what a training started from has seen is told with what the training has', () => {
  const own = '30 labelled images, of clothing';
  assert.equal(trainedOnText(own, undefined), own);
  assert.equal(
    trainedOnText(own, { id: 'likeness-1', licence: 'MIT', trainedOn: '15,000 photographs' }),
    '30 labelled images, of clothing; before, as likeness-1, on 15,000 photographs',
  );
  assert.match(trainedOnText(own, { id: 'vit' }), /; before, as vit, on what its card doesn’t say$/);
});
