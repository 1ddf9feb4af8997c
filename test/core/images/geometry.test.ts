import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { EncoderInput } from '../../../src/core/encoders/card.ts';
import { encoderPlacement, proxySize, thumbnailSize, THUMBNAIL_EDGE } from '../../../src/core/images/geometry.ts';
import { encoderInput } from '../../cards.ts';

const imagenet = encoderInput({ size: [224, 224], resize: 'shortest-edge', crop: 0.875 });

describe('proxySize', () => {
  it('scales the shortest side to 256 for the usual 256 → 224 encoder, as torchvision does', () => {
    assert.deepEqual(proxySize({ width: 400, height: 533 }, imagenet), { width: 256, height: 341 });
  });

  it('never enlarges', () => {
    assert.deepEqual(proxySize({ width: 64, height: 48 }, imagenet), { width: 64, height: 48 });
  });

  it('stays large enough for the thumbnail when the encoder wants little', () => {
    const small: EncoderInput = { ...imagenet, size: [28, 28], resize: 'squash' };
    assert.deepEqual(proxySize({ width: 1000, height: 500 }, small), { width: THUMBNAIL_EDGE, height: 96 });
  });

  it('bounds memory for pictures of any shape', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200_000 }), fc.integer({ min: 1, max: 200_000 }), (width, height) => {
        const proxy = proxySize({ width, height }, { ...imagenet, size: [1024, 1024] });
        assert.ok(proxy.width >= 1 && proxy.height >= 1);
        assert.ok(proxy.width <= width && proxy.height <= height);
        assert.ok(proxy.width * proxy.height <= 4_300_000, `${proxy.width} × ${proxy.height}`);
      }),
    );
  });
});

describe('encoderPlacement', () => {
  it('takes the centre 224 × 224 of a proxy whose shortest side is 256, without scaling', () => {
    const { source, target } = encoderPlacement({ width: 256, height: 341 }, imagenet);
    assert.deepEqual(source, { left: 16, top: 59, width: 224, height: 224 });
    assert.deepEqual(target, { width: 224, height: 224 });
  });

  it('puts the whole picture on the canvas with pad', () => {
    const { source, target, offset } = encoderPlacement({ width: 200, height: 100 }, { ...imagenet, resize: 'pad' });
    assert.deepEqual(source, { left: 0, top: 0, width: 200, height: 100 });
    assert.deepEqual(target, { width: 224, height: 112 });
    assert.deepEqual(offset, { left: 0, top: 56 });
  });

  it('keeps the source inside the proxy and the target inside the tensor, whatever the shapes', () => {
    const rule = fc.constantFrom<EncoderInput['resize']>('shortest-edge', 'squash', 'pad');
    const edge = fc.integer({ min: 1, max: 3000 });
    fc.assert(
      fc.property(
        edge,
        edge,
        fc.integer({ min: 8, max: 512 }),
        fc.integer({ min: 8, max: 512 }),
        rule,
        (w, h, th, tw, resize) => {
          const input: EncoderInput = { ...imagenet, size: [th, tw], resize };
          const { source, target, offset } = encoderPlacement({ width: w, height: h }, input);
          assert.ok(source.width >= 1 && source.left >= 0 && source.left + source.width <= w);
          assert.ok(source.height >= 1 && source.top >= 0 && source.top + source.height <= h);
          assert.ok(target.width >= 1 && offset.left >= 0 && offset.left + target.width <= tw);
          assert.ok(target.height >= 1 && offset.top >= 0 && offset.top + target.height <= th);
        },
      ),
    );
  });
});

describe('thumbnailSize', () => {
  it('fits the longest side and keeps a line of a picture at least one pixel thin', () => {
    assert.deepEqual(thumbnailSize({ width: 341, height: 256 }), { width: 192, height: 144 });
    assert.deepEqual(thumbnailSize({ width: 9000, height: 2 }), { width: 192, height: 1 });
    assert.deepEqual(thumbnailSize({ width: 30, height: 20 }), { width: 30, height: 20 });
  });
});
