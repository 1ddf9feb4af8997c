import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { multiplicationsOf } from '../../../src/engine/training/networkCost.ts';
import { shared, unlessShared } from '../../shared.ts';

describe('multiplications of an encoder for a picture', () => {
  // Published for the whole networks at 224 px: 56 and 300 million, of which a classifier has one.
  for (const [folder, millions] of [
    ['mobilenetv3-small-embed', 55],
    ['mobilenetv2-int8', 300],
  ] as const) {
    const path = `models/${folder}/model.onnx`;
    test(`of ${folder}`, { skip: unlessShared(path) }, async () => {
      const counted = await multiplicationsOf(await new EncoderRegistry().resolve(shared(path)));
      assert.ok(Math.abs(counted! / 1e6 - millions) < 2, String(counted));
    });
  }

  test('are not known where weights lie in another file', { skip: unlessShared('models') }, async () => {
    const path = shared('models/mobilenetv3-small-embed-extdata/mobilenetv3_embed_batch.onnx');
    assert.equal(await multiplicationsOf(await new EncoderRegistry().resolve(path)), undefined);
  });
});
