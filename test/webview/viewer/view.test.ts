import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { boxOnSquare } from '../../../webview/viewer/thumbnailBox.ts';
import {
  boxOnStage,
  fittedView,
  isDrawnInSquares,
  middleBox,
  pannedView,
  pixelAt,
  placeAt,
  settledView,
  zoomedView,
} from '../../../webview/viewer/view.ts';

const picture = { width: 400, height: 100 };
const stage = { width: 800, height: 600 };

describe('the view of a picture', () => {
  it('shows all of it at first, small pictures enlarged and never beyond recognition', () => {
    assert.deepEqual(fittedView(picture, stage), { scale: 2, x: 200, y: 50 });
    assert.equal(fittedView({ width: 8000, height: 100 }, stage).scale, 0.1);
    assert.equal(fittedView({ width: 2, height: 2 }, stage).scale, 64);
  });

  it('keeps the place under the pointer while it zooms', () => {
    const at = { x: 500, y: 320 };
    const start = { scale: 8, x: 200, y: 50 };
    const zoomed = zoomedView(start, 1.7, at, picture, stage);
    assert.equal(zoomed.scale, 13.6);
    const [before, after] = [placeAt(start, at, stage), placeAt(zoomed, at, stage)];
    assert.ok(Math.abs(before.x - after.x) < 1e-9 && Math.abs(before.y - after.y) < 1e-9);
  });

  it('never looks beside the picture and stays within its scales', () => {
    const number = fc.double({ min: 0.001, max: 1000, noNaN: true });
    const place = fc.double({ min: -2000, max: 2000, noNaN: true });
    fc.assert(
      fc.property(number, place, place, (scale, x, y) => {
        const settled = settledView({ scale, x, y }, picture, stage);
        assert.ok(settled.scale >= 1 && settled.scale <= 64);
        const halfSeen = stage.width / settled.scale / 2;
        const [left, right] = [settled.x - halfSeen, settled.x + halfSeen];
        if (right - left >= picture.width) assert.equal(settled.x, picture.width / 2);
        else assert.ok(left >= -1e-9 && right <= picture.width + 1e-9);
        assert.deepEqual(settledView(settled, picture, stage), settled);
      }),
    );
    assert.equal(pannedView({ scale: 4, x: 200, y: 50 }, 100_000, 0, picture, stage).x, 100);
    assert.equal(pannedView({ scale: 4, x: 200, y: 50 }, 40, 0, picture, stage).x, 190);
  });

  it('finds pixels and boxes on the stage and back', () => {
    const view = { scale: 2, x: 200, y: 50 };
    assert.deepEqual(pixelAt(view, { x: 0, y: 200 }, picture, stage), { x: 0, y: 0 });
    assert.deepEqual(pixelAt(view, { x: 799, y: 399 }, picture, stage), { x: 399, y: 99 });
    assert.equal(pixelAt(view, { x: 400, y: 199 }, picture, stage), undefined);
    const box = { x: 10, y: 20, width: 30, height: 40 };
    assert.deepEqual(boxOnStage(box, view, stage), { x: 20, y: 240, width: 60, height: 80 });
    assert.deepEqual(middleBox({ scale: 8, x: 200, y: 50 }, picture, stage), { x: 175, y: 31, width: 50, height: 38 });
  });

  it('draws pixels as squares when they are told apart', () => {
    assert.equal(isDrawnInSquares({ scale: 1.9, x: 0, y: 0 }), false);
    assert.equal(isDrawnInSquares({ scale: 2, x: 0, y: 0 }), true);
  });
});

it('draws a matched part where it lies on a thumbnail', () => {
  const box = { x: 100, y: 0, width: 100, height: 50 };
  assert.deepEqual(boxOnSquare({ box, picture }), { left: '25%', top: '37.5%', width: '25%', height: '12.5%' });
});
