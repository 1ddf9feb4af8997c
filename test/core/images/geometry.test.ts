import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { EncoderInput } from '../../../src/core/encoders/card.ts';
import {
  encoderPlacement,
  proxySize,
  scaledShortestEdge,
  thumbnailSize,
  THUMBNAIL_EDGE,
} from '../../../src/core/images/geometry.ts';
import { encoderInput } from '../../cards.ts';

const imagenet = encoderInput({ size: [224, 224], resize: 'shortest-edge', crop: 0.875 });

describe('proxySize', () => {
  it('scales the shortest side to 256 for the usual 256 → 224 encoder, as torchvision does', () => {
    assert.deepEqual(proxySize({ width: 400, height: 533 }, imagenet), { width: 256, height: 341 });
  });

  it('truncates the longer side, and the edge that a share of it is cropped to', () => {
    assert.deepEqual(proxySize({ width: 640, height: 427 }, imagenet), { width: 383, height: 256 });
    assert.equal(scaledShortestEdge({ ...imagenet, crop: 0.95 }), 235);
    assert.equal(scaledShortestEdge({ ...imagenet, crop: 0.9 }), 248);
    for (let edge = 224; edge < 600; edge++) assert.equal(scaledShortestEdge({ ...imagenet, crop: 224 / edge }), edge);
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
    const { target, crop } = encoderPlacement({ width: 256, height: 341 }, imagenet);
    assert.deepEqual(target, { width: 256, height: 341 });
    assert.deepEqual(crop, { left: 16, top: 58, width: 224, height: 224 });
  });

  it('rounds down where an odd number of pixels is cut off, or as Python does for what torchvision prepares', () => {
    const down: EncoderInput = { ...imagenet, cropOffset: 'down' };
    // 341 − 224 is 117, half of which is 58.5; 383 − 224 is 159, half of which is 79.5.
    assert.equal(encoderPlacement({ width: 256, height: 341 }, down).crop.top, 58);
    assert.equal(encoderPlacement({ width: 383, height: 256 }, imagenet).crop.left, 80);
    assert.equal(encoderPlacement({ width: 383, height: 256 }, down).crop.left, 79);
  });

  it('scales a small picture as a whole before it takes the centre', () => {
    const { target, crop } = encoderPlacement({ width: 100, height: 71 }, imagenet);
    assert.deepEqual(target, { width: 360, height: 256 });
    assert.deepEqual(crop, { left: 68, top: 16, width: 224, height: 224 });
  });

  it('scales both sides with squash-crop before it takes the centre', () => {
    const input: EncoderInput = { ...imagenet, resize: 'squash-crop' };
    const { target, crop } = encoderPlacement({ width: 500, height: 300 }, input);
    assert.deepEqual(target, { width: 256, height: 256 });
    assert.deepEqual(crop, { left: 16, top: 16, width: 224, height: 224 });
  });

  it('puts the whole picture on the canvas with pad', () => {
    const { target, crop, offset } = encoderPlacement({ width: 200, height: 100 }, { ...imagenet, resize: 'pad' });
    assert.deepEqual(target, { width: 224, height: 112 });
    assert.deepEqual(crop, { left: 0, top: 0, width: 224, height: 112 });
    assert.deepEqual(offset, { left: 0, top: 56 });
  });

  it('keeps the crop inside the scaled picture and inside the tensor, whatever the shapes', () => {
    const rule = fc.constantFrom<EncoderInput['resize']>('shortest-edge', 'squash', 'squash-crop', 'pad');
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
          const { target, crop, offset } = encoderPlacement({ width: w, height: h }, input);
          assert.ok(crop.left >= 0 && crop.left + crop.width <= target.width);
          assert.ok(crop.top >= 0 && crop.top + crop.height <= target.height);
          assert.ok(crop.width >= 1 && offset.left >= 0 && offset.left + crop.width <= tw);
          assert.ok(crop.height >= 1 && offset.top >= 0 && offset.top + crop.height <= th);
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
